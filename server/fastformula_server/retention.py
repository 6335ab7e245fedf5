"""What becomes of a text that was offered: taken or not, and how much of it stays.

All of it is found in the versions of a formula, since not every editor tells what its
author accepts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fastformula.text import Span
from fastformula_completion import Item


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered for a text, and how far the author has followed it."""

    before: str
    items: tuple[Item, ...]
    """The first is what was shown; the author may have turned to another."""
    reached: int = 0
    """How many characters of the item at hand stand in the text."""
    taken: int = 0
    """How many of them came several at once, so that no finger typed them."""
    is_accepted: bool = False
    """Whether the last of the item came so."""

    @property
    def result(self) -> str:
        """The text with what was shown."""
        return _with(self.before, self.items[0])

    @property
    def place(self) -> Span:
        """Where in the text the reached part stands."""
        start = self.items[0].span.start
        return Span(start, start + self.reached)


def advance(offer: Offer, now: str) -> Offer | None:
    """The offer after a change; None where the text has gone another way."""
    for number, item in enumerate(offer.items):
        head, tail = offer.before[: item.span.start], offer.before[item.span.end :]
        end = len(now) - len(tail)
        if end < len(head) or not (now.startswith(head) and now.endswith(tail)):
            continue
        middle = now[len(head) : end]
        if item.text.startswith(middle):
            step = len(middle) - offer.reached
            came = step if step > 1 else min(step, 0)
            return replace(
                offer,
                # The others no longer matter once this one is followed.
                items=offer.items[number:] if middle else offer.items,
                reached=len(middle),
                taken=max(0, offer.taken + came),
                is_accepted=step > 1 and middle == item.text,
            )
    return None


def accept(offer: Offer, number: int, now: str) -> Offer | None:
    """The offer whose item `number` the editor says was accepted; `now` has it.

    None where it is not to be found there.
    """
    item = offer.items[number]
    start = now.find(item.text, max(0, item.span.start - len(item.text)))
    if start < 0:
        return None
    moved = Item(item.text, Span(start, start))
    size = len(item.text)
    taken = max(offer.taken, size - offer.reached)
    return Offer(now, (moved,), reached=size, taken=taken, is_accepted=True)


def continues(new: Offer, old: Offer) -> bool:
    """Whether `new` is what is left of `old`, or the same again."""
    return new.result == old.result


def surviving(places: Iterable[Span], before: str, now: str) -> tuple[Span, ...]:
    """Where what stood at `places` of `before` stands in `now`, the next version.

    All between the first and the last character that differ counts as written anew.
    """
    start = _common_length(before, now)
    end = len(before) - _common_length(
        before[start:][::-1],
        now[start:][::-1],
    )
    shift = len(now) - len(before)
    left = []
    for place in places:
        left += [
            Span(place.start, min(place.end, start)),
            Span(max(place.start, end) + shift, place.end + shift),
        ]
    return tuple(each for each in left if each.start < each.end)


def _common_length(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    same, most = 0, min(len(one), len(other))
    while same < most:
        middle = (same + most + 1) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            most = middle - 1
    return same


def _with(text: str, item: Item) -> str:
    return f"{text[: item.span.start]}{item.text}{text[item.span.end :]}"
