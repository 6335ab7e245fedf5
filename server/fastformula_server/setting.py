"""What a setting is: its name, what it may be, and what it is at first."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

SECTION = "fastformula"

Value = bool | int | float | str | tuple[str, ...]

_WORDS = {"true": True, "yes": True, "on": True, "1": True}
_WORDS |= {"false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    name: str
    """As in the editor's settings, without the section."""
    default: Value
    description: str
    """Markdown."""
    choices: tuple[str, ...] = ()
    minimum: int | None = None

    @property
    def type(self) -> Literal["boolean", "integer", "number", "string", "array"]:
        """What a value is, in the words of JSON Schema; an array holds strings."""
        if isinstance(self.default, bool):
            return "boolean"
        if isinstance(self.default, int):
            return "integer"
        if isinstance(self.default, float):
            return "number"
        return "string" if isinstance(self.default, str) else "array"

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        words = re.sub(r"([a-z])([A-Z])", r"\1_\2", self.name).replace(".", "_")
        return f"{SECTION}_{words}".upper()

    def check(self, value: object) -> Value:
        """`value` if it can be one of this setting; raises ValueError if not."""
        match self.type:
            case "boolean":
                if isinstance(value, bool):
                    return value
                wanted = "true or false"
            case "integer" | "number":
                whole = self.type == "integer"
                wanted = "a whole number" if whole else "a number"
                if self.minimum is not None:
                    wanted += f" from {self.minimum} on"
                if (
                    isinstance(value, int | float)
                    and not isinstance(value, bool)
                    and math.isfinite(value)
                    # JSON has one kind of number, so 400.0 is 400.
                    and (not whole or int(value) == value)
                    and (self.minimum is None or value >= self.minimum)
                ):
                    return int(value) if whole else float(value)
            case "string":
                wanted = "a text"
                if self.choices:
                    wanted = f"one of {', '.join(self.choices)}"
                if isinstance(value, str) and (
                    not self.choices or value in self.choices
                ):
                    return value
            case "array":
                if isinstance(value, list | tuple) and all(
                    isinstance(each, str) for each in value
                ):
                    return tuple(value)
                wanted = "a list of texts"
        raise ValueError(f"should be {wanted}, but is {shown(value)}")

    def read(self, text: str) -> Value:
        """The value an environment variable gives; raises ValueError if it is none."""
        value: object = text
        if self.type == "boolean":
            value = _WORDS.get(text.strip().lower(), text)
        elif self.type == "integer" and re.fullmatch(r"\s*-?\d+\s*", text):
            value = int(text)
        elif self.type == "number" and re.fullmatch(r"\s*-?\d+(\.\d*)?\s*", text):
            value = float(text)
        elif self.type == "array":
            try:
                value = json.loads(text)
            except ValueError:
                value = [text]
        return self.check(value)


@dataclass(frozen=True, slots=True)
class Row:
    """What the table below says of a setting besides its type and default."""

    name: str
    description: str
    minimum: int | None = None


def shown(value: object) -> str:
    """A value as a message quotes it."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"


def flatten(options: object, problems: list[str]) -> Iterator[tuple[str, object]]:
    """The names and values in `options`, JSON from an editor, nested or dotted.

    What is wrong with it as a whole is added to `problems`, as a sentence.
    """
    return _flatten(_without_section(options, problems), "")


def _without_section(options: object, problems: list[str]) -> Mapping[str, object]:
    if isinstance(options, Mapping) and SECTION in options:
        options = options[SECTION]
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        problems.append(f"The settings should be an object, not {shown(options)}.")
        return {}
    return options


def _flatten(
    options: Mapping[str, object], prefix: str
) -> Iterator[tuple[str, object]]:
    for key, value in options.items():
        name = f"{prefix}{key}".removeprefix(f"{SECTION}.")
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{name}.")
        else:
            yield name, value
