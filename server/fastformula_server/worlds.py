"""What a run meets, from what one gives on a command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fastformula.analysis import Analysis
from fastformula.interpreter import Answer, Row, Value, World
from fastformula.language import find_functions
from fastformula.language.types import DATA_TYPES

from fastformula_server.called import Neighbours
from fastformula_server.given import read_moment, read_value

Pairs = tuple[tuple[str, str], ...]
"""Upper-case names and the texts of their values."""


@dataclass(frozen=True, slots=True)
class Given:
    """Values by the kinds of their names, as they are written."""

    inputs: Pairs = ()
    items: Pairs = ()
    contexts: Pairs = ()
    functions: Pairs = ()
    effective_date: str | None = None


def make_world(given: Given, analysis: Analysis, neighbours: Neighbours) -> World:
    """What the formula meets; raises ValueError for a name or value that is none."""
    inputs = {each.key: each.type for each in analysis.inputs}
    _check("--input", given.inputs, inputs, "The inputs of the formula are")
    items = {each.key: each.type for each in analysis.items} | {
        each.alias.alias.key: each.type
        for each in analysis.items
        if each.alias is not None
    }
    if not analysis.formula_calls:
        # Otherwise a called formula may read them.
        _check("--dbi", given.items, items, "The formula reads")
        called = {site.key for site in analysis.calls}
        _check("--function", given.functions, called, "The formula calls")
    catalogue = analysis.environment.catalogue
    known = {name: catalogue.find_context(name) for name, _ in given.contexts}
    types = {name: each.type for name, each in known.items() if each is not None}
    _check("--context", given.contexts, types, "")
    contexts = {
        name: value
        for name, value in _values("--context", given.contexts, types).items()
        if not isinstance(value, Mapping)
    }
    date = None
    if given.effective_date is not None:
        try:
            date = read_moment(given.effective_date)
        except ValueError as error:
            raise ValueError(f"--effective-date: {error}") from error
        contexts.setdefault("EFFECTIVE_DATE", date)
    answers = _values("--function", given.functions, _results(given.functions))
    return World(
        inputs=_values("--input", given.inputs, inputs),
        items={
            name: (Row(value),)
            for name, value in _values("--dbi", given.items, items).items()
        },
        contexts=contexts,
        functions={name: (Answer(value),) for name, value in answers.items()},
        find_formula=neighbours.find,
        effective_date=date,
    )


def overlay(base: World, world: World) -> World:
    """`base`, in which what `world` gives comes first."""
    return replace(
        base,
        inputs={**base.inputs, **world.inputs},
        items={**base.items, **world.items},
        contexts={**base.contexts, **world.contexts},
        functions={**base.functions, **world.functions},
        effective_date=world.effective_date or base.effective_date,
    )


def _check(option: str, given: Pairs, known: Iterable[str], what: str) -> None:
    """Raise ValueError where a name is given that means nothing here."""
    names = sorted(known)
    for name, _ in given:
        if name not in names:
            listed = f" {what}: {', '.join(names) or 'none'}." if what else ""
            raise ValueError(f"{option} {name}: there is none of that name.{listed}")


def _results(functions: Pairs) -> dict[str, str | None]:
    """What each of the functions gives, where all its forms give the same."""
    kinds: dict[str, str | None] = {}
    for name, _ in functions:
        results = {each.returns for each in find_functions(name)}
        only = results.pop() if len(results) == 1 else None
        kinds[name] = only if only in DATA_TYPES else None
    return kinds


def _values(
    option: str, given: Pairs, types: Mapping[str, str | None]
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, text in given:
        if name in values:
            raise ValueError(f"{option} {name}: it is given twice")
        try:
            values[name] = read_value(text, types.get(name))
        except ValueError as error:
            raise ValueError(f"{option} {name}: {error}") from error
    return values
