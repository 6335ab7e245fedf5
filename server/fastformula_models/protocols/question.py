"""What a protocol is asked to put in its own words, and what makes a protocol."""

from collections.abc import Callable
from typing import Any, NamedTuple

from fastformula_models import fim
from fastformula_models.backend import Request


class Question(NamedTuple):
    """A hole for an endpoint: the request, with both sides cut to the window."""

    request: Request
    prefix: str
    suffix: str
    model: str
    format: fim.FimFormat | None
    """None where it is not known how the model is asked."""


class Protocol(NamedTuple):
    """How a kind of endpoint is spoken to."""

    root: str
    """The path of an address that has none."""
    end: str
    """How the path ends; it is added where it is missing."""
    body: Callable[[Question], dict[str, Any]]
    """The JSON to post."""
    read: Callable[[Any], tuple[str, bool] | None]
    """The text of an answer or of one event of it, and whether it is the last; None
    for what is no answer."""
    needs_model: bool
    needs_format: bool


def stop_texts(question: Question) -> list[str]:
    """How the model's control tokens are written; an answer ends before the first."""
    row = question.format
    if row is None:
        return []
    ends = (row.end, row.middle, row.prefix, row.suffix)  # four are OpenAI's limit
    return [fim.Sentinel(token).text for token in ends if token]
