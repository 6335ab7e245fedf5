"""The settings, in one table: what each is called, may be, is at first, and means.

They come from the editor (`initializationOptions`, `workspace/didChangeConfiguration`,
section `fastformula`) and from environment variables, and the latter win: an editor
sends its defaults too, so nothing else could set them aside. What is wrong is reported
in a sentence and left at its default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from fastformula_models import BackendSettings

SECTION = "fastformula"

Value = bool | int | str | tuple[str, ...]
BackendKind = Literal["embedded", "local", "remote", "fake", "off"]
Quantization = Literal["none", "int8", "nf4"]
Product = Literal["auto", "fusion", "ebs"]

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
    def type(self) -> Literal["boolean", "integer", "string", "array"]:
        """What a value is, in the words of JSON Schema; an array holds strings."""
        if isinstance(self.default, bool):
            return "boolean"
        if isinstance(self.default, int):
            return "integer"
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
            case "integer":
                # JSON has one kind of number, so 400.0 is 400.
                if isinstance(value, float) and value.is_integer():
                    value = int(value)
                wanted = "a whole number"
                if self.minimum is not None:
                    wanted += f" from {self.minimum} on"
                if (
                    isinstance(value, int)
                    and not isinstance(value, bool)
                    and (self.minimum is None or value >= self.minimum)
                ):
                    return value
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
        raise ValueError(f"should be {wanted}, but is {_shown(value)}")

    def read(self, text: str) -> Value:
        """The value an environment variable gives; raises ValueError if it is none."""
        value: object = text
        if self.type == "boolean":
            value = _WORDS.get(text.strip().lower(), text)
        elif self.type == "integer" and re.fullmatch(r"\s*-?\d+\s*", text):
            value = int(text)
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


@dataclass(frozen=True, slots=True)
class Settings:
    """The values in force; each field is a row of the table."""

    product: Annotated[
        Product,
        Row(
            "product",
            "Which product the formulas are for: `fusion`, Oracle Fusion Cloud HCM;"
            " `ebs`, Oracle E-Business Suite; `auto` lets each formula's own words"
            " decide. A `fastformula.toml` that says it wins.",
        ),
    ] = "auto"
    formula_type: Annotated[
        str,
        Row(
            "formulaType",
            "The formula type, such as `Oracle Payroll`, of formulas to which"
            " `fastformula.toml` gives none. Empty to go by the comment `Formula"
            " Type:` at the top of each, or else by what it takes and returns.",
        ),
    ] = ""
    catalogue: Annotated[
        str,
        Row(
            "catalogue",
            "The catalogue that holds the names of your own pod, as named for"
            " `fastformula catalog import`. A `fastformula.toml` that names one wins.",
        ),
    ] = ""
    enabled: Annotated[
        bool,
        Row("completion.enabled", "Offer a model's continuation as ghost text."),
    ] = True
    backend: Annotated[
        BackendKind,
        Row(
            "completion.backend",
            "Which model completes: `embedded`, the small one that comes with the"
            " package and runs anywhere; `local`, a base model with an adapter in this"
            " process (needs `pip install fastformula[local]`); `remote`, an"
            " OpenAI-compatible endpoint; `fake`, which says `completion.answers`;"
            " `off`, none.",
        ),
    ] = "embedded"
    base: Annotated[
        str,
        Row(
            "completion.base",
            "For `local`: the base model, an id of the catalogue or a folder. Empty"
            " when the adapter's card says it.",
        ),
    ] = ""
    adapter: Annotated[
        str,
        Row(
            "completion.adapter",
            "For `local`: the folder of the adapter that `fastformula-train` wrote.",
        ),
    ] = ""
    endpoint: Annotated[
        str,
        Row(
            "completion.endpoint",
            "For `remote`: the address of the API up to its version, such as"
            " `http://127.0.0.1:8080/v1`. A token is read from the environment"
            " variable `FASTFORMULA_TOKEN`.",
        ),
    ] = ""
    model: Annotated[
        str, Row("completion.model", "For `remote`: the model's name there.")
    ] = ""
    format: Annotated[
        str,
        Row(
            "completion.format",
            "The prompt format of a model that has neither a card nor a row in the"
            " catalogue.",
        ),
    ] = ""
    device: Annotated[
        str,
        Row(
            "completion.device",
            "For `local`: where the model runs, such as `cpu` or `cuda`.",
        ),
    ] = "auto"
    quantization: Annotated[
        Quantization,
        Row(
            "completion.quantization",
            "For `local`: weights of fewer bits, for less memory.",
        ),
    ] = "none"
    debounce_milliseconds: Annotated[
        int,
        Row(
            "completion.debounceMilliseconds",
            "How long you must pause before the model is asked, in milliseconds. -1"
            " adapts to how fast you type and how fast the model answers.",
            minimum=-1,
        ),
    ] = -1
    answers: Annotated[
        tuple[str, ...],
        Row(
            "completion.answers",
            "What the `fake` backend says, in turn; for tests and demonstrations.",
        ),
    ] = ()

    def backend_settings(self) -> BackendSettings:
        """What `fastformula_models` needs to open the backend."""
        return BackendSettings(
            kind=self.backend,
            base=self.base,
            adapter=self.adapter,
            endpoint=self.endpoint,
            model=self.model,
            format=self.format,
            device=self.device,
            quantization=self.quantization,
            answers=self.answers,
        )


def _read_table() -> Iterator[tuple[str, Setting]]:
    defaults = Settings()
    for field, hint in get_type_hints(Settings, include_extras=True).items():
        kind, row = get_args(hint)
        choices = get_args(kind) if get_origin(kind) is Literal else ()
        default = getattr(defaults, field)
        yield field, Setting(row.name, default, row.description, choices, row.minimum)


_TABLE = dict(_read_table())
"""The settings by the names of their fields."""

SETTINGS: tuple[Setting, ...] = tuple(_TABLE.values())
"""The table."""


def read_settings(
    options: object, environment: Mapping[str, str]
) -> tuple[Settings, tuple[str, ...]]:
    """The settings that `options` and `environment` make, and what is wrong in them.

    `options` is JSON from an editor: nested (`{"completion": {"backend": ...}}`),
    dotted (`{"completion.backend": ...}`), within the section or without.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    names = {setting.name: field for field, setting in _TABLE.items()}
    for name, given in _flatten(_without_section(options, problems)):
        if given is None:
            continue
        if name not in names:
            problems.append(f"There is no setting {SECTION}.{name}.")
            continue
        try:
            values[names[name]] = _TABLE[names[name]].check(given)
        except ValueError as error:
            problems.append(f"The setting {SECTION}.{name} {error}.")
    for field, setting in _TABLE.items():
        if setting.variable in environment:
            try:
                values[field] = setting.read(environment[setting.variable])
            except ValueError as error:
                problems.append(f"The variable {setting.variable} {error}.")
    return Settings(**values), tuple(problems)


def _without_section(options: object, problems: list[str]) -> Mapping[str, object]:
    if isinstance(options, Mapping) and SECTION in options:
        options = options[SECTION]
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        problems.append(f"The settings should be an object, not {_shown(options)}.")
        return {}
    return options


def _flatten(
    options: Mapping[str, object], prefix: str = ""
) -> Iterator[tuple[str, object]]:
    for key, value in options.items():
        name = f"{prefix}{key}".removeprefix(f"{SECTION}.")
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{name}.")
        else:
            yield name, value


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
