"""The settings, in one table: what each is called, may be, is at first, and means.

They come from the editor (`initializationOptions`, `workspace/didChangeConfiguration`,
section `fastformula`) and from environment variables, and the latter win: an editor
sends its defaults too, so nothing else could set them aside. What is wrong is reported
in a sentence and left at its default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from fastformula.formatter import Style
from fastformula.formatter.style import Brackets, Case, Operators
from fastformula_models import BackendSettings
from fastformula_models.sampling import PRESETS, Sampling

from fastformula_server.adapters import adapter_places
from fastformula_server.setting import SECTION as SECTION
from fastformula_server.setting import Row, flatten
from fastformula_server.setting import Setting as Setting
from fastformula_server.setting import Value as Value

BackendKind = Literal["embedded", "local", "remote", "fake", "off"]
Quantization = Literal["none", "int8", "nf4"]
Protocol = Literal["auto", "openai", "infill", "ollama"]
Speculation = Literal["none", "lookup"]
Preset = Literal["deterministic", "balanced", "creative"]
Product = Literal["auto", "fusion", "ebs"]

GUESSED_TOKENS = 8
"""How many tokens are guessed at once."""


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
    format_keywords: Annotated[
        Case, Row("format.keywords", "The case of IF, DEFAULT FOR and such.")
    ] = "upper"
    format_functions: Annotated[
        Case, Row("format.functions", "The case of functions and array methods.")
    ] = "upper"
    format_indent: Annotated[
        int, Row("format.indent", "How many blanks a block is indented.", minimum=1)
    ] = 2
    format_line_width: Annotated[
        int, Row("format.lineWidth", "How many columns a line may have.", minimum=40)
    ] = 88
    format_brackets: Annotated[
        Brackets,
        Row(
            "format.brackets",
            "Where the `(` of a block stands: below its header or at its end.",
        ),
    ] = "own-line"
    format_operators: Annotated[
        Operators,
        Row("format.operators", "Where an operator stands that a line is broken at."),
    ] = "last"
    format_align: Annotated[
        bool, Row("format.align", "Write IS, AS, `>` and `<` of neighbours in columns.")
    ] = True
    enabled: Annotated[
        bool,
        Row("completion.enabled", "Offer a model's continuation as ghost text."),
    ] = True
    backend: Annotated[
        BackendKind,
        Row(
            "completion.backend",
            "Which model completes: `embedded`, the small one that comes with the"
            " package and runs anywhere; `local`, a base model with an adapter on"
            " this machine (needs `pip install fastformula[local]`); `remote`, a server"
            " such as vLLM, llama.cpp or Ollama; `fake`, which says"
            " `completion.answers`; `off`, none.",
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
            "For `local`: the adapter that answers, a folder that `fastformula-train`"
            " wrote or the name of one in `.fastformula/adapters` or your data folder"
            " (`fastformula models list`).",
        ),
    ] = ""
    adapters: Annotated[
        tuple[str, ...],
        Row(
            "completion.adapters",
            "For `local`: adapters of one base that are loaded together. Choosing"
            " another of them as `completion.adapter` then takes no time; they answer a"
            " little slower than one alone.",
        ),
    ] = ()
    endpoint: Annotated[
        str,
        Row(
            "completion.endpoint",
            "For `remote`: the address of the server, such as"
            " `http://127.0.0.1:8000/v1`. A token is read from the environment"
            " variable `FASTFORMULA_TOKEN`.",
        ),
    ] = ""
    protocol: Annotated[
        Protocol,
        Row(
            "completion.protocol",
            "For `remote`: how the server is spoken to. `openai`, `/v1/completions` of"
            " vLLM, `transformers serve` and others; `infill`, that of llama.cpp;"
            " `ollama`, `/api/generate`; `auto` goes by the address.",
        ),
    ] = "auto"
    model: Annotated[
        str,
        Row("completion.model", "For `remote`: the model's or adapter's name there."),
    ] = ""
    timeout_seconds: Annotated[
        int,
        Row(
            "completion.timeoutSeconds",
            "For `remote`: how long the server may take to say the first word.",
            minimum=1,
        ),
    ] = 10
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
    compile: Annotated[
        bool,
        Row(
            "completion.compile",
            "For `local` on `cuda`: compile what makes a token, which takes a minute"
            " at the start. Where it cannot be compiled, all works as without.",
        ),
    ] = False
    speculation: Annotated[
        Speculation,
        Row(
            "completion.speculation",
            "For `local`: `lookup` guesses tokens from what the formula says already"
            " and checks several at once. The text stays the same. Not with"
            " `completion.compile`.",
        ),
    ] = "none"
    idle_minutes: Annotated[
        int,
        Row(
            "completion.idleMinutes",
            "For `local`: after so many minutes without a request the model's memory"
            " is given back; the next request loads it again. 0 for never.",
            minimum=0,
        ),
    ] = 30
    sampling: Annotated[
        Preset,
        Row(
            "completion.sampling",
            "How freely the model chooses its words: `deterministic`, always the"
            " likeliest; `balanced`; `creative`. The next three settings change single"
            " values of it.",
        ),
    ] = "deterministic"
    temperature: Annotated[
        float,
        Row(
            "completion.temperature",
            "0 for the likeliest word, 0.5 to 0.7 for some variety, up to 1 for more;"
            " -1 for that of `completion.sampling`.",
            minimum=-1,
        ),
    ] = -1.0
    top_p: Annotated[
        float,
        Row(
            "completion.topP",
            "Words are drawn from the likeliest that have this share of the"
            " probability together, such as 0.9; -1 for that of `completion.sampling`.",
            minimum=-1,
        ),
    ] = -1.0
    repetition_penalty: Annotated[
        float,
        Row(
            "completion.repetitionPenalty",
            "Above 1, what was said already becomes less likely, with names that"
            " should be repeated; -1 for that of `completion.sampling`.",
            minimum=-1,
        ),
    ] = -1.0
    max_tokens: Annotated[
        int,
        Row(
            "completion.maxTokens",
            "How long a completion may become, in tokens of some three characters;"
            " most end before, at their line's end.",
            minimum=1,
        ),
    ] = 160
    debounce_milliseconds: Annotated[
        int,
        Row(
            "completion.debounceMilliseconds",
            "How long you must pause before the model is asked, in milliseconds. -1"
            " adapts to how fast you type and how fast the model answers.",
            minimum=-1,
        ),
    ] = -1
    count_accepted: Annotated[
        bool,
        Row(
            "completion.countAccepted",
            "Count how much of what is offered you accept and keep, for `fastformula"
            " stats`: lengths and times, in a file on this machine that holds no"
            " formula text.",
        ),
    ] = False
    instructed: Annotated[
        bool,
        Row(
            "completion.instructed",
            "For `local`: the model follows instructions, though no card of an adapter"
            " says so; set it for a base that was made to.",
        ),
    ] = False
    repairs: Annotated[
        int,
        Row(
            "writing.repairs",
            "How often a model that writes from your words is asked again while what it"
            " has written has errors.",
            minimum=0,
        ),
    ] = 2
    answers: Annotated[
        tuple[str, ...],
        Row(
            "completion.answers",
            "What the `fake` backend says, in turn; for tests and demonstrations.",
        ),
    ] = ()

    def backend_settings(self, project: Path | None = None) -> BackendSettings:
        """What `fastformula_models` needs to open the backend.

        The same for each of the adapters that are loaded together, so that choosing
        another of them opens no other backend. `project` may have adapters too.
        """
        return BackendSettings(
            kind=self.backend,
            base=self.base,
            adapter="" if self.adapter in self.adapters else self.adapter,
            adapters=self.adapters,
            adapter_folders=tuple(map(str, adapter_places(project))),
            device=self.device,
            quantization=self.quantization,
            compiled=self.compile,
            lookup_tokens=GUESSED_TOKENS if self.speculation == "lookup" else 0,
            endpoint=self.endpoint,
            protocol=self.protocol,
            model=self.model,
            timeout_seconds=self.timeout_seconds,
            format=self.format,
            instructed=self.instructed,
            answers=self.answers,
        )

    def style(self) -> Style:
        """How formulas are formatted where their `fastformula.toml` does not say."""
        return Style(
            keywords=self.format_keywords,
            functions=self.format_functions,
            indent=self.format_indent,
            width=self.format_line_width,
            brackets=self.format_brackets,
            operators=self.format_operators,
            align=self.format_align,
        )

    def chosen_adapter(self) -> str:
        """The name that a request gives the adapter; empty where there is one only."""
        return Path(self.adapter).name if self.adapter in self.adapters else ""

    def chosen_sampling(self) -> Sampling:
        """The preset, with the values that are set for themselves."""
        own = (self.temperature, self.top_p, self.repetition_penalty)
        preset = PRESETS[self.sampling]
        return Sampling(
            *(
                given if given >= 0 else usual
                for given, usual in zip(own, preset, strict=True)
            )
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
    for name, given in flatten(options, problems):
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
