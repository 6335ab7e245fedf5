"""Neighbouring declarations of one kind, which editors show as one thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from fastformula.syntax.tree import (
    Alias,
    Declaration,
    Default,
    DefaultData,
    Formula,
    Inputs,
    NeedContext,
)
from fastformula.text import Span

Kind = Literal["aliases", "defaults", "inputs", "contexts"]

_KINDS: dict[type, Kind] = {
    Alias: "aliases",
    Default: "defaults",
    DefaultData: "defaults",
    Inputs: "inputs",
    NeedContext: "contexts",
}


@dataclass(frozen=True, slots=True)
class Run:
    """Declarations of one kind with no other statement between them."""

    kind: Kind
    declarations: tuple[Declaration, ...]

    @property
    def span(self) -> Span:
        """From the first to the last declaration."""
        return Span(self.declarations[0].span.start, self.declarations[-1].span.end)


def find_runs(tree: Formula) -> Iterator[Run]:
    """The runs of declarations of `tree`, in source order."""
    for kind, group in groupby(
        tree.statements, key=lambda each: _KINDS.get(type(each))
    ):
        if kind is not None:
            yield Run(kind, tuple(group))  # type: ignore[arg-type]
