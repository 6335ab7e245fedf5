"""What changes while formulas run: that of one formula, and that of the whole run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from fastformula.analysis import Analysis
from fastformula.interpreter.errors import ErrorClass, Missing
from fastformula.interpreter.semantics import Semantics
from fastformula.interpreter.values import Value
from fastformula.interpreter.world import World
from fastformula.syntax.tree import Node, Statement

if TYPE_CHECKING:
    from fastformula.interpreter.program import Program

Frame: TypeAlias = list[Any]
"""The variables of a formula by their places; the activation is in place 0."""

Evaluate: TypeAlias = Callable[[Frame], Any]
"""An expression, or a condition: then True, False, or None where nobody can tell."""


class Exited(NamedTuple):
    """The signal that leaves the loop around."""


class Returned(NamedTuple):
    """The signal that ends the formula."""

    outputs: dict[str, Any]
    """By upper-case name."""


Signal: TypeAlias = Exited | Returned | None
"""How a formula goes on after a statement; None is the usual way."""

Execute: TypeAlias = Callable[[Frame], Signal]
"""A statement."""


class LogLine(NamedTuple):
    """A line that a logging function wrote."""

    text: str
    function: str
    formula: str


class Step(NamedTuple):
    """A statement that has been carried out; of IF and WHILE, the condition."""

    formula: str
    statement: Statement
    line: int
    """From 1."""
    text: str
    """The statement, or the condition, as written; cut where it is long."""
    reads: Mapping[str, Value]
    """Variables and items with the values that it found."""
    writes: Mapping[str, Value]
    """Variables with the values that it put in."""
    outcome: bool | None
    """Of IF and WHILE: whether the condition held; None for other statements."""


class Lacking(NamedTuple):
    """Why a database item has no value."""

    kind: ErrorClass
    message: str
    missing: Missing | None = None


class Fetched(NamedTuple):
    """What came of reading a database item."""

    value: Any
    is_found: bool = True
    is_defaulted: bool = False
    problem: Lacking | None = None


class Run:
    """What the formulas of one run share."""

    __slots__ = (
        "compiled",
        "log",
        "make",
        "random",
        "rounds",
        "semantics",
        "shared",
        "storage",
        "watch",
        "world",
    )

    def __init__(
        self,
        world: World,
        semantics: Semantics,
        watch: Callable[[Step], None] | None,
        make: Callable[[Analysis, str, Activation | None], Program],
        heed: Callable[[], None] | None = None,
    ) -> None:
        self.make = make
        """What makes a program of a formula, under the name it is called by."""
        self.world = world
        self.semantics = semantics
        self.watch = watch
        limit = semantics.loop_limit
        self.rounds: Iterator[int] = (
            iter(range(limit))
            if heed is None
            else chain.from_iterable(_heeding(limit, heed))
        )
        """Each round of a loop takes one, which costs less than counting."""
        self.storage: dict[str, Any] = {}
        """The working storage area by upper-case name."""
        self.shared: dict[Any, Any] = {}
        """What SET_NUMBER and its like have stored."""
        self.log: list[LogLine] = []
        self.random: Random = world.random()
        self.compiled: dict[str, Program] = {}


_STRIDE = 1000
"""Rounds between two looks at who wants the run."""


def _heeding(limit: int, heed: Callable[[], None]) -> Iterator[range]:
    for start in range(0, limit, _STRIDE):
        heed()
        yield range(start, min(start + _STRIDE, limit))


class Activation:
    """One formula that runs."""

    __slots__ = (
        "cache",
        "caller",
        "contexts",
        "defaulted",
        "node",
        "outputs",
        "pending",
        "program",
        "run",
    )

    def __init__(
        self,
        run: Run,
        program: Program,
        contexts: dict[str, Any],
        caller: Activation | None,
    ) -> None:
        self.run = run
        self.program = program
        self.contexts = contexts
        """Those that are set, and UNSET for what was taken away; never changed, but
        replaced."""
        self.caller = caller
        self.node: Node | None = None
        """Where it calls another formula, while that runs."""
        self.cache: dict[str, Fetched] = {}
        """The items that have been read in these contexts."""
        self.defaulted: set[str] = set()
        """The inputs that took their default."""
        self.pending: dict[str, Any] = {}
        """What SET_INPUT has set for the next call; UNSET takes a value away."""
        self.outputs: dict[str, Any] = {}
        """What the last called formula has returned."""

    def chain(self) -> Iterator[Activation]:
        """The activation itself and its callers, the nearest first."""
        each: Activation | None = self
        while each is not None:
            yield each
            each = each.caller
