"""What Oracle's guides leave open, as switches with the likeliest answer set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Semantics:
    """How formulas behave where no text of Oracle says it for certain."""

    digits: int = 38
    """Of a result of arithmetic; the documented precision of NUMBER. The database
    itself carries one or two more inside of an expression."""
    text_limit: int = 32_767
    """Characters a text may have; that of PL/SQL. The guides name 255, which formulas
    in use exceed."""
    loop_limit: int = 1_000_000
    """Rounds of all loops of a run, and calls of formulas, together. Oracle stops such
    runs as well, but publishes no number."""
    call_depth: int = 10
    """Formulas that call one another at a time, the first one not counted."""
    empty_text_is_null: bool = True
    """Whether `''` is NULL, as it is in Oracle's database."""
    isnull_of_null: Literal["N", "Y"] = "N"
    """What ISNULL says of NULL; formulas in use take `N` for it, `Y` for a value."""
    unstated_contexts: Literal["set", "unset"] = "set"
    """What a context is for items and functions that need it when nobody gives it: set
    by the process, as most are in Oracle, or unset, which is an error. One that is
    taken away, or given as NULL, is unset in any case."""
    need_context_is_checked: bool = True
    """Whether NEED_CONTEXT ends a formula that begins without the context; Oracle's
    guide says only that the formula needs it."""
    null_results: Literal["value", "error"] = "value"
    """What becomes of NULL from a function that asks the application: a value that
    ISNULL can test, as formulas in use do, or the documented error."""
    short_circuit: bool = True
    """Whether AND and OR leave out what cannot change the result."""
    assigning_clears_defaulted: bool = False
    """Whether an input that took its default is no longer DEFAULTED once assigned."""
    locals_are_defaulted: bool = False
    """Whether a local with a DEFAULT is DEFAULTED; formulas in use see that it is
    not."""
