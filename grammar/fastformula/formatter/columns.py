"""Neighbouring lines in columns: IS below IS, AS below AS, remarks below each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from fastformula.formatter.source import Gap, Source
from fastformula.formatter.units import Unit
from fastformula.syntax.tree import Alias, Assign, Default, DefaultData
from fastformula.text import LINE_BREAK

_JOINTS: dict[type, str] = {Alias: "AS", Default: "IS", DefaultData: "IS"}


FARTHEST = 30
"""How many blanks may stand before a remark, so that it stands below others."""


def align(source: Source, units: Sequence[Unit]) -> dict[int, int]:
    """How many more blanks stand before which tokens."""
    pads: dict[int, int] = {}
    for block in _blocks(source, units):
        widths = {}
        for unit in block:
            joint = _joint(source, unit)
            widths[joint] = source.flat(unit.first, joint - 1)
        widest = max(widths.values())
        found = {at: widest - width for at, width in widths.items()}
        ends = (
            unit.column + source.flat(unit.first, unit.last) + pad
            for unit, pad in zip(block, found.values(), strict=True)
        )
        if max(ends) <= source.style.width:
            pads |= found
    return pads


def align_remarks(
    source: Source, units: Sequence[Unit], pads: Mapping[int, int]
) -> dict[int, int]:
    """How many more blanks stand before the remarks in which gaps.

    `pads` are those that `align` found.
    """
    found: dict[int, int] = {}
    for block in _remarked_blocks(source, units, pads):
        widest = max(block.values())
        longest = max(len(source.gaps[gap].remarks[0].text) for gap in block)
        is_near = widest - min(block.values()) <= FARTHEST
        if is_near and widest + 1 + longest <= source.style.width:
            found |= {gap: widest - end for gap, end in block.items()}
    return found


def _remarked_blocks(
    source: Source, units: Sequence[Unit], pads: Mapping[int, int]
) -> Iterator[dict[int, int]]:
    """Gaps with remarks on neighbouring lines, and where the code before each ends."""
    block: dict[int, int] = {}
    for unit, following in zip_longest(units, units[1:]):
        gap = source.gaps[unit.last + 1]
        end = unit.column + source.flat(unit.first, unit.last)
        end += sum(pads.get(at, 0) for at in range(unit.first, unit.last + 1))
        is_remarked = _is_one_line(source, unit, end) and _is_one_remark(gap)
        if is_remarked:
            block[unit.last + 1] = end
        is_apart = following and not following.packed and gap.breaks > 1
        if block and (is_apart or not is_remarked):
            yield block
            block = {}
    if block:
        yield block


def _is_one_line(source: Source, unit: Unit, end: int) -> bool:
    return (
        isinstance(unit.node, Alias | Assign | Default | DefaultData)
        and not source.is_broken(unit.first, unit.last)
        and end <= source.style.width
    )


def _is_one_remark(gap: Gap) -> bool:
    """Whether one remark stands behind a line, and none before the next."""
    if len(gap.remarks) != 1:
        return False
    (remark,) = gap.remarks
    return not (remark.before or remark.is_separator or LINE_BREAK.search(remark.text))


def _blocks(source: Source, units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Declarations of one kind on neighbouring lines."""
    block: list[Unit] = []
    for unit in units:
        kind = type(unit.node)
        gap = source.gaps[unit.first]
        follows = (
            block
            and type(block[-1].node) is kind
            and gap.breaks < 2
            and not any(each.before for each in gap.remarks)
        )
        if block and not follows:
            yield block
            block = []
        if kind in _JOINTS and not source.is_broken(unit.first, unit.last):
            block.append(unit)
    if block:
        yield block


def _joint(source: Source, unit: Unit) -> int:
    kind = _JOINTS[type(unit.node)]
    return next(
        at for at in range(unit.last, unit.first, -1) if source.tokens[at].kind == kind
    )
