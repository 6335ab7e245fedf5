"""The model's process: it has the pipeline and the backend, and answers the server.

What it costs to complete is none of the server's time: Python runs one thread of a
process at a time, and the checks need theirs when a key is typed.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from fastformula import Parsed, parse
from fastformula.analysis import analyze
from fastformula.diagnostic import Diagnostic
from fastformula.syntax.reparsing import reparse
from fastformula_completion import complete
from fastformula_completion.repair import Commission, Progress
from fastformula_models import BackendError, BackendSettings, Cancelled

from fastformula_server.child import give_way
from fastformula_server.judging import judge
from fastformula_server.knowledge import Knowledge
from fastformula_server.messages import (
    Answered,
    Asked,
    Commissioned,
    Found,
    Hole,
    Refused,
    Said,
    Unwanted,
)
from fastformula_server.standing import Standing
from fastformula_server.worker import Worker

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

logger = logging.getLogger(__name__)

STEP = 40
"""What a model writes is shown anew when it has grown by so many characters."""


def serve(connection: Connection, wanted: BackendSettings, log_level: int) -> None:
    """Answer what comes through the pipe until it is closed, or None comes."""
    # Whoever has started this process answers to Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    give_way()
    # Windows gives it no streams, and a library that prints may not break anything.
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stdout = sys.stderr
    logging.basicConfig(
        stream=sys.stderr,
        level=log_level,
        format="%(levelname)s %(name)s: %(message)s",
    )
    lock = threading.Lock()

    def tell(message: object) -> None:
        try:
            with lock:
                connection.send(message)
        except OSError:  # the server has gone
            os._exit(0)

    engine = Engine(wanted, tell)
    try:
        while (message := connection.recv()) is not None:
            engine.hear(message)
    except (EOFError, OSError):
        pass
    # Threads may be deep in a library that nothing can interrupt.
    os._exit(0)


class Engine:
    """Answers questions: holes in turn, and beside them what takes longer."""

    def __init__(self, wanted: BackendSettings, tell: Callable[[object], None]) -> None:
        """Load the backend of the settings; `tell` is called from any thread."""
        self._tell = tell
        self._knowledge = Knowledge()
        self._standing = Standing(wanted, tell)
        self._cancelled: dict[int, threading.Event] = {}
        self._parsed: Parsed | None = None
        """The text last completed; for the thread that completes."""
        self._completing, self._writing = Worker("completing"), Worker("writing")
        self._completing.start(self._standing.open)

    def hear(self, message: Any) -> None:
        """Take a message of the server."""
        match message:
            case Asked(number, question):
                cancelled = self._cancelled[number] = threading.Event()
                is_quick = isinstance(question, Hole)
                worker = self._completing if is_quick else self._writing
                worker.start(partial(self._answer, number, question, cancelled))
            case Unwanted(number):
                if number in self._cancelled:
                    self._cancelled[number].set()
            case _:
                self._knowledge.hear(message)

    def _answer(
        self, number: int, question: Hole | Commissioned, cancelled: threading.Event
    ) -> None:
        answer: Answered | Refused
        try:
            if cancelled.is_set():
                raise Cancelled
            if isinstance(question, Hole):
                answer = Answered(number, self._complete(question, cancelled))
            else:
                answer = Answered(number, self._write(number, question, cancelled))
        except Cancelled:
            answer = Refused(number, "")
        except Exception as error:
            if not isinstance(error, BackendError):
                logger.exception("no answer for %s", question.uri)
            answer = Refused(number, str(error) or type(error).__name__)
        del self._cancelled[number]
        self._tell(answer)

    def _complete(self, hole: Hole, cancelled: threading.Event) -> Found:
        backend = self._standing.backend()
        surroundings, others = self._knowledge.of(hole.uri)
        try:
            # Most questions are about the text of the one before, some keys later.
            before = self._parsed
            self._parsed = reparse(before, hole.text) if before else parse(hole.text)
            found = complete(
                hole.text,
                hole.offset,
                backend,
                manual=hole.manual,
                cancelled=cancelled,
                environment=surroundings.environment,
                configuration=surroundings.configuration,
                analysis=analyze(self._parsed, surroundings.environment),
                candidates=hole.candidates,
                others=others,
                sampling=hole.sampling,
            )
        except Cancelled:
            raise
        except Exception as error:
            self._standing.fail(str(error))
            raise
        self._standing.recover()
        return Found(found.items, found.milliseconds)

    def _write(
        self, number: int, asked: Commissioned, cancelled: threading.Event
    ) -> object:
        backend = self._standing.backend()
        environment, configuration, *_ = self._knowledge.of(asked.uri).surroundings
        shown: tuple[int, int, int] | None = None

        def find(text: str) -> tuple[Diagnostic, ...]:
            return judge(parse(text), environment, configuration).diagnostics

        def report(progress: Progress) -> None:
            nonlocal shown
            attempt, said = progress
            step = attempt, said.count("\n"), len(said) // STEP
            if step != shown:
                shown = step
                self._tell(Said(number, progress))

        commission = Commission(
            backend,
            find,
            environment,
            repairs=asked.repairs,
            sampling=asked.sampling,
            adapter=asked.adapter,
            report=report,
            cancelled=cancelled,
        )
        return asked.work(commission)
