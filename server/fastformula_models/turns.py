"""Who has a model that answers one at a time: ghost text goes before long answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Short turns, and long ones that are interrupted for them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_taken = False
        self._short = 0

    @contextmanager
    def short(self) -> Iterator[None]:
        """Have the model as soon as who has it lets go of it."""
        with self._changed:
            self._short += 1
            self._changed.wait_for(lambda: not self._is_taken)
            self._is_taken = True
        try:
            yield
        finally:
            with self._changed:
                self._short -= 1
                self._leave()

    @contextmanager
    def long(self) -> Iterator[None]:
        """Have the model while nobody wants it for a short turn."""
        with self._changed:
            self._take()
        try:
            yield
        finally:
            with self._changed:
                self._leave()

    def give_way(self) -> None:
        """Interrupt the long turn that one has, if others want a short one."""
        with self._changed:
            if self._short:
                self._leave()
                self._take()

    def _take(self) -> None:
        self._changed.wait_for(lambda: not self._is_taken and not self._short)
        self._is_taken = True

    def _leave(self) -> None:
        self._is_taken = False
        self._changed.notify_all()
