"""What `fastformula.toml` may say; its text to values, and what is wrong with it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast, get_args

from fastformula.diagnostic import Severity
from fastformula.formatter import Style
from fastformula.formatter.style import Brackets, Case, Operators
from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem
from fastformula.language.formula_type import find_formula_type, load_formula_types
from fastformula.language.types import ARRAYS, SCALARS, DataType, ScalarType
from fastformula.linter import RULES, Configuration
from fastformula.linter.codes import REMARKS, SYNTAX

FILE_NAME = "fastformula.toml"

OneProduct = Literal["fusion", "ebs"]


class Problem(NamedTuple):
    """Something in the file that is not as it should be."""

    line: int
    """From 1."""
    message: str
    """One sentence or two."""


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """What a file says; where it says nothing, or nonsense, what holds then."""

    product: OneProduct | None = None
    """None where the formulas' own words decide."""
    catalogue: str = ""
    """Its name; empty for Oracle's own names only."""
    catalogue_line: int = 1
    formula_type: str = ""
    formula_types: tuple[tuple[str, str], ...] = ()
    """Patterns of paths and the type each gives; the first that fits counts."""
    lint: Configuration = field(default_factory=Configuration)
    items: Mapping[str, DatabaseItem] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Extra database items and global values, by upper-case name."""
    contexts: Mapping[str, Context] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Extra contexts, by upper-case name."""
    format: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What it says of the layout: values by the names of the fields of `Style`."""
    exclude: tuple[str, ...] = ()
    """Patterns of the paths that are passed over in folders."""
    problems: tuple[Problem, ...] = ()

    def style(self, otherwise: Style) -> Style:
        """How the formulas are formatted; what the file leaves open is `otherwise`."""
        return replace(otherwise, **self.format)


Report = Callable[[str, str], None]
"""Says what is wrong below a key: the key within its table, or "", and a message."""


def read_project_file(text: str) -> ProjectFile:
    """The values of a file; what is wrong is a problem, and the rest holds."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return ProjectFile(problems=(_syntax_problem(text, error),))
    problems: list[Problem] = []
    file = ProjectFile()
    for key, value in data.items():

        def report(inner: str, message: str, key: str = key) -> None:
            problems.append(Problem(_find_line(text, key, inner), message))

        if reader := _READERS.get(key):
            file = reader(file, value, report)
        else:
            report("", f"There is no setting `{key}`.{_meant(key, _READERS)}")
    return replace(
        file,
        catalogue_line=_find_line(text, "catalogue", ""),
        problems=tuple(sorted(problems)),
    )


def read_severity(
    configuration: Configuration, name: str, value: object
) -> Configuration:
    """`configuration` with the rule `name` set to a severity or "off".

    Raises ValueError that says why it cannot be.
    """
    names = {rule.name for rule in RULES} | set(REMARKS)
    if name in SYNTAX:
        raise ValueError(f"`{name}` is a syntax error, which always counts.")
    if name not in names:
        raise ValueError(f"There is no rule `{name}`.{_meant(name, names)}")
    choices = ("off", *Severity)
    if value not in choices:
        raise ValueError(_wrong(name, _one_of(choices), value))
    if value == "off":
        return replace(configuration, off=configuration.off | {name})
    severities = {**configuration.severities, name: Severity(cast(str, value))}
    off = configuration.off - {name}
    return Configuration(off, MappingProxyType(severities))


def read_formula_type(name: str) -> str:
    """The formula type's full name; raises ValueError where there is none."""
    if found := find_formula_type(name):
        return found.name
    names = {each.name.lower(): each.name for each in load_formula_types().values()}
    near = get_close_matches(name.lower(), names, 1)
    advice = f" Did you mean `{names[near[0]]}`?" if near else ""
    raise ValueError(f"There is no formula type `{name}`.{advice}")


def _read_product(file: ProjectFile, value: object, report: Report) -> ProjectFile:
    choices = get_args(OneProduct)
    if value in choices:
        return replace(file, product=cast(OneProduct, value))
    report("", _wrong("product", _one_of(choices), value))
    return file


def _read_catalogue(file: ProjectFile, value: object, report: Report) -> ProjectFile:
    if isinstance(value, str):
        return replace(file, catalogue=value)
    report("", _wrong("catalogue", "a name in quotes", value))
    return file


def _read_formula_type(file: ProjectFile, value: object, report: Report) -> ProjectFile:
    found = _formula_type("", "formula-type", value, report)
    return replace(file, formula_type=found) if found else file


def _read_formula_types(
    file: ProjectFile, value: object, report: Report
) -> ProjectFile:
    rows = []
    for pattern, name in _table("formula-types", value, report):
        if found := _formula_type(pattern, pattern, name, report):
            rows.append((pattern, found))
    return replace(file, formula_types=tuple(rows))


def _formula_type(inner: str, key: str, value: object, report: Report) -> str:
    if not isinstance(value, str):
        report(inner, _wrong(key, "the name of a formula type", value))
        return ""
    try:
        return read_formula_type(value)
    except ValueError as error:
        report(inner, str(error))
        return ""


def _read_rules(file: ProjectFile, value: object, report: Report) -> ProjectFile:
    for name, severity in _table("rules", value, report):
        try:
            file = replace(file, lint=read_severity(file.lint, name, severity))
        except ValueError as error:
            report(name, str(error))
    return file


def _read_items(kind: Literal["item", "global"]) -> _Reader:
    key = "database-items" if kind == "item" else "globals"

    def read(file: ProjectFile, value: object, report: Report) -> ProjectFile:
        types = SCALARS if kind == "global" else SCALARS | ARRAYS
        found = {
            name.upper(): DatabaseItem(
                name.upper(), cast(DataType | None, of), "catalogue", kind=kind
            )
            for name, of in _names(key, value, types, report)
        }
        return replace(file, items=MappingProxyType({**file.items, **found}))

    return read


def _read_contexts(file: ProjectFile, value: object, report: Report) -> ProjectFile:
    found = {
        name.upper(): Context(name.upper(), cast(ScalarType, of), "catalogue")
        for name, of in _types("contexts", value, SCALARS, report)
    }
    return replace(file, contexts=MappingProxyType(found))


def _read_format(file: ProjectFile, value: object, report: Report) -> ProjectFile:
    found = {}
    for key, given in _table("format", value, report):
        if key not in _FORMAT:
            report(key, f"There is no setting `{key}`.{_meant(key, _FORMAT)}")
            continue
        name, choices = _FORMAT[key]
        # True is 1, but not here.
        if any(given == each and type(given) is type(each) for each in choices):
            found[name] = given
        elif isinstance(choices, range):
            wanted = f"a whole number from {choices[0]} to {choices[-1]}"
            report(key, _wrong(key, wanted, given))
        elif choices == (False, True):
            report(key, _wrong(key, "true or false", given))
        else:
            report(key, _wrong(key, _one_of(map(str, choices)), given))
    return replace(file, format=MappingProxyType(found))


_FORMAT: dict[str, tuple[str, Sequence[object]]] = {
    "keywords": ("keywords", get_args(Case)),
    "functions": ("functions", get_args(Case)),
    "indent": ("indent", range(1, 9)),
    "line-width": ("width", range(40, 1001)),
    "brackets": ("brackets", get_args(Brackets)),
    "operators": ("operators", get_args(Operators)),
    "align": ("align", (False, True)),
}
"""The field of `Style` that a key sets, and what it may be."""


def _read_exclude(file: ProjectFile, value: object, report: Report) -> ProjectFile:
    return replace(file, exclude=tuple(_texts("exclude", value, report)))


_Reader = Callable[[ProjectFile, object, Report], ProjectFile]

_READERS: dict[str, _Reader] = {
    "product": _read_product,
    "catalogue": _read_catalogue,
    "formula-type": _read_formula_type,
    "formula-types": _read_formula_types,
    "rules": _read_rules,
    "database-items": _read_items("item"),
    "globals": _read_items("global"),
    "contexts": _read_contexts,
    "exclude": _read_exclude,
    "format": _read_format,
}


def _names(
    key: str, value: object, types: Iterable[str], report: Report
) -> Iterator[tuple[str, str | None]]:
    """Names from a list, or with their types from a table."""
    if isinstance(value, list):
        yield from ((name, None) for name in _texts(key, value, report))
    elif isinstance(value, dict):
        yield from _types(key, value, types, report)
    else:
        report("", _wrong(key, "a list of names or a table of names and types", value))


def _types(
    key: str, value: object, types: Iterable[str], report: Report
) -> Iterator[tuple[str, str]]:
    for name, of in _table(key, value, report):
        if isinstance(of, str) and of.upper() in types:
            yield name, of.upper()
        else:
            report(name, _wrong(name, _one_of(sorted(types)), of))


def _texts(key: str, value: object, report: Report) -> Iterator[str]:
    if not isinstance(value, list):
        report("", _wrong(key, "a list of texts", value))
        return
    for each in value:
        if isinstance(each, str):
            yield each
        else:
            report("", f"`{key}` holds {_shown(each)}, which is not a text.")


def _table(key: str, value: object, report: Report) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        return value.items()
    report("", _wrong(key, f"a table, [{key}]", value))
    return ()


def _wrong(key: str, wanted: str, value: object) -> str:
    return f"`{key}` should be {wanted}, but is {_shown(value)}."


def _one_of(choices: Iterable[str]) -> str:
    *most, last = (f'"{choice}"' for choice in choices)
    return f"{', '.join(most)} or {last}"


def _shown(value: object) -> str:
    shown = json.dumps(value, default=str, ensure_ascii=False)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _meant(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(names), 1)
    return f" Did you mean `{near[0]}`?" if near else ""


def _syntax_problem(text: str, error: tomllib.TOMLDecodeError) -> Problem:
    message, _, place = str(error).partition(" (at ")
    line = re.search(r"line (\d+)", place)
    return Problem(
        int(line[1]) if line else max(1, len(text.splitlines())),
        f"This is not TOML, so nothing of the file is used: {message.lower()}.",
    )


def _find_line(text: str, key: str, inner: str) -> int:
    """Where `key`, or `inner` in the table `key`, is set; 1 where that is not plain."""
    table = ""
    of_key = 1
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*[\"']?([^\]\"']+?)[\"']?\s*\]", line):
            table = header[1]
            of_key = number if table == key else of_key
        elif setting := re.match(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([\w-]+))\s*=", line):
            name = next(group for group in setting.groups() if group is not None)
            if (table, name) == ("", key):
                of_key = number
            elif inner and (table, name) == (key, inner):
                return number
    return of_key
