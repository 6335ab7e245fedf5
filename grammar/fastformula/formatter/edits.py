"""From a text to the edits that lay it out: what differs in gaps and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fastformula.formatter.columns import align, align_remarks
from fastformula.formatter.document import Part, document, group, header
from fastformula.formatter.gaps import write_between, write_end, write_inside
from fastformula.formatter.intact import Run, find_runs
from fastformula.formatter.printer import lay_out
from fastformula.formatter.source import Source
from fastformula.formatter.style import Style
from fastformula.formatter.units import Unit, find_units
from fastformula.syntax import Parsed
from fastformula.syntax.tree import ChangeContexts, If, While
from fastformula.text import LINE_BREAK, Edit, Span

DEEPEST = 50
"""In how many brackets a part of an expression may stand to be put on lines."""


def find_edits(parsed: Parsed, style: Style) -> Iterator[Edit]:
    """The edits that give the intact statements of a text the layout of `style`."""
    source = Source(parsed, style)
    for run in find_runs(parsed):
        yield from _format_run(source, run)


def cut(text: str, edit: Edit) -> Iterator[Edit]:
    """Of an edit of the gap before a statement, what it does to the indentation."""
    end = edit.span.end
    line = len(text[:end].rstrip(" \t"))
    indentation = LINE_BREAK.split(edit.new_text)[-1]
    begins_line = line == 0 or text[line - 1] in "\r\n"
    if begins_line and line >= edit.span.start and not indentation.strip():
        yield from _change(text, line, end, indentation)


def _format_run(source: Source, run: Run) -> Iterator[Edit]:
    end = len(source.tokens) - 1
    units: list[Unit] = []
    if run.statements:
        first = source.first(run.statements[0])
        column = 0 if run.is_outermost else source.column(first)
        units = list(find_units(source, run.statements, column))
    pads: dict[int, int] = {}
    remarks: dict[int, int] = {}
    if source.style.align:
        pads = align(source, units)
        remarks = align_remarks(source, units, pads)
    before: Unit | None = None
    for unit in units:
        gap = _gap_before(source, before, unit, remarks.get(unit.first, 0))
        for edit in _change_gap(source, unit.first, gap):
            if before or run.from_start:
                yield edit
            elif run.is_outermost:
                yield from cut(source.text, edit)
        yield from _format_unit(source, unit, before, pads)
        before = unit
    if run.to_end:
        yield from _change_gap(source, end, write_end(source, remarks.get(end, 0)))


def _change(text: str, start: int, end: int, new: str) -> Iterator[Edit]:
    if text[start:end] != new:
        yield Edit(Span(start, end), new)


def _change_gap(source: Source, at: int, gap: str) -> Iterator[Edit]:
    token = source.tokens[at]
    return _change(source.text, token.lead, token.start, gap)


def _gap_before(source: Source, before: Unit | None, unit: Unit, pad: int) -> str:
    if unit.joins:
        return write_inside(source, unit.first, unit.column, ends=False)
    opened = before is not None and before.opens
    return write_between(
        source,
        unit.first,
        unit.column,
        unit.outer,
        opened=opened,
        packed=unit.packed,
        pad=pad,
    )


def _format_unit(
    source: Source, unit: Unit, before: Unit | None, pads: Mapping[int, int]
) -> Iterator[Edit]:
    gaps = _gaps_within(source, unit, before)
    if gaps is None:
        return
    for at in range(unit.first, unit.last + 1):
        token = source.tokens[at]
        if at > unit.first:
            yield from _change_gap(source, at, gaps[at] + " " * pads.get(at, 0))
        yield from _change(source.text, token.start, token.end, source.words[at])


def _gaps_within(
    source: Source, unit: Unit, before: Unit | None
) -> Mapping[int, str] | None:
    """The gaps of a unit; None where it is nested too deep."""
    first, last, column = unit.first, unit.last, unit.column
    if unit.joins and before and not source.gaps[first].is_broken:
        column += source.flat(before.first, before.last) + 1
    ahead = 0
    if unit.node is not None and source.style.brackets == "header-end":
        ahead = len(" (") * isinstance(unit.node, If | While | ChangeContexts)
    fits = column + source.flat(first, last) + ahead <= source.style.width
    if first == last or (fits and not source.is_broken(first, last)):
        return {
            at: write_inside(source, at, column, ends=False)
            for at in range(first + 1, last + 1)
        }
    if _depth(source, first, last) > DEEPEST:
        return None
    if unit.node is None:
        part: Part = group(range(first, last + 1))
    elif isinstance(unit.node, If | While | ChangeContexts):
        part = header(source, unit.node, first, last)
    else:
        part = document(source, unit.node)
    return lay_out(source, part, column, ahead)


def _depth(source: Source, first: int, last: int) -> int:
    """In how many brackets and behind how many signs and NOTs a token may stand."""
    depth = deepest = 0
    for at in range(first, last + 1):
        kind = source.tokens[at].kind
        if kind in ("LPAR", "LSQB"):
            depth += 1
        elif kind in ("RPAR", "RSQB"):
            depth -= 1
        elif kind == "NOT" or source.is_sign(at):
            deepest += 1
        deepest = max(deepest, depth)
    return deepest
