"""What a protocol is asked to put in its own words, and what makes a protocol."""

from collections.abc import Callable
from typing import Any, NamedTuple

from fastformula_models import fim, instructions
from fastformula_models.backend import Request


class Question(NamedTuple):
    """A hole for an endpoint: the request, with both sides cut to the window."""

    request: Request
    prefix: str
    suffix: str
    model: str
    format: fim.FimFormat | None
    """None where it is not known how the model is asked."""
    words: str = ""
    """The instruction, where that is what is asked."""


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
    follows: bool = True
    """Whether it can be asked by an instruction."""


def prompt(question: Question, fmt: fim.FimFormat) -> str:
    """The prompt as text."""
    if question.words:
        return instructions.render_text(question.words)
    return fim.render_text(fmt, question.prefix, question.suffix)


def stop_texts(question: Question) -> list[str]:
    """How the model's control tokens are written; an answer ends before the first."""
    row = question.format
    tokens: tuple[str, ...] = ()
    if row is not None:  # four are OpenAI's limit
        tokens = (row.end, row.middle, row.prefix, row.suffix)
    if question.words:
        tokens = (*instructions.STOPS, *tokens[:1])
    return [fim.Sentinel(token).text for token in tokens if token]
