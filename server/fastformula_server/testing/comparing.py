"""What a run brought against what a case expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import ndiff
from typing import Any, NamedTuple

from fastformula.interpreter import Outcome, Value

from fastformula_server.outcomes import written
from fastformula_server.testing.case import Expected
from fastformula_server.testing.case_values import any_value


class Difference(NamedTuple):
    """One thing that is not as expected."""

    text: str
    """What was expected and what is."""
    name: str = ""
    """The returned name that it is about, in upper case."""


def compare(expected: Expected, outcome: Outcome) -> tuple[Difference, ...]:
    """The differences; none where the case passes. ValueError for values of no sense.

    The error comes first: where the run ended early, nothing else is compared.
    """
    error = outcome.error
    if error is not None and error.kind != expected.error:
        wanted = f"expected {expected.error}, but" if expected.error else "unexpected:"
        where = f"{error.formula}:{error.line}"
        return (Difference(f"{wanted} {where}: {error.kind}: {error.message}"),)
    differences: list[Difference] = []
    if error is None and expected.error:
        differences.append(
            Difference(f"expected {expected.error}, but the run came to its end")
        )
    if error is not None and expected.message not in error.message:
        differences.append(
            Difference(
                f"expected {expected.message!r} in the message, but it is: "
                f"{error.message}"
            )
        )
    if error is None:
        differences += _compare_returns(expected.returns, outcome.returns)
    if expected.log is not None:
        log = [line.text for line in outcome.log]
        if log != list(expected.log):
            lines = [line for line in ndiff(expected.log, log) if line[0] != "?"]
            shown = "\n      ".join(lines)
            differences.append(
                Difference(f"the log differs (- expected, + written):\n      {shown}")
            )
    return tuple(differences)


def _compare_returns(
    expected: Mapping[str, Any], returns: Mapping[str, Value]
) -> Iterator[Difference]:
    for name, wanted in expected.items():
        is_table = isinstance(wanted, dict)
        if is_table and wanted.get("absent") is True:
            if name in returns:
                said = f"{name}: expected to be absent, but is {written(returns[name])}"
                yield Difference(said, name)
            continue
        if name not in returns:
            yield Difference(f"{name}: is not returned, or has no value", name)
            continue
        actual = returns[name]
        within = Decimal(0)
        if is_table and "within" in wanted:
            within = _number(wanted["within"], name)
            wanted = wanted.get("value")
        value = any_value(wanted, _kind_of(actual), name)
        if not _is_near(value, actual, within):
            near = f" within {within:f}" if within else ""
            yield Difference(
                f"{name}: expected {written(value)}{near}, but is {written(actual)}",
                name,
            )


def _kind_of(value: Value) -> str | None:
    """The type that a text in a case is read as, for a number or date."""
    if isinstance(value, Decimal):
        return "NUMBER"
    return "DATE" if hasattr(value, "year") else None


def _is_near(wanted: Value, actual: Value, within: Decimal) -> bool:
    if isinstance(wanted, Decimal) and isinstance(actual, Decimal):
        return abs(wanted - actual) <= within
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        # The indexes of texts know no case.
        elements = {
            index.upper() if isinstance(index, str) else index: each
            for index, each in wanted.items()
        }
        return elements.keys() == actual.keys() and all(
            _is_near(each, actual[index], within) for index, each in elements.items()
        )
    return type(wanted) is type(actual) and wanted == actual


def _number(value: Any, name: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        raise ValueError(f"{name}: within is a number from 0")
    return Decimal(value)
