"""What came of a run, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from fastformula.analysis import Analysis
from fastformula.interpreter import Missing, Outcome, RunError, Step, Value
from fastformula.interpreter.values import describe
from fastformula.text import LineIndex

_OPTIONS = {
    "input": "--input",
    "item": "--dbi",
    "context": "--context",
    "function": "--function",
}

_SHOWN = 8
"""Elements of an array that are shown beside a statement."""


def to_json(outcome: Outcome, steps: list[Step] | None) -> str:
    """The outcome as JSON; numbers keep all their digits."""
    error = outcome.error
    document: dict[str, Any] = {
        "returns": outcome.returns,
        "log": [line.text for line in outcome.log],
        "error": None
        if error is None
        else {
            "class": str(error.kind),
            "message": error.message,
            "formula": error.formula,
            "line": error.line,
        },
    }
    if steps is not None:
        document["trace"] = [
            {
                "formula": step.formula,
                "line": step.line,
                "text": step.text,
                "reads": step.reads,
                "writes": step.writes,
                "outcome": step.outcome,
            }
            for step in steps
        ]
    return "".join(_encode(document, "\n"))


def _encode(value: Any, newline: str) -> Iterator[str]:
    """JSON, in which the encoder of Python would cut numbers to 17 digits."""
    inner = f"{newline}  "
    if isinstance(value, Decimal):
        yield f"{value:f}"
    elif isinstance(value, datetime):
        yield f'"{value.isoformat(timespec="seconds")}"'
    elif isinstance(value, Mapping) and value:
        for at, (key, each) in enumerate(value.items()):
            yield f"{',' if at else '{'}{inner}{json.dumps(str(key))}: "
            yield from _encode(each, inner)
        yield f"{newline}}}"
    elif isinstance(value, list) and value:
        for at, each in enumerate(value):
            yield f"{',' if at else '['}{inner}"
            yield from _encode(each, inner)
        yield f"{newline}]"
    else:
        yield json.dumps(value)


def returned(outcome: Outcome) -> list[str]:
    """A line for each returned value."""
    return [f"{name} = {written(value)}" for name, value in outcome.returns.items()]


def written(value: Value, most: int = 1_000_000) -> str:
    """A value as people read it, of an array at most so many elements."""
    if not isinstance(value, Mapping):
        return describe(value)
    shown = [f"{index}: {describe(value[index])}" for index in islice(value, most)]
    return f"[{', '.join(shown)}{', …' if len(value) > most else ''}]"


def step_line(step: Step) -> str:
    """What a statement did, in one line."""
    parts = [f"{step.formula}:{step.line}: {step.text}"]
    if step.outcome is not None:
        parts.append("holds" if step.outcome else "does not hold")
    if step.reads:
        parts.append(f"with {_values(step.reads)}")
    if step.writes:
        parts.append(f"gives {_values(step.writes)}")
    return "  ".join(parts)


def _values(values: Mapping[str, Value]) -> str:
    return ", ".join(
        f"{name} = {written(each, _SHOWN)}" for name, each in values.items()
    )


def error_lines(error: RunError | None, path: str, analysis: Analysis) -> list[str]:
    """Why the run ended: the place, the reason, the values, the calls, what to add.

    `analysis` is that of the formula that was started; nothing is said of no error.
    """
    if error is None:
        return []
    text, is_main = analysis.parsed.text, not error.stack
    place = path if is_main else error.formula
    lines = [f"{place}:{error.line}: {error.kind}: {error.message}"]
    if is_main:
        start, end = LineIndex(text).line_span(error.line - 1)
        lines.append(f"    {text[start:end].strip()}")
    if error.values:
        lines.append(f"    with {_values(error.values)}")
    lines += (
        f"    called by {caller.formula}, line {caller.line}"
        for caller in reversed(error.stack)
    )
    if error.missing is not None and error.missing.kind in _OPTIONS:
        lines.append(f"    add: {_option(error.missing)}")
    return lines


def _option(missing: Missing) -> str:
    kind = missing.type or "VALUE"
    return f"{_OPTIONS[missing.kind]} {missing.name}={kind}"
