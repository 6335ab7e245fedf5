"""Contexts: which are set at a moment, and what needs one that is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastformula.interpreter.activation import Activation, Evaluate, Frame
from fastformula.interpreter.compilation import Compilation
from fastformula.interpreter.errors import ErrorClass, FormulaError, Missing
from fastformula.interpreter.values import UNSET, Scalar
from fastformula.syntax.tree import Call, NeedContext


def with_contexts(
    contexts: Mapping[str, Any], changes: Iterable[tuple[str, Any]]
) -> dict[str, Any]:
    """The contexts after changes; NULL takes a context away, as UNSET does."""
    changed = dict(contexts)
    for key, value in changes:
        changed[key] = UNSET if value is None else value
    return changed


def is_set(activation: Activation, name: str) -> bool:
    """Whether the context of that upper-case name surely has a value."""
    return activation.contexts.get(name, UNSET) is not UNSET


def first_unset(activation: Activation, names: Iterable[str]) -> str:
    """The first context of `names` that is not set; empty where none is known to be.

    One that nobody speaks of is as `Semantics.unstated_contexts` says.
    """
    contexts = activation.contexts
    if activation.run.semantics.unstated_contexts == "unset":
        return next((name for name in names if not is_set(activation, name)), "")
    return next((name for name in names if contexts.get(name) is UNSET), "")


def unset_in_all(
    activation: Activation, choices: Sequence[Mapping[str, Scalar]]
) -> str:
    """A context that all of the choices depend on and that is not set; else empty."""
    if not choices:
        return ""
    needed = set(choices[0]).intersection(*choices)
    return min((name for name in needed if not is_set(activation, name)), default="")


def holds(activation: Activation, contexts: Mapping[str, Scalar]) -> bool:
    """Whether these contexts have these values."""
    now = activation.contexts
    return all(now.get(name, UNSET) == value for name, value in contexts.items())


def missing_context(c: Compilation, name: str) -> Missing:
    """What a run needs that has not set the context."""
    context = c.analysis.environment.catalogue.find_context(name)
    return Missing("context", name, None if context is None else context.type)


def check_needed(activation: Activation, declared: Iterable[NeedContext]) -> None:
    """Raise FormulaError where a formula begins without a context that it needs."""
    for node in declared:
        name = node.context.key
        if not is_set(activation, name):
            raise FormulaError(
                ErrorClass.UNSET_CONTEXT,
                f"The formula needs the context {name}, and it is not set. Give it to "
                "the run, or to the formula that calls this one.",
                node,
                missing_context(activation.program.compilation, name),
            )


def checked_call(c: Compilation, node: Call, call: Evaluate) -> Evaluate:
    """The closure of a call, which sees first that the function has its contexts."""
    names = c.contexts_of.get(id(node), ())
    if not names:
        return call

    def check(frame: Frame) -> Any:
        name = first_unset(frame[0], names)
        if name:
            raise unset_error(c, node, name)
        return call(frame)

    return check


def unset_error(c: Compilation, node: Call, name: str) -> FormulaError:
    """What is raised where a function needs the context `name`."""
    return FormulaError(
        ErrorClass.UNSET_CONTEXT,
        f"{node.function.key} needs the context {name}, which is not set. Give it to "
        f"the run, or set it with CHANGE_CONTEXTS({name} = …).",
        node,
        missing_context(c, name),
    )
