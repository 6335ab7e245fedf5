"""One document to its rows: holes with their context, plain texts, an instruction."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fastformula.analysis import Environment, analyze
from fastformula.syntax import Parsed, parse
from fastformula_completion.context import make_context
from fastformula_models.instructions import write_formula

from fastformula_training.data.examine import environment_of
from fastformula_training.data.holes import cut_holes
from fastformula_training.documents import Document, Row

TEXT, INSTRUCTION = "text", "instruction"
"""The sorts of rows beside the kinds of holes."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """How rows are cut; see `PrepareConfig`."""

    shares: Mapping[str, float]
    characters_per_hole: int
    longest: int
    longest_text: int
    contexts: float
    seed: int


@dataclass(frozen=True, slots=True)
class Job:
    """A document to be cut, with all that this takes."""

    document: Document
    others: tuple[str, ...]
    """Formulas of the same source and part that its contexts may show lines of."""
    unfinished: float
    cuts: Cuts


def cut_rows(job: Job) -> list[Row]:
    """All rows of a document, its holes first."""
    document, cuts = job.document, job.cuts
    parsed = parse(document.text)
    holes = cut_holes(
        parsed,
        document,
        cuts.shares,
        cuts.characters_per_hole,
        cuts.longest,
        cuts.seed,
        job.unfinished,
    )
    dice = random.Random(f"{cuts.seed}:{document.id}:contexts")
    environment = environment_of(document)
    rows = [
        replace(row, context=context_of(row, environment, job.others))
        if dice.random() < cuts.contexts
        else row
        for row in holes
    ]
    rows += (
        Row("", piece, "", TEXT, document.source, document.id)
        for piece in pieces(parsed, cuts.longest_text)
    )
    if document.instruction:
        wish = write_formula(document.instruction, "")
        rows.append(
            Row(
                "",
                document.text,
                "",
                INSTRUCTION,
                document.source,
                document.id,
                instruction=wish,
            )
        )
    return rows


def context_of(row: Row, environment: Environment, others: Sequence[str]) -> str:
    """What serving would write before the prefix, were the cursor in the hole."""
    analysis = analyze(parse(row.prefix + row.suffix), environment)
    return make_context(analysis, len(row.prefix), others)


def pieces(parsed: Parsed, longest: int) -> Iterator[str]:
    """The formula in pieces of at most `longest` characters, cut behind statements.

    A statement that is longer is a piece of its own. Together they are the formula.
    """
    text = parsed.text
    ends = [_line_end(text, node.span.end) for node in parsed.tree.statements]
    ends[-1] = len(text)
    start = 0
    for end, following in zip(ends, [*ends[1:], None], strict=True):
        if following is None or following - start > longest:
            yield text[start:end]
            start = end


def _line_end(text: str, end: int) -> int:
    """The start of the next line, where nothing else stands on this one."""
    line_end = text.find("\n", end)
    return line_end + 1 if line_end >= 0 and not text[end:line_end].strip() else end
