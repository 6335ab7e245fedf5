"""What a base model is built like: from its folder, or from the table shapes.toml.

Imports transformers inside its functions only.
"""

from __future__ import annotations

import copy
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastformula_training.bases.base import Base
from fastformula_training.error import TrainingError


class UnknownShapeError(TrainingError):
    """Nothing on this machine says what a base is built like."""


def model_shape(base: Base) -> Any:
    """The transformers configuration of a base; reads no weights and no network.

    Raises UnknownShapeError where no folder, the table nor the cache of models has it.
    """
    from transformers import AutoConfig

    if Path(base.location).is_dir():
        return AutoConfig.from_pretrained(base.location, local_files_only=True)
    known = known_shapes()
    if base.name in known:
        return AutoConfig.for_model(**known[base.name])
    try:
        return AutoConfig.from_pretrained(
            base.location, revision=base.revision or None, local_files_only=True
        )
    except (OSError, ValueError) as error:
        raise UnknownShapeError(
            f"The shape of {base.name} is not known before it is fetched; name a "
            f"folder with its config.json, or one of {', '.join(known)}."
        ) from error


def known_shapes() -> dict[str, dict[str, Any]]:
    """The table: what AutoConfig is told of each base, by its id."""
    text = files(__package__).joinpath("shapes.toml").read_text("utf-8")
    return tomllib.loads(text)


def with_layers(shape: Any, layers: int) -> Any:
    """The same model with so many layers."""
    shallow = copy.deepcopy(shape)
    shallow.num_hidden_layers = layers
    if getattr(shallow, "layer_types", None):
        shallow.layer_types = shallow.layer_types[:layers]
    return shallow
