"""Adapters on this machine: folders with a card, found by name.

Only safetensors count as an adapter's weights: a pickle is a program.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fastformula_models.backend import BackendError
from fastformula_models.card import Card, load_card

WEIGHTS = "adapter_model.safetensors"
PICKLED_WEIGHTS = "adapter_model.bin"


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter's folder, whose name is the adapter's own."""

    folder: Path
    card: Card

    @property
    def name(self) -> str:
        """What a request calls it."""
        return self.folder.name


@dataclass(frozen=True, slots=True)
class Unusable:
    """A folder among adapters that is none, and why."""

    folder: Path
    reason: str


def open_adapter(folder: Path) -> Adapter:
    """Read an adapter's card, after seeing that its weights are safe to load.

    Raises BackendError, in one sentence, for what is no adapter.
    """
    if not folder.is_dir():
        raise BackendError(f"There is no adapter folder {folder}.")
    if not (folder / WEIGHTS).is_file():
        pickled = (folder / PICKLED_WEIGHTS).is_file()
        raise BackendError(
            f"The adapter {folder} holds its weights as a pickle ({PICKLED_WEIGHTS}), "
            f"which could run any program; only {WEIGHTS} is loaded."
            if pickled
            else f"The adapter {folder} has no {WEIGHTS}."
        )
    return Adapter(folder, load_card(folder))


def find_adapters(places: Iterable[Path]) -> tuple[Adapter | Unusable, ...]:
    """What the folders in `places` are, in the order of places and then of names."""
    found: list[Adapter | Unusable] = []
    for place in places:
        for folder in sorted(path for path in place.glob("*") if path.is_dir()):
            try:
                found.append(open_adapter(folder))
            except BackendError as error:
                found.append(Unusable(folder, str(error)))
    return tuple(found)


def adapter_folder(name: str, places: Iterable[str]) -> Path:
    """The folder of an adapter that is given by its folder or its name.

    The first of `places` that has one of that name wins.
    """
    given = Path(name).expanduser()
    if len(given.parts) == 1 and not given.is_dir():
        for place in places:
            if (Path(place) / name).is_dir():
                return Path(place) / name
    return given
