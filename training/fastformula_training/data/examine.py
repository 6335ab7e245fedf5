"""One formula looked at: whether it can be trained on, and what it is compared by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastformula.analysis import Environment, analyze
from fastformula.diagnostic import Severity
from fastformula.syntax import Parsed, parse
from fastformula.text import LineIndex

from fastformula_training.data.dedupe import Fingerprint, fingerprint
from fastformula_training.data.literals import mask, mask_words
from fastformula_training.documents import Document


@dataclass(frozen=True, slots=True)
class Examined:
    """A formula with plain line ends, masked if asked for, and what is known of it."""

    document: Document
    reason: str = ""
    """Why it cannot be trained on; then the rest is empty."""
    fingerprint: Fingerprint | None = None
    tokens: int = 0
    """Tokens of the language."""
    type: str = ""
    """Its formula type, as far as its text or source tells."""
    masked: Mapping[str, int] | None = None
    """How many literals each rule has replaced."""


def examine(document: Document, *, masks: bool = False) -> Examined:
    """Parse a document, and mask it where `masks` is set."""
    masked: dict[str, int] = {}
    document = replace(document, text=lines_ended(document.text))
    if masks:
        document, masked = _masked(document)
    parsed = parse(document.text)
    if reason := _why_not(parsed):
        return Examined(document, reason, masked=masked)
    claim = analyze(parsed, environment_of(document)).formula_type
    return Examined(
        document,
        "",
        fingerprint(parsed.tokens, document.text),
        len(parsed.tokens) - 1,
        claim.type.name if claim else "",
        masked,
    )


def environment_of(document: Document) -> Environment:
    """What is known of a document beyond its text."""
    return Environment(formula_type=document.type)


def lines_ended(text: str) -> str:
    """Line feeds only, so that the model need not learn every ending's variant."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _masked(document: Document) -> tuple[Document, dict[str, int]]:
    formula, wish = mask(document.text), mask_words(document.instruction)
    counts = {
        name: formula.counts.get(name, 0) + wish.counts.get(name, 0)
        for name in (*formula.counts, *wish.counts)
    }
    return replace(document, text=formula.text, instruction=wish.text), counts


def _why_not(parsed: Parsed) -> str:
    """The first error of a formula with its line, or that there is nothing in it."""
    errors = [each for each in parsed.errors if each.severity is Severity.ERROR]
    if errors:
        first = min(errors, key=lambda error: error.span.start)
        line = LineIndex(parsed.text).position(first.span.start).line + 1
        return f"line {line}: {first.message}"
    return "" if parsed.tree.statements else "has no statement"
