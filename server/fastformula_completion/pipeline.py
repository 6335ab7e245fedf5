"""From a cursor to ghost text: the stages in order."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from time import perf_counter

from fastformula.text import Span
from fastformula_models import Backend, Request

from fastformula_completion.decide import decide
from fastformula_completion.filters import refusal, tidy
from fastformula_completion.fit import adds_no_error, open_place, trim_to_fit
from fastformula_completion.stop import cut, enough

MOST_TOKENS = 160
"""How many tokens a completion may have; most end long before, at their line's end."""

MOST_CHARACTERS = 1000
"""How much of an answer is looked at: a backend may go on where it should stop."""


@dataclass(frozen=True, slots=True)
class Item:
    """Text to offer in place of what `span` covers."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Completion:
    """What to offer, and how it came about.

    `raw` is what the model said; `reason` says why nothing is offered, if nothing is.
    """

    items: tuple[Item, ...]
    raw: str = ""
    reason: str = ""
    milliseconds: float = field(default=0.0, compare=False)


def complete(
    text: str,
    offset: int,
    backend: Backend,
    *,
    manual: bool = False,
    cancelled: threading.Event | None = None,
) -> Completion:
    """Complete `text` at `offset`, in code points.

    With what is offered a valid text still parses, and a broken one has no new error.
    Blocks until the model has answered. Raises BackendError when it cannot, and
    Cancelled when `cancelled` is set before it has.
    """
    started = perf_counter()

    def answer(middle: str, raw: str, reason: str) -> Completion:
        items = (Item(middle, Span(offset, offset)),) if middle else ()
        milliseconds = (perf_counter() - started) * 1000
        return Completion(items, raw, "" if middle else reason, milliseconds)

    decision = decide(text, offset, manual=manual)
    if decision.refusal:
        return answer("", "", decision.refusal)
    prefix, suffix = text[:offset], text[offset:]
    # Models are trained on plain line feeds, whatever the file has.
    line_end = "\r\n" if "\r\n" in text else "\n"
    request = Request(
        prefix.replace("\r\n", "\n"),
        suffix.replace("\r\n", "\n"),
        max_tokens=MOST_TOKENS,
        stop=enough(several_lines=decision.several_lines),
        cancelled=cancelled or threading.Event(),
    )
    raw = backend.complete(request)
    said = raw[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    middle = tidy(prefix, cut(said, several_lines=decision.several_lines))
    middle = middle.replace("\n", line_end)
    if not middle.strip():
        return answer("", raw, "the model had nothing to say")
    place = open_place(text, offset)
    middle = trim_to_fit(place, middle).rstrip()
    if not middle:
        return answer("", raw, "nothing that the model said fits here")
    reason = refusal(prefix, middle, suffix)
    if not reason and not adds_no_error(place, middle):
        reason = "what the model said would be a mistake here"
    return answer("" if reason else middle, raw, reason)
