"""What the tests of the interpreter share: playing a formula."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.interpreter import (
    Answer,
    FormulaAnswer,
    Outcome,
    Row,
    Semantics,
    World,
    run,
)


def _value(value: Any) -> Any:
    """Numbers as decimals, also in an array."""
    if isinstance(value, int | float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        return {index: _value(each) for index, each in value.items()}
    return value


def _rows(value: Any) -> tuple[Row, ...]:
    """The rows of an item; a bare value is one that holds in all contexts."""
    return value if isinstance(value, tuple) else (Row(_value(value)),)


def _answers(value: Any) -> tuple[Answer, ...]:
    return value if isinstance(value, tuple) else (Answer(_value(value)),)


def play(
    text: str,
    *,
    inputs: Mapping[str, Any] = {},
    items: Mapping[str, Any] = {},
    contexts: Mapping[str, Any] = {},
    functions: Mapping[str, Any] = {},
    formulas: Mapping[str, Any] = {},
    storage: Mapping[str, Any] = {},
    semantics: Semantics | None = None,
    watch: Any = None,
    **others: Any,
) -> Outcome:
    """Run a formula; values are written as plain Python, called formulas as text."""
    known = {
        name: FormulaAnswer({key: _value(each) for key, each in called.items()})
        if isinstance(called, Mapping)
        else analyze(parse(called))
        for name, called in formulas.items()
    }
    world = World(
        inputs={name: _value(value) for name, value in inputs.items()},
        items={name: _rows(value) for name, value in items.items()},
        contexts={name: _value(value) for name, value in contexts.items()},
        functions={name: _answers(value) for name, value in functions.items()},
        find_formula=known.get,
        storage={name: _value(value) for name, value in storage.items()},
        **others,
    )
    analysis = analyze(parse(text), Environment(formula_name="MAIN"))
    return run(analysis, world, semantics or Semantics(), watch)


@pytest.fixture(name="play", scope="session")
def play_fixture() -> Callable[..., Outcome]:
    """`play`."""
    return play


@pytest.fixture(scope="session")
def value_of() -> Callable[..., Any]:
    """What `X` is after statements; the run has to come to its end."""

    def evaluate(text: str, **world: Any) -> Any:
        outcome = play(f"{text}\nRETURN x", **world)
        assert outcome.error is None, outcome.error
        value = outcome.returns.get("X")
        return (
            int(value)
            if isinstance(value, Decimal) and value == int(value)
            else (float(value) if isinstance(value, Decimal) else value)
        )

    return evaluate
