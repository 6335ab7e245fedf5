"""What each statement read and wrote, for those who asked to watch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from fastformula.analysis import Access, Symbol
from fastformula.interpreter.activation import Activation, Evaluate, Frame, Step
from fastformula.interpreter.compilation import Compilation
from fastformula.interpreter.inspection import values_of
from fastformula.interpreter.values import Value
from fastformula.syntax.tree import If, Statement, While

_Signal = TypeVar("_Signal")


def watched(
    c: Compilation, node: Statement, execute: Callable[[Frame], _Signal]
) -> Callable[[Frame], _Signal]:
    """`execute`, with a step reported when it is through."""
    reads, writes = _names(c, node)
    report = partial(_report, c, node)

    def run(frame: Frame) -> _Signal:
        before = values_of(c, frame, reads)
        signal = execute(frame)
        # Items are known only now that the statement has fetched them.
        found = values_of(c, frame, [each for each in reads if each.item is not None])
        report(frame, before | found, values_of(c, frame, writes), None)
        return signal

    return run


def watched_condition(c: Compilation, node: If | While, test: Evaluate) -> Evaluate:
    """The condition of `node`, with a step reported each time it is asked."""
    reads, _ = _names(c, node)
    report = partial(_report, c, node)

    def ask(frame: Frame) -> Any:
        outcome = test(frame)
        report(frame, values_of(c, frame, reads), {}, outcome is True)
        return outcome

    return ask


def _names(c: Compilation, node: Statement) -> tuple[list[Symbol], list[Symbol]]:
    reads: dict[str, Symbol] = {}
    writes: dict[str, Symbol] = {}
    for use in c.uses.get(id(node), ()):
        symbol = c.analysis.symbols.get(use.key)
        if symbol is None:
            continue
        if use.access.reads:
            reads[use.key] = symbol
        if use.access.writes or use.access is Access.DELETE:
            writes[use.key] = symbol
    return list(reads.values()), list(writes.values())


def _report(
    c: Compilation,
    node: Statement,
    frame: Frame,
    reads: dict[str, Value],
    writes: dict[str, Value],
    outcome: bool | None,
) -> None:
    activation: Activation = frame[0]
    watch = activation.run.watch
    if watch is not None:
        head = node.condition if isinstance(node, If | While) else node
        name = activation.program.name
        text = c.text(head)
        watch(Step(name, node, c.line(node), text, reads, writes, outcome))
