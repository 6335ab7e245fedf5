"""From cursor to ghost text, for serving and for measuring what is served."""

from fastformula_completion.cache import Cache
from fastformula_completion.pipeline import (
    MOST_CANDIDATES,
    Completion,
    Item,
    Sampling,
    complete,
)
from fastformula_completion.steps import Step

__all__ = [
    "MOST_CANDIDATES",
    "Cache",
    "Completion",
    "Item",
    "Sampling",
    "Step",
    "complete",
]
