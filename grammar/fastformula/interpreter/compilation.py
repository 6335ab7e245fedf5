"""A formula on its way from tree to closures: what their makers need to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from fastformula.analysis import Analysis, Symbol, Use
from fastformula.interpreter.activation import Evaluate
from fastformula.interpreter.errors import ErrorClass, FormulaError
from fastformula.interpreter.semantics import Semantics
from fastformula.syntax.tree import Expression, Name, Node
from fastformula.text import LineIndex

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Compilation:
    """One formula, and how it is to run."""

    analysis: Analysis
    semantics: Semantics
    places: Mapping[str, int]
    """Where in the frame each input and local is, by its key."""
    assigned: frozenset[int]
    """The `id` of each name that surely has a value where it stands."""
    answered: frozenset[str]
    """The functions that somebody has given answers for."""
    is_watched: bool
    """Whether every statement is to be reported."""
    uses: Mapping[int, tuple[Use, ...]]
    """The names of each statement by its `id`, whose values are to be reported."""
    lines: LineIndex
    contexts_of: Mapping[int, tuple[str, ...]]
    """The contexts that a call needs, by its `id`, where it needs any."""

    def text(self, node: Node) -> str:
        """What `node` says, short enough for a message."""
        text = " ".join(node.span.text_in(self.analysis.parsed.text).split())
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

    def line(self, node: Node) -> int:
        """The line that `node` begins in, from 1."""
        return self.lines.position(node.span.start).line + 1

    def symbol(self, name: Name) -> Symbol:
        """What a variable or item is; raises FormulaError for what is neither."""
        symbol = self.analysis.symbol_of(name)
        if symbol is None:
            raise refusal(f"`{name.text}` is not a variable or item here.", name)
        return symbol

    def variable(self, name: Name) -> Symbol:
        """The variable that is changed; raises FormulaError for what cannot be."""
        symbol = self.symbol(name)
        if symbol.key not in self.places:
            kind = "global value" if symbol.kind == "global" else "database item"
            raise refusal(
                f"`{name.text}` is a {kind}, and no formula can change one. Put the "
                "value in a variable of another name.",
                name,
            )
        return symbol

    def sure_type(self, symbol: Symbol) -> str | None:
        """The type that the values of `symbol` are known to have."""
        return symbol.type if symbol.is_sure else None


Compile: TypeAlias = Callable[[Compilation, Expression], Evaluate]
"""What makes the closure of an expression; handed on, as modules are no circles."""


def refusal(message: str, node: Node) -> FormulaError:
    """What Oracle's compiler would not take."""
    return FormulaError(ErrorClass.NOT_COMPILED, message, node)
