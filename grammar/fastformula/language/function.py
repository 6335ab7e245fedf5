"""Oracle's functions and array methods, as the tables in `functions/` describe them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from fastformula.language.types import DataType, Product

Confidence = Literal["documented", "listed", "inferred", "recalled"]
"""How sure the table is of a signature.

`documented`: name and signature stand in a text of Oracle. `listed`: a public editor
dictionary lists it with names of parameters and result type. `inferred`: the name was
found, types or optional parameters are deduced. `recalled`: known of E-Business Suite,
not compared with Oracle's text.
"""

Type = DataType | Literal["ANY", "INDEX", "CONTEXT", "DIRECTED"]
"""What a parameter takes.

Beyond the nine types of the language: `ANY` is whatever the call needs, `INDEX` the
index type of the array, `CONTEXT` the bare name of a context, `DIRECTED` an argument
of CALL_FORMULA, `value > 'INPUT'` or `variable < 'OUTPUT'`.
"""

Result = Type | Literal["CONDITION", "STATEMENT"]
"""What a call gives: a value, something to stand in a condition, or nothing."""


Log = Literal["process", "payroll", "compensation", "time", "trace"]
"""Where a logging function writes.

`process`: the log of a scheduled process, so nothing where a formula runs online;
`payroll`, `compensation`: the log of such a process; `time`: the rule log of time and
labor; `trace`: a trace that somebody has to switch on.
"""

CHAPTERS = (
    "number",
    "text",
    "date",
    "conversion",
    "array",
    "context",
    "working_storage",
    "formula_call",
    "shared_values",
    "lookup",
    "logging",
    "message",
    "payroll",
    "rates",
    "iteration",
    "archive",
    "extract",
    "absence",
    "accruals",
    "benefits",
    "time_and_labor",
    "united_arab_emirates",
    "united_states",
    "canada",
    "united_kingdom",
)
"""The tables, in the order in which overloads and chapters are listed."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `out` ones must be variables, in which a value is handed back."""

    name: str
    type: Type
    optional: bool = False
    repeats: bool = False
    out: bool = False

    @property
    def label(self) -> str:
        """`name: TYPE`, in brackets where it may be left out."""
        text = f"{'OUT ' if self.out else ''}{self.name}: {self.type}"
        text += ", ..." if self.repeats else ""
        return f"[{text}]" if self.optional else text


@dataclass(frozen=True, slots=True)
class Function:
    """One signature; functions of one name that differ in types are overloads."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: Result
    description: str
    chapter: str
    product: Product
    confidence: Confidence
    sources: tuple[str, ...]
    """Keys of `sources`."""
    contexts: tuple[str, ...] = ()
    """Contexts that must be set for the call to work."""
    same_as: str = ""
    """The usual name of the function, where this is another one."""
    note: str = ""
    log: Log | None = None
    """Of a logging function; for others None."""
    is_method: bool = False
    """Whether it is written behind an array and a dot."""

    @property
    def signature(self) -> str:
        """`ROUND(m: NUMBER, [n: NUMBER]): NUMBER`, for people to read."""
        parameters = ", ".join(parameter.label for parameter in self.parameters)
        dot = "array." if self.is_method else ""
        # COUNT and nothing else is written without parentheses.
        call = f"{dot}{self.name}"
        if parameters or not self.is_method:
            call += f"({parameters})"
        value = self.returns not in ("CONDITION", "STATEMENT")
        return f"{call}: {self.returns}" if value else call


@cache
def load_chapters() -> Mapping[str, tuple[Function, ...]]:
    """All functions and methods by the title of their table."""
    folder = files("fastformula.language") / "functions"
    chapters = {}
    for name in CHAPTERS:
        data = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        title = data["chapter"]
        chapters[title] = tuple(
            _function(row, title, key == "method")
            for key in ("function", "method")
            for row in data.get(key, ())
        )
    return MappingProxyType(chapters)


@cache
def load_functions() -> Mapping[str, tuple[Function, ...]]:
    """All functions by name in upper case, each name with its overloads."""
    return _grouped(is_method=False)


@cache
def load_methods() -> Mapping[str, tuple[Function, ...]]:
    """All array methods by name in upper case."""
    return _grouped(is_method=True)


def find_functions(name: str) -> tuple[Function, ...]:
    """The overloads of function `name` in any case; none where it is unknown."""
    return load_functions().get(name.upper(), ())


def _grouped(*, is_method: bool) -> Mapping[str, tuple[Function, ...]]:
    groups: dict[str, tuple[Function, ...]] = {}
    for functions in load_chapters().values():
        for function in functions:
            if function.is_method == is_method:
                groups[function.name] = (*groups.get(function.name, ()), function)
    return MappingProxyType(groups)


def _function(row: dict[str, Any], chapter: str, is_method: bool) -> Function:
    lists = {
        "parameters": tuple(Parameter(**each) for each in row.get("parameters", ())),
        "sources": tuple(row["sources"]),
        "contexts": tuple(row.get("contexts", ())),
    }
    return Function(**(row | lists), chapter=chapter, is_method=is_method)
