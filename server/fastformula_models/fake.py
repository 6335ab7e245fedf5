"""A backend that answers from a script, for tests and demonstrations."""

from itertools import cycle

from fastformula_models.backend import Cancelled, Request


class FakeBackend:
    """Gives its answers in turn, character by character, and starts over.

    It honours `stop`, `cancelled` and `max_tokens` (a character counts as a token),
    and keeps the requests it was sent, so that a test can look at them.
    """

    name = "fake"

    def __init__(self, answers: tuple[str, ...]) -> None:
        self.requests: list[Request] = []
        self._answers = cycle(answers or ("",))

    def complete(self, request: Request) -> str:
        """Return the next answer, as far as the request wants it."""
        self.requests.append(request)
        text = ""
        for character in next(self._answers)[: request.max_tokens]:
            if request.cancelled.is_set():
                raise Cancelled
            text += character
            if request.stop(text):
                break
        if request.cancelled.is_set():
            raise Cancelled
        return text

    def follow(self, request: Request) -> str:
        """Return the next answer: those to instructions stand in the same script."""
        return self.complete(request)

    def close(self) -> None:
        """Hold nothing."""


class OffBackend:
    """Says nothing."""

    name = "off"

    def complete(self, request: Request) -> str:
        """Return nothing."""
        return ""

    def close(self) -> None:
        """Hold nothing."""
