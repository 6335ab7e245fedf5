"""Oracle's functions: those that run by themselves, and why the others do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastformula.interpreter.functions import (
    conversions,
    dates,
    logging,
    lookups,
    numbers,
    sharing,
    texts,
)
from fastformula.interpreter.functions.implementation import Implementation

FUNCTIONS: Final = (
    *numbers.FUNCTIONS,
    *texts.FUNCTIONS,
    *dates.FUNCTIONS,
    *conversions.FUNCTIONS,
    *sharing.FUNCTIONS,
    *logging.FUNCTIONS,
    *lookups.FUNCTIONS,
)
"""Every form of every function that runs by itself."""


def _by_name() -> dict[str, tuple[Implementation, ...]]:
    forms: dict[str, tuple[Implementation, ...]] = {}
    for each in FUNCTIONS:
        forms[each.name] = (*forms.get(each.name, ()), each)
    return forms


BY_NAME: Final[Mapping[str, tuple[Implementation, ...]]] = _by_name()
