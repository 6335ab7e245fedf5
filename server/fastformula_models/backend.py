"""What every code model looks like to the rest: text in, text out, cancellable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, runtime_checkable


def never(_generated: str) -> bool:
    """The stop condition of a request that has none."""
    return False


def nothing() -> str:
    """The context of a request that has none."""
    return ""


def untold(_prompt: str) -> None:
    """Tell nobody what the model is shown."""


class Guide(Protocol):
    """The place in a text that generation has reached, and what may come next.

    A value: asking changes nothing, and any number of generations may go on from it.
    """

    def after(self, piece: bytes) -> Guide | None:
        """The place behind a token of these bytes, or None where it cannot stand."""

    def may_end(self) -> bool:
        """Whether the text may end here."""


@dataclass(frozen=True, slots=True)
class Request:
    """One hole to fill: the whole text before and after the cursor.

    The backend cuts its own window out of it with `fim.cut_window`, by its own budget
    of tokens. `context` gives what is worth knowing besides, in lines of which the
    first change least; it is asked for only by backends whose model reads such.
    `shown` is told the prompt, as text. `stop` is asked with all the text generated so
    far after each piece; True ends the generation and the text so far is the answer.
    `cancelled` may be set from any thread.

    At `temperature` 0 the likeliest token is taken each time, and `top_p` and `seed`
    mean nothing; above, one is drawn among the likeliest that have `top_p` of the
    probability together. A `repetition_penalty` above 1 makes tokens that stand in
    the prompt or the answer less likely. `adapter` names one of several that a
    backend has loaded or serves; empty for the one of its settings.

    An `instruction` is for `follow`: what is to be written at that place, in words.

    With a `guide` a backend that chooses tokens itself takes only those that the guide
    lets pass, and ends early where it lets pass none that is likely; others ignore it.
    """

    prefix: str
    suffix: str
    max_tokens: int = 64
    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    seed: int = 0
    adapter: str = ""
    instruction: str = ""
    context: Callable[[], str] = nothing
    stop: Callable[[str], bool] = never
    shown: Callable[[str], None] = untold
    guide: Guide | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


class Backend(Protocol):
    """A code model that fills holes.

    Calls block. There is one at a time, but where the backend follows instructions too,
    that is asked for by another thread, while holes are filled.
    """

    name: str

    def complete(self, request: Request) -> str:
        """Return the middle, without sentinels.

        Raises BackendError when the model cannot answer, and Cancelled when
        `request.cancelled` is set before it has.
        """

    def close(self) -> None:
        """Give back memory, threads and connections."""


@runtime_checkable
class BatchBackend(Backend, Protocol):
    """A code model that fills several holes faster together than one by one."""

    def complete_many(self, requests: Sequence[Request]) -> list[str]:
        """Return the middles of several holes, in their order."""


def complete_many(backend: Backend, requests: Sequence[Request]) -> list[str]:
    """The middles of several holes, together where the backend can, as for evaluation.

    Raises what `Backend.complete` raises for one of them.
    """
    if isinstance(backend, BatchBackend):
        return backend.complete_many(requests)
    return [backend.complete(request) for request in requests]


class Loss(NamedTuple):
    """How unlikely a model found a text: the sum over its tokens and its end."""

    nats: float
    tokens: int


@runtime_checkable
class MeasuringBackend(Backend, Protocol):
    """A code model that tells how likely it finds a text."""

    def loss(self, request: Request, middle: str) -> Loss | None:
        """The loss of a middle and its end behind the prompt of `complete`."""


def loss_of(backend: Backend, request: Request, middle: str) -> Loss | None:
    """The loss of a middle, for evaluation; None where the backend does not tell it."""
    if isinstance(backend, MeasuringBackend):
        return backend.loss(request, middle)
    return None


@runtime_checkable
class InstructedBackend(Backend, Protocol):
    """A code model that may follow instructions."""

    def follow(self, request: Request) -> str:
        """Return what the model says to the instruction.

        Raises what `complete` raises, BackendError also where the model has not learnt
        to follow instructions.
        """


def follow(backend: Backend, request: Request) -> str:
    """What the model says to the request's instruction, whatever that may be.

    `request.stop` sees it grow. Raises BackendError where the backend cannot follow
    instructions, and what `Backend.complete` raises.
    """
    if isinstance(backend, InstructedBackend):
        return backend.follow(request)
    reason = _UNABLE.get(backend.name, f"The model {backend.name} fills holes only")
    raise BackendError(
        f"{reason}; set `completion.backend` to `local`, with an adapter that follows "
        "instructions, or to `remote`."
    )


_UNABLE = {
    "embedded": "The small model cannot follow instructions",
    "off": "No model is switched on",
}


class BackendError(Exception):
    """A model cannot be loaded or cannot answer; the message is one clear sentence."""


class TimedOut(BackendError):  # noqa: N818 - what happened, not what is wrong
    """The model did not answer in the time it is given."""


class Cancelled(Exception):  # noqa: N818 - not a mistake, the user typed on
    """The request was cancelled before it was answered."""
