"""When a run in another thread may work: while it is wanted and nobody types.

Threads of Python take turns, and a run that always wants its own makes keys slow.
"""

from __future__ import annotations

from time import monotonic, sleep

_AFTER = 0.1
"""Seconds after a key in which the next one is likely."""


class Stopped(Exception):  # noqa: N818 - no error
    """Nobody wants to know any more."""


class Typing:
    """Whether somebody types, for threads that then leave the processor alone."""

    def __init__(self) -> None:
        self._last = 0.0

    def note(self) -> None:
        """Somebody has typed."""
        self._last = monotonic()

    def is_going_on(self) -> bool:
        """Whether somebody has typed just now."""
        return monotonic() - self._last < _AFTER


class Turn:
    """What a run asks now and then: whether it is wanted, and nobody types."""

    def __init__(self, typing: Typing) -> None:
        self._typing = typing
        self._is_over = False

    def end(self) -> None:
        """Nobody waits for the run any more."""
        self._is_over = True

    def heed(self) -> None:
        """Wait while somebody types; raises Stopped where nobody waits for the run."""
        while not self._is_over and self._typing.is_going_on():
            sleep(_AFTER / 10)
        if self._is_over:
            raise Stopped
