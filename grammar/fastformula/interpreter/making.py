"""From an analysed formula to a program."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, TypeAlias

from fastformula.analysis import Analysis, Use
from fastformula.diagnostic import Severity
from fastformula.interpreter.activation import Activation
from fastformula.interpreter.compilation import Compilation, refusal
from fastformula.interpreter.errors import ErrorClass, FormulaError, RunError
from fastformula.interpreter.expressions import constant
from fastformula.interpreter.program import TOO_DEEP, InputPlace, Program, stack_of
from fastformula.interpreter.semantics import Semantics
from fastformula.interpreter.statements import compile_block
from fastformula.interpreter.values import UNSET, Array
from fastformula.syntax.tree import NeedContext, Node
from fastformula.text import LineIndex, Span

Watched: TypeAlias = Literal["", "steps", "values"]
"""Whether statements are reported, and whether what they read and wrote is."""

_REFUSED = frozenset({"inconsistent-types", "operator-types"})
"""The problems of an analysis without which the types it gives can be relied on."""


def make_program(
    analysis: Analysis,
    name: str,
    caller: Activation | None,
    *,
    semantics: Semantics,
    answered: frozenset[str],
    watched: Watched,
) -> Program:
    """The program of a formula; raises FormulaError, with its error, for none."""
    try:
        return _make(analysis, name, semantics, answered, watched)
    except FormulaError as error:
        raise _placed(error, analysis, name, caller) from None
    except RecursionError:
        # Blocks and brackets this deep are written by programs only.
        deep = FormulaError(ErrorClass.NOT_COMPILED, TOO_DEEP)
        raise _placed(deep, analysis, name, caller) from None


@lru_cache(maxsize=32)
def _make(
    analysis: Analysis,
    name: str,
    semantics: Semantics,
    answered: frozenset[str],
    watched: Watched,
) -> Program:
    """The program; kept, as many cases of one formula are played in a row."""
    _refuse(analysis)
    c = Compilation(
        analysis=analysis,
        semantics=semantics,
        places={
            symbol.key: at
            for at, symbol in enumerate((*analysis.inputs, *analysis.locals), 1)
        },
        assigned=frozenset(
            id(use.name) for use in analysis.uses if use.assigned == "yes"
        ),
        answered=answered,
        is_watched=bool(watched),
        uses=_by_statement(analysis) if watched == "values" else {},
        lines=LineIndex(analysis.parsed.text),
        contexts_of={
            id(site.call): site.function.contexts
            for site in analysis.calls
            if site.function is not None and site.function.contexts
        },
    )
    defaults: dict[str, Any] = {}
    element_defaults: dict[str, Any] = {}
    frame: list[Any] = [UNSET] * (len(c.places) + 1)
    for key, symbol in analysis.symbols.items():
        if symbol.default is not None:
            value = constant(c, symbol.default.value)
            if symbol.kind != "local":
                defaults[key] = value
            if key in c.places:
                frame[c.places[key]] = value
        if symbol.default_data is not None:
            filler = constant(c, symbol.default_data.value)
            if isinstance(filler, Array):
                defaults.setdefault(key, filler)
            else:
                element_defaults[key] = filler
    return Program(
        name=name,
        compilation=c,
        frame=tuple(frame),
        inputs=tuple(
            InputPlace(each.key, c.places[each.key], c.sure_type(each))
            for each in analysis.inputs
        ),
        defaults=defaults,
        element_defaults=element_defaults,
        declared_contexts=tuple(
            each
            for each in analysis.parsed.tree.statements
            if isinstance(each, NeedContext) and semantics.need_context_is_checked
        ),
        body=compile_block(c, analysis.parsed.tree.statements, in_loop=False),
    )


def _by_statement(analysis: Analysis) -> dict[int, tuple[Use, ...]]:
    uses: dict[int, list[Use]] = {}
    for use in analysis.uses:
        uses.setdefault(id(use.statement), []).append(use)
    return {key: tuple(each) for key, each in uses.items()}


def _refuse(analysis: Analysis) -> None:
    """Raise FormulaError for what Oracle's compiler would stop at first."""
    found = [
        (error.span, error.message)
        for error in analysis.parsed.errors
        if error.severity is Severity.ERROR
    ]
    found += (
        (problem.span, problem.message)
        for problem in analysis.problems
        if problem.rule in _REFUSED and problem.severity in (None, Severity.ERROR)
    )
    if found:
        span, message = min(found)
        raise refusal(message, Node(span))


def _placed(
    error: FormulaError, analysis: Analysis, name: str, caller: Activation | None
) -> FormulaError:
    span = Span(0, 0) if error.node is None else error.node.span
    line = LineIndex(analysis.parsed.text).position(span.start).line + 1
    error.error = RunError(
        error.kind, error.message, name, line, span, {}, stack_of(caller)
    )
    return error
