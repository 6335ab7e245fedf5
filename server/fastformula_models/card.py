"""The card beside an adapter: which base, format and data it was trained with.

An adapter answers well only in the prompt format and on the base it has learnt, so
both travel with its weights and are never guessed from a name.
"""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from fastformula_models.backend import BackendError

FILE_NAME = "fastformula.json"

_KINDS: dict[object, str] = {
    int: "a whole number",
    bool: "true or false",
    str: "a text",
}


@dataclass(frozen=True, slots=True)
class Card:
    """What has to be known to use an adapter as it was trained.

    `base` is an id of the catalog or a path, `format` a name in `fim.FORMATS`,
    `budget` the tokens of the prompt's window, `data_hash` the hash of the prepared
    data, `created_by` the version of fastformula that trained it. `context` is whether
    it has seen prompts with context before the prefix, `instructions` whether it was
    trained on instructions too.
    """

    base: str
    revision: str
    format: str
    budget: int
    data_hash: str
    created_by: str
    context: bool = False
    instructions: bool = False


def save_card(card: Card, folder: Path) -> Path:
    """Write the card into an adapter's folder: whole, or not at all."""
    path = folder / FILE_NAME
    draft = path.with_suffix(".json.partial")
    draft.write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def load_card(folder: Path) -> Card:
    """Read the card of an adapter; BackendError says what is wrong with it."""
    path = folder / FILE_NAME
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BackendError(
            f"The adapter {folder} has no {FILE_NAME}, so its base model and prompt "
            "format are not known."
        ) from None
    except (OSError, ValueError) as error:
        raise BackendError(f"The card {path} cannot be read: {error}.") from None
    names = {field.name for field in fields(Card)}
    needed = names - {"context", "instructions"}
    if not isinstance(values, dict) or not needed <= set(values) <= names:
        raise BackendError(
            f"The card {path} must hold exactly these fields: "
            f"{', '.join(sorted(names))}."
        )
    for field in fields(Card):
        value = values.get(field.name, field.default)
        if type(value) is not field.type:
            kind = _KINDS[field.type]
            raise BackendError(f"In the card {path}, {field.name} must be {kind}.")
    return Card(**values)
