"""Which statements and branches of formulas the cases have reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fastformula.analysis import Analysis
from fastformula.interpreter import Step, head_span
from fastformula.syntax.tree import (
    Alias,
    Default,
    DefaultData,
    If,
    Inputs,
    NeedContext,
    Unknown,
    While,
)
from fastformula.text import LineIndex, Span

from fastformula_server.files import absolute

_NEVER_RUN = (Alias, Default, DefaultData, Inputs, NeedContext, Unknown)


class Branch(NamedTuple):
    """One way out of an IF or WHILE."""

    line: int
    """From 1."""
    holds: bool
    """Whether it is the way where the condition holds."""
    taken: int
    span: Span
    """Of the condition."""


class Reached(NamedTuple):
    """A statement, and how often it was carried out."""

    line: int
    """From 1."""
    times: int
    span: Span
    """Of the statement without those in it."""


@dataclass(frozen=True, slots=True)
class Covered:
    """How far the cases have come in one formula."""

    path: Path
    text: str
    statements: tuple[Reached, ...]
    branches: tuple[Branch, ...]

    @property
    def lines(self) -> dict[int, int]:
        """How often each line with a statement was reached."""
        lines: dict[int, int] = {}
        for each in self.statements:
            lines[each.line] = max(each.times, lines.get(each.line, 0))
        return lines


class Tally:
    """Counts steps; two statements of a formula never begin in the same place."""

    __slots__ = ("_steps", "_ways")

    def __init__(self) -> None:
        self._steps: Counter[tuple[Path, int]] = Counter()
        self._ways: Counter[tuple[Path, int, bool]] = Counter()

    def add(self, path: Path, step: Step) -> None:
        """Count a statement of the formula at the absolute `path`."""
        start = step.statement.span.start
        self._steps[path, start] += 1
        if step.outcome is not None:
            self._ways[path, start, step.outcome] += 1

    def include(self, other: Tally) -> None:
        """Count what another one has counted."""
        self._steps += other._steps
        self._ways += other._ways

    def paths(self) -> list[Path]:
        """The absolute paths of all formulas of which something was reached."""
        return sorted({path for path, _ in self._steps})

    def covered(self, path: Path, analysis: Analysis) -> Covered:
        """What was reached of the formula at `path`."""
        text = analysis.parsed.text
        where = absolute(path)
        index = LineIndex(text)
        statements: list[Reached] = []
        branches: list[Branch] = []
        for placed in analysis.statements:
            node = placed.statement
            if isinstance(node, _NEVER_RUN):
                continue
            start = node.span.start
            line = index.position(start).line + 1
            span = head_span(node)
            statements.append(Reached(line, self._steps[where, start], span))
            if isinstance(node, If | While):
                branches += (
                    Branch(line, holds, self._ways[where, start, holds], span)
                    for holds in (True, False)
                )
        return Covered(path, text, tuple(statements), tuple(branches))


def summary_line(covered: Covered) -> str:
    """`pay.ff: 8 of 9 statements, 3 of 4 branches; not reached: 5, 7 true`, by line."""
    reached = sum(each.times > 0 for each in covered.statements)
    taken = sum(branch.taken > 0 for branch in covered.branches)
    parts = [
        f"{reached} of {len(covered.statements)} statements",
        f"{taken} of {len(covered.branches)} branches",
    ]
    missed = [(line, f"{line}") for line, count in covered.lines.items() if not count]
    missed += (
        (branch.line, f"{branch.line} {'true' if branch.holds else 'false'}")
        for branch in covered.branches
        if not branch.taken and covered.lines[branch.line]
    )
    where = ", ".join(text for _, text in sorted(missed))
    return f"{covered.path}: {', '.join(parts)}{where and f'; not reached: {where}'}"


def annotated(covered: Covered) -> Iterator[str]:
    """The formula, with how often each line was reached; `-` for never."""
    lines = covered.lines
    index = LineIndex(covered.text)
    for line in range(len(index.starts)):
        start, end = index.line_span(line)
        count = lines.get(line + 1)
        mark = "" if count is None else str(count or "-")
        yield f"{mark:>7} | {covered.text[start:end].rstrip()}".rstrip()


def lcov(covered: list[Covered]) -> str:
    """The coverage in lcov's format, which editors and build servers read."""
    rows: list[str] = []
    for each in covered:
        lines = each.lines
        rows += ["TN:", f"SF:{each.path.as_posix()}"]
        rows += (
            f"BRDA:{branch.line},0,{at},{branch.taken if lines[branch.line] else '-'}"
            for at, branch in enumerate(each.branches)
        )
        rows += (
            f"BRF:{len(each.branches)}",
            f"BRH:{sum(branch.taken > 0 for branch in each.branches)}",
        )
        rows += (f"DA:{line},{count}" for line, count in sorted(lines.items()))
        rows += (
            f"LF:{len(lines)}",
            f"LH:{sum(count > 0 for count in lines.values())}",
            "end_of_record",
        )
    return "\n".join([*rows, ""])
