"""What a run brought against what a case expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import ndiff
from typing import Any, NamedTuple

from fastformula.interpreter import Outcome, Scalar, Value
from fastformula.interpreter.values import describe

from fastformula_server.outcomes import written
from fastformula_server.testing.case import Expected
from fastformula_server.testing.case_values import any_value


class Difference(NamedTuple):
    """One thing that is not as expected."""

    text: str
    """What was expected and what is."""
    name: str = ""
    """The returned name that it is about, in upper case."""
    expected: str = ""
    """What was expected, where that is a value, or an error."""
    actual: str = ""
    """What is there instead."""


def compare(expected: Expected, outcome: Outcome) -> tuple[Difference, ...]:
    """The differences; none where the case passes. ValueError for values of no sense.

    The error comes first: where the run ended early, nothing else is compared.
    """
    error = outcome.error
    if error is not None and error.kind != expected.error:
        wanted = f"expected {expected.error}, but" if expected.error else "unexpected:"
        where = f"{error.formula}:{error.line}"
        text = f"{wanted} {where}: {error.kind}: {error.message}"
        return (Difference(text, "", expected.error, str(error.kind)),)
    differences: list[Difference] = []
    if error is None and expected.error:
        differences.append(
            Difference(
                f"expected {expected.error}, but the run came to its end",
                expected=expected.error,
            )
        )
    if error is not None and expected.message not in error.message:
        differences.append(
            Difference(
                f"expected {expected.message!r} in the message, but it is: "
                f"{error.message}",
                expected=expected.message,
                actual=error.message,
            )
        )
    if error is None:
        differences += _compare_returns(expected.returns, outcome.returns)
    if expected.log is not None:
        log = [line.text for line in outcome.log]
        if log != list(expected.log):
            lines = [line for line in ndiff(expected.log, log) if line[0] != "?"]
            shown = "\n      ".join(lines)
            text = f"the log differs (- expected, + written):\n      {shown}"
            differences.append(
                Difference(text, "", "\n".join(expected.log), "\n".join(log))
            )
    return tuple(differences)


def _compare_returns(
    expected: Mapping[str, Any], returns: Mapping[str, Value]
) -> Iterator[Difference]:
    for name, wanted in expected.items():
        is_table = isinstance(wanted, dict)
        if is_table and wanted.get("absent") is True:
            if name in returns:
                found = written(returns[name])
                said = f"{name}: expected to be absent, but is {found}"
                yield Difference(said, name, "", found)
            continue
        if name not in returns:
            shown = written(any_value(_bare(wanted), None, name))
            said = f"{name}: is not returned, or has no value"
            yield Difference(said, name, shown)
            continue
        actual = returns[name]
        within = Decimal(0)
        if is_table and "within" in wanted:
            within = _number(wanted["within"], name)
        value = any_value(_bare(wanted), _kind_of(actual), name)
        if not _is_near(value, actual, within):
            shown = written(value) + (f" within {within:f}" if within else "")
            said = f"{name}: expected {shown}, but is {written(actual)}"
            if isinstance(value, Mapping) and isinstance(actual, Mapping):
                said = _array_text(name, value, actual) or said
            yield Difference(said, name, shown, written(actual))


def _bare(wanted: Any) -> Any:
    """What is expected, without how near it has to be."""
    is_near = isinstance(wanted, dict) and "within" in wanted
    return wanted.get("value") if is_near else wanted


_FEW = 3
"""Elements that two arrays may have, to be shown side by side."""


def _array_text(
    name: str, wanted: Mapping[Any, Scalar], actual: Mapping[Any, Scalar]
) -> str:
    """The elements that differ; nothing where all of them are soon seen."""
    if max(len(wanted), len(actual)) <= _FEW:
        return ""
    lines = [f"{name}: elements differ (- expected, + returned):"]
    wanted = _folded(wanted)
    # An array has indexes of one type; where the case has others, they stand apart.
    for index in [*sorted(wanted), *sorted(actual.keys() - wanted.keys())]:
        if index in wanted and index in actual and wanted[index] == actual[index]:
            continue
        for sign, values in (("-", wanted), ("+", actual)):
            if index in values:
                lines.append(f"      {sign} {index}: {describe(values[index])}")
    return "\n".join(lines)


def _folded(elements: Mapping[Any, Scalar]) -> dict[Any, Scalar]:
    """The indexes of texts know no case."""
    return {
        index.upper() if isinstance(index, str) else index: each
        for index, each in elements.items()
    }


def _kind_of(value: Value) -> str | None:
    """The type that a text in a case is read as, for a number or date."""
    if isinstance(value, Decimal):
        return "NUMBER"
    return "DATE" if hasattr(value, "year") else None


def _is_near(wanted: Value, actual: Value, within: Decimal) -> bool:
    if isinstance(wanted, Decimal) and isinstance(actual, Decimal):
        return abs(wanted - actual) <= within
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        elements = _folded(wanted)
        return elements.keys() == actual.keys() and all(
            _is_near(each, actual[index], within) for index, each in elements.items()
        )
    return type(wanted) is type(actual) and wanted == actual


def _number(value: Any, name: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        raise ValueError(f"{name}: within is a number from 0")
    return Decimal(value)
