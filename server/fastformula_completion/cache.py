"""What was offered, for the next keystrokes: no model is asked for what is known."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

CAPACITY = 100
"""How many places are remembered; the one asked for longest ago goes first."""

LOOK_BACK = 128
"""How many characters may have been typed, or accepted, since something was offered."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered at a cursor, the best first."""

    prefix: str
    suffix: str
    middles: tuple[str, ...]
    asked: int
    """How many different ones were asked for."""


class Cache:
    """The offers of one document, for the texts it had when they were made.

    The whole text on both sides of the cursor is the key, so nothing is offered where
    something has changed elsewhere, and scrolling or a model's window change nothing.
    """

    __slots__ = ("_offers",)

    def __init__(self) -> None:
        self._offers: OrderedDict[tuple[str, str], Offer] = OrderedDict()

    def find(self, text: str, offset: int, wanted: int) -> tuple[str, ...]:
        """What is known for the cursor, at most `wanted`; () where nothing is.

        What has been typed since along an offer is taken off it; so is a part of it
        that was accepted.
        """
        prefix, suffix = text[:offset], text[offset:]
        for key, offer in reversed(self._offers.items()):
            typed = len(prefix) - len(offer.prefix)
            if not 0 <= typed <= LOOK_BACK or offer.suffix != suffix:
                continue
            if offer.asked < wanted and not typed:
                continue
            if not prefix.startswith(offer.prefix):
                continue
            begun = prefix[len(offer.prefix) :]
            rest = [
                middle[typed:]
                for middle in offer.middles
                if middle.startswith(begun) and middle[typed:].strip()
            ]
            if rest:
                self._offers.move_to_end(key)
                return tuple(dict.fromkeys(rest))[:wanted]
        return ()

    def store(
        self, text: str, offset: int, middles: tuple[str, ...], asked: int
    ) -> None:
        """Remember what was offered, and for how many it was asked."""
        offer = Offer(text[:offset], text[offset:], middles, asked)
        key = (offer.prefix, offer.suffix)
        self._offers[key] = offer
        self._offers.move_to_end(key)
        while len(self._offers) > CAPACITY:
            self._offers.popitem(last=False)
