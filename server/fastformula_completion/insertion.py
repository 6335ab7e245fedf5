"""Where new lines go in a formula, and what is wrong with it once they are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from textwrap import dedent
from typing import NamedTuple

from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter.mending import mend
from fastformula.linter.regions import touch
from fastformula.syntax import tokenize
from fastformula.text import LineIndex, Span

from fastformula_completion.repair import Commission, Draft


class Room(NamedTuple):
    """Where new lines go."""

    span: Span
    """What they take the place of: a blank line, or nothing."""
    indent: str
    """What they begin with."""


def room_at(text: str, offset: int) -> Room:
    """The line of `offset`, or the place below it where that is not blank."""
    lines = LineIndex(text)
    start, end = lines.line_span(lines.position(offset).line)
    line = text[start:end]
    if line.strip():
        return Room(Span(end, end), _indent(line))
    return Room(Span(start, end), line.rstrip("\r\n") or _indent_above(text[:start]))


def room_above(text: str, line: int) -> Room:
    """The place above a line, counted from 0; the end of the text, behind the last."""
    lines = LineIndex(text)
    if line >= len(lines.starts):
        return Room(Span(len(text), len(text)), _indent_above(text))
    start, end = lines.line_span(line)
    below = text[start:end]
    indent = _indent(below) if below.strip() else _indent_above(text[:start])
    return Room(Span(start, start), indent)


def lay_out(code: str, before: str, after: str, indent: str) -> str:
    """`code` as whole lines between two texts, without what it repeats of them."""
    lines = _without_surroundings(code.split("\n"), before, after)
    code = dedent("\n".join(lines)).strip("\n")
    head = "\n" if before and not before.endswith(("\n", "\r")) else ""
    laid = "".join(f"{indent}{line}".rstrip() + "\n" for line in code.split("\n"))
    return head + laid


def put_in(
    text: str,
    span: Span,
    new_text: str,
    known: set[tuple[str, Span]],
    commission: Commission,
) -> Draft:
    """`text` with `new_text` in the place of `span`, mended, and what is wrong then.

    `known` is what was wrong before, by code and span; that is no news, and nothing
    outside the new text is mended.
    """
    behind = len(text) - span.end
    newline = "\r\n" if "\r\n" in text else "\n"
    new_text = new_text.replace("\r\n", "\n").replace("\n", newline)
    whole = text[: span.start] + new_text + text[span.end :]

    balance = _balance(span.text_in(text))

    def find(whole: str) -> tuple[Diagnostic, ...]:
        written = Span(span.start, len(whole) - behind)
        news = _news(commission.find(whole), written, span, known)
        if _balance(written.text_in(whole)) in ((0, 0), balance):
            return tuple(news)
        return (*news, Diagnostic(_ESCAPE, Severity.ERROR, written, _ESCAPED))

    mended = mend(whole, find)
    end = len(mended.text) - behind
    return Draft(mended.text, span, mended.text[span.start : end], mended.left)


_ESCAPE = "block-escape"
_ESCAPED = (
    "This ends a block that it does not begin, or begins one that it does not end, so "
    "lines around it would move into another."
)


def _balance(text: str) -> tuple[int, int]:
    """How many brackets it closes that stand before it, and how many more it opens."""
    depth = lowest = 0
    for token in tokenize(text):
        depth += {"LPAR": 1, "RPAR": -1}.get(token.kind, 0)
        lowest = min(lowest, depth)
    return lowest, depth


def _news(
    found: tuple[Diagnostic, ...],
    written: Span,
    replaced: Span,
    known: set[tuple[str, Span]],
) -> Iterator[Diagnostic]:
    shift = written.end - replaced.end
    for each in found:
        start, end = each.span
        if not touch(each.span, written):
            if start >= written.end:
                start, end = start - shift, end - shift
            if (each.code, Span(start, end)) in known:
                continue
        fixes = tuple(
            fix
            for fix in each.fixes
            if all(
                written.start <= edit.span.start and edit.span.end <= written.end
                for edit in fix.edits
            )
        )
        yield replace(each, fixes=fixes)


def _without_surroundings(lines: list[str], before: str, after: str) -> list[str]:
    """`lines` without those that only repeat what stands around their place."""
    above = [line.strip() for line in before.splitlines() if line.strip()]
    below = [line.strip() for line in after.splitlines() if line.strip()]
    said = [line.strip() for line in lines]
    start, end = 0, len(lines)
    for count in range(min(len(above), len(lines)), 0, -1):
        if above[-count:] == said[:count] and _says_something(said[:count]):
            start = count
            break
    for count in range(min(len(below), end - start), 0, -1):
        if below[:count] == said[end - count : end] and _says_something(below[:count]):
            end -= count
            break
    return lines[start:end] or lines


def _says_something(lines: list[str]) -> bool:
    """Whether there is more than brackets in them, which close whatever block."""
    return any(sign.isalnum() for line in lines for sign in line)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _indent_above(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return _indent(lines[-1]) if lines else ""
