"""From cursor to ghost text, for serving and for measuring what is served."""

from fastformula_completion.pipeline import Completion, Item, complete

__all__ = ["Completion", "Item", "complete"]
