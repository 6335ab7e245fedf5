"""Neighbouring declarations in columns: IS below IS, AS below AS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastformula.formatter.source import Source
from fastformula.formatter.units import Unit
from fastformula.syntax.tree import Alias, Default, DefaultData

_JOINTS: dict[type, str] = {Alias: "AS", Default: "IS", DefaultData: "IS"}


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
