"""What a local model is made of: base, tokenizer, adapters and format, as found.

Settings, the cards of adapters and the catalog have to agree; where they do not,
BackendError says so before anything is loaded.
"""

from dataclasses import dataclass
from pathlib import Path

from fastformula_models import BackendSettings, fim
from fastformula_models.adapters import Adapter, adapter_folder, open_adapter
from fastformula_models.backend import BackendError
from fastformula_models.card import FILE_NAME, Card, load_card
from fastformula_models.catalog import base_models, base_named


@dataclass(frozen=True, slots=True)
class Source:
    """What to load: `base` as transformers takes it, the rest as found.

    The first adapter is the one that answers where a request names none. `budget` is
    the prompt's window in tokens, `context` whether context stands in it, and
    `instructions` whether instructions are followed, where no adapter's card says it.
    """

    base: str
    revision: str | None
    tokenizer: str
    tokenizer_revision: str | None
    adapters: tuple[Adapter, ...]
    format: fim.FimFormat
    budget: int
    context: bool
    instructions: bool


def find_source(settings: BackendSettings) -> Source:
    """Settle base, adapters and format from settings, cards and catalog."""
    wanted = [name for name in (settings.adapter, *settings.adapters) if name]
    folders = dict.fromkeys(
        adapter_folder(name, settings.adapter_folders) for name in wanted
    )
    adapters = tuple(open_adapter(folder) for folder in folders)
    _check_names(adapters)
    card = adapters[0].card if adapters else None
    base = settings.base or (card.base if card else "")
    if not base:
        raise BackendError("Set the base model, or the folder of an adapter.")
    folder = Path(base).expanduser()
    if folder.is_dir():
        base, revision = str(folder), None
        # A base that was trained whole has a card of its own.
        if card is None and (folder / FILE_NAME).is_file():
            card = load_card(folder)
    else:
        revision = base_named(base).revision
        for adapter in adapters:
            if adapter.card.base != base:
                raise BackendError(
                    f"The adapter {adapter.folder} was trained on "
                    f"{adapter.card.base}, not on {base}."
                )
        if card and card.revision:
            revision = card.revision
    fmt = _settle_format(settings, card, base)
    for adapter in adapters:
        if adapter.card.format != fmt.name:
            raise BackendError(
                f"The adapter {adapter.folder} was trained with the prompt format "
                f"{adapter.card.format}, and {adapters[0].folder} with {fmt.name}; "
                "only adapters of one format can be loaded together."
            )
    own = bool(adapters) and (adapters[0].folder / "tokenizer.json").is_file()
    return Source(
        base=base,
        revision=revision,
        tokenizer=str(adapters[0].folder) if own else base,
        tokenizer_revision=None if own else revision,
        adapters=adapters,
        format=fmt,
        budget=card.budget if card else fim.WINDOW_TOKENS,
        # A base that nobody has trained further reads comments as any program's.
        context=card.context if card else True,
        instructions=card is not None and card.instructions,
    )


def _check_names(adapters: tuple[Adapter, ...]) -> None:
    """A request tells adapters apart by their names."""
    folders: dict[str, Path] = {}
    for adapter in adapters:
        other = folders.setdefault(adapter.name, adapter.folder)
        if other != adapter.folder:
            raise BackendError(
                f"Two adapters are called {adapter.name}: {other} and "
                f"{adapter.folder}; rename one of the folders."
            )


def _settle_format(
    settings: BackendSettings, card: Card | None, base: str
) -> fim.FimFormat:
    """Return the card's format, else the one that is set, else the catalog's."""
    if card is not None:
        if settings.format not in ("", card.format):
            raise BackendError(
                f"The model was trained with the prompt format {card.format}, not "
                f"with {settings.format}."
            )
        return fim.format_named(card.format)
    if settings.format:
        return fim.format_named(settings.format)
    if base in base_models():
        return base_models()[base].untrained_format
    raise BackendError(
        f"The prompt format of {base} is not known; set it to one of "
        f"{', '.join(fim.FORMATS)}."
    )
