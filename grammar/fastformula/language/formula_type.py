"""Formula types: the contract between a formula and the process that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastformula.language.types import Product

Detail = Literal["documented", "sampled", "recalled", "partial", "name"]
"""How much is known of a contract.

`documented`: contexts, inputs and returns stand on a page of Oracle. `sampled`: read
off formulas that run. `recalled`: known of E-Business Suite, not compared with Oracle's
text. `partial`: some of the three are missing. `name`: nothing but the name, at most
with its contexts.
"""


@dataclass(frozen=True, slots=True)
class Variable:
    """An input or return of a formula type."""

    name: str
    types: tuple[str, ...]
    """What it may be, of the nine types; empty where any fits or nobody has said."""
    required: bool | None = None
    """None where no source says."""
    numbered_to: int = 0
    """Where `name` ends in 1 and stands for a row of names: their last number."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FormulaType:
    """One formula type."""

    name: str
    detail: Detail
    product: Product
    contexts: tuple[str, ...] = ()
    inputs: tuple[Variable, ...] = ()
    returns: tuple[Variable, ...] = ()
    purpose: str = ""
    open_inputs: bool = False
    """Whether other inputs are normal, such as the input values of an element."""
    open_returns: bool = False
    """Whether other returns are normal, such as those that result rules map."""
    sources: tuple[str, ...] = ()
    note: str = ""
