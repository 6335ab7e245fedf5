"""What every code model looks like to the rest: text in, text out, cancellable."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


def never(_generated: str) -> bool:
    """The stop condition of a request that has none."""
    return False


@dataclass(frozen=True, slots=True)
class Request:
    """One hole to fill: the whole text before and after the cursor.

    The backend cuts its own window out of it with `fim.window`, by its own budget
    of tokens. `stop` is asked with all the text generated so far after each piece;
    True ends the generation and the text so far is the answer. `cancelled` may be
    set from any thread.

    At `temperature` 0 the likeliest token is taken each time, and `top_p` and `seed`
    mean nothing; above, one is drawn among the likeliest that have `top_p` of the
    probability together. A `repetition_penalty` above 1 makes tokens that stand in
    the prompt or the answer less likely. `adapter` names one of several that a
    backend has loaded or serves; empty for the one of its settings.
    """

    prefix: str
    suffix: str
    max_tokens: int = 64
    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    seed: int = 0
    adapter: str = ""
    stop: Callable[[str], bool] = never
    cancelled: threading.Event = field(default_factory=threading.Event)


class Backend(Protocol):
    """A code model that fills holes.

    Calls block, so the server makes them in a worker thread of its own, and one at
    a time.
    """

    name: str

    def complete(self, request: Request) -> str:
        """Return the middle, without sentinels.

        Raises BackendError when the model cannot answer, and Cancelled when
        `request.cancelled` is set before it has.
        """

    def close(self) -> None:
        """Give back memory, threads and connections."""


class BackendError(Exception):
    """A model cannot be loaded or cannot answer; the message is one clear sentence."""


class TimedOut(BackendError):  # noqa: N818 - what happened, not what is wrong
    """The model did not answer in the time it is given."""


class Cancelled(Exception):  # noqa: N818 - not a mistake, the user typed on
    """The request was cancelled before it was answered."""
