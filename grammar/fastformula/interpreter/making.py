"""From an analysed formula to a program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastformula.analysis import Analysis, Use
from fastformula.diagnostic import Severity
from fastformula.interpreter.activation import Activation
from fastformula.interpreter.compilation import Compilation
from fastformula.interpreter.errors import ErrorClass, FormulaError, RunError
from fastformula.interpreter.expressions import constant
from fastformula.interpreter.program import TOO_DEEP, InputPlace, Program, stack_of
from fastformula.interpreter.semantics import Semantics
from fastformula.interpreter.statements import compile_block
from fastformula.interpreter.values import UNSET, Array
from fastformula.text import LineIndex, Span

_REFUSED = frozenset({"inconsistent-types", "operator-types"})
"""The problems of an analysis without which the types it gives can be relied on."""


def make_program(
    analysis: Analysis,
    name: str,
    caller: Activation | None,
    *,
    semantics: Semantics,
    answered: Iterable[str],
    is_watched: bool,
) -> Program:
    """The program of a formula; raises FormulaError, with its error, for none."""
    lines = LineIndex(analysis.parsed.text)
    refused = _find_refused(analysis)
    if refused is not None:
        span, message = refused
        raise _placed(
            FormulaError(ErrorClass.NOT_COMPILED, message),
            name,
            lines.position(span.start).line + 1,
            caller,
        )
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
        answered=frozenset(answered),
        uses=_by_statement(analysis) if is_watched else None,
        lines=lines,
    )
    try:
        return _make(c, name)
    except FormulaError as error:
        line = 1 if error.node is None else c.line(error.node)
        raise _placed(error, name, line, caller) from None
    except RecursionError:
        # Blocks and brackets this deep are written by programs only.
        deep = FormulaError(ErrorClass.NOT_COMPILED, TOO_DEEP)
        raise _placed(deep, name, 1, caller) from None


def _make(c: Compilation, name: str) -> Program:
    analysis = c.analysis
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
        body=compile_block(c, analysis.parsed.tree.statements, in_loop=False),
    )


def _by_statement(analysis: Analysis) -> dict[int, tuple[Use, ...]]:
    uses: dict[int, list[Use]] = {}
    for use in analysis.uses:
        uses.setdefault(id(use.statement), []).append(use)
    return {key: tuple(each) for key, each in uses.items()}


def _find_refused(analysis: Analysis) -> tuple[Span, str] | None:
    """The first thing that Oracle's compiler would stop at, as far as it matters."""
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
    return min(found, default=None)


def _placed(
    error: FormulaError, name: str, line: int, caller: Activation | None
) -> FormulaError:
    error.error = RunError(error.kind, error.message, name, line, {}, stack_of(caller))
    return error
