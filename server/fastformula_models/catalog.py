"""The base models that are known: the table of base_models.toml, typed."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastformula_models.backend import BackendError
from fastformula_models.formats import FORMATS, FimFormat


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model that adapters are trained for.

    `revision` is the pinned commit on the Hugging Face Hub, `format` a name in
    `fim.FORMATS`, `context` a number of tokens, `lora_targets` the names of the
    linear layers that an adapter changes.
    """

    id: str
    revision: str
    format: str
    context: int
    lora_targets: tuple[str, ...]
    licence: str

    @property
    def untrained_format(self) -> FimFormat:
        """The format to ask the base in, before any training of ours.

        A base that lacks the sentinels of its format cannot understand them until
        an adapter has taught them.
        """
        fmt = FORMATS[self.format]
        return FORMATS["phi-2-untrained"] if fmt.added else fmt


@cache
def base_models() -> dict[str, BaseModel]:
    """Return every base model of the table, by id."""
    text = files("fastformula_models").joinpath("base_models.toml").read_text("utf-8")
    return {
        row["id"]: BaseModel(**row | {"lora_targets": tuple(row["lora_targets"])})
        for row in tomllib.loads(text)["model"]
    }


def base_named(name: str) -> BaseModel:
    """Return the base model of that id; BackendError lists the known ones."""
    known = base_models()
    if name not in known:
        raise BackendError(
            f"{name!r} is neither a folder nor a known base model; "
            f"known are {', '.join(known)}."
        )
    return known[name]
