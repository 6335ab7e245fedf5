"""The models that are compared: which they are, by their bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

import fastformula_models
from fastformula_models import Backend, BackendSettings, open_backend
from fastformula_models.adapters import WEIGHTS, open_adapter
from fastformula_models.card import FILE_NAME, load_card
from fastformula_models.catalog import base_named

from fastformula_training.documents import file_hash
from fastformula_training.error import TrainingError

EMBEDDED = Path(fastformula_models.__file__).with_name("weights")

ENDPOINT = "FASTFORMULA_COMPLETION_ENDPOINT"
MODEL = "FASTFORMULA_COMPLETION_MODEL"
PROTOCOL = "FASTFORMULA_COMPLETION_PROTOCOL"
FORMAT = "FASTFORMULA_COMPLETION_FORMAT"
"""The server's own variables, which say where a remote model is and what it reads."""

_DECIDING = ("config.json", "tokenizer.json", FILE_NAME, WEIGHTS, "model*.safetensors")
"""The files of a folder that decide what its model says."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A model that is evaluated."""

    name: str
    """What the report calls it."""
    identity: str
    """A hash of all that decides what it answers."""
    open: Callable[[], Backend]
    """Loads it; raises BackendError."""
    folders: tuple[Path, ...] = ()
    """Its adapter's and its base's, whose cards tell what they were trained on."""
    asks_at_once: bool = True
    """Whether it can be asked for several rows together."""


def find_subjects(
    models: Sequence[str],
    adapters: Sequence[str],
    shared: BackendSettings,
    environment: Mapping[str, str],
) -> tuple[Subject, ...]:
    """Every model, then every adapter on its base; the embedded one without any.

    A model is `embedded`, `remote`, `remote:` and a name there, an id of the catalogue
    or a folder. `shared` has what they have in common, such as a device. Raises
    TrainingError or BackendError where one is not there or does not go with another.
    """
    if not models and not adapters:
        models = ("embedded",)
    found: list[tuple[str, BackendSettings]] = []
    bases: list[str] = []
    for model in models:
        kind, _, served = model.partition(":")
        if model == "embedded":
            found.append((model, replace(shared, kind="embedded")))
        elif kind == "remote" and (served or not _is_folder(model)):
            remote = _remote(served, shared, environment)
            found.append((remote.model or model, remote))
        else:
            if not _is_folder(model):
                base_named(model)
            bases.append(model)
            found.append((_name(Path(model)), replace(shared, base=model)))
    for adapter in adapters:
        folder = Path(adapter).expanduser()
        # Its card says its format.
        settings = replace(shared, adapter=adapter, base=_base_of(folder, bases))
        found.append((_name(folder), replace(settings, format="")))
    # What is named twice is one.
    found = list(dict(zip(map(str, found), found, strict=True)).values())
    names = [name for name, _ in found]
    return tuple(
        _subject(
            settings.adapter or settings.base or name
            if names.count(name) > 1
            else name,
            settings,
        )
        for name, settings in found
    )


def _is_folder(model: str) -> bool:
    return Path(model).expanduser().is_dir()


def _remote(
    served: str, shared: BackendSettings, environment: Mapping[str, str]
) -> BackendSettings:
    protocol: Any = environment.get(PROTOCOL, shared.protocol)
    if protocol not in get_args(fastformula_models.Protocol):
        raise TrainingError(f"{PROTOCOL} is {protocol!r}, which is no protocol.")
    settings = replace(
        shared,
        kind="remote",
        protocol=protocol,
        endpoint=shared.endpoint or environment.get(ENDPOINT, ""),
        model=served or environment.get(MODEL, ""),
        format=shared.format or environment.get(FORMAT, ""),
    )
    if not settings.endpoint:
        raise TrainingError(
            f"Say where the remote model is, with --endpoint or {ENDPOINT}."
        )
    return settings


def _base_of(adapter: Path, bases: Sequence[str]) -> str:
    """The base among those that are named that an adapter was trained on, or "".

    A folder that its card names and that is gone may stand elsewhere now.
    """
    card = open_adapter(adapter).card
    for base in bases:
        same = _is_folder(base) and Path(base).expanduser().resolve().as_posix()
        if card.base in (base, same):
            return base
    is_gone = Path(card.base).is_absolute() and not Path(card.base).is_dir()
    if is_gone and len(bases) == 1 and _is_folder(bases[0]):
        return bases[0]
    if bases:
        raise TrainingError(
            f"The adapter {adapter} was trained on {card.base}, not on "
            f"{' or '.join(bases)}; leave --model out to have its own base taken."
        )
    return ""


def _name(folder: Path) -> str:
    """What a folder is called, or the run that it is the result of."""
    folder = folder.expanduser().resolve()
    return (folder.parent if folder.name in ("adapter", "model") else folder).name


def _subject(name: str, settings: BackendSettings) -> Subject:
    folders = [EMBEDDED] if settings.kind == "embedded" else []
    base = settings.base
    if settings.adapter:
        folders.append(Path(settings.adapter).expanduser())
        base = base or load_card(folders[0]).base
    if base and _is_folder(base):
        folders.append(Path(base).expanduser())
    said: dict[str, Any] = asdict(settings)
    said["files"] = [
        file_hash(path) for folder in folders for path in _deciding(folder)
    ]
    if base and not _is_folder(base):
        said["revision"] = base_named(base).revision
    # Where they lie and how long is waited for them changes no answer.
    for field in ("base", "adapter", "adapter_folders", "timeout_seconds"):
        del said[field]
    return Subject(
        name,
        hashlib.sha256(json.dumps(said).encode()).hexdigest(),
        partial(open_backend, settings),
        tuple(folders),
        asks_at_once=settings.kind != "embedded",
    )


def _deciding(folder: Path) -> Iterator[Path]:
    for pattern in _DECIDING:
        yield from sorted(folder.glob(pattern))
