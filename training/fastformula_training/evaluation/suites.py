"""What a model is asked: a literal list of suites, each a way to rows and to answers.

A suite cuts rows out of prepared data and asks for one as an author would, through
`fastformula_completion`. `counts` of its answers holds what its metrics read:

- holes: `nats` and `tokens`, the loss of the true middle, where the backend tells it;
- instructions: `attempts`;
- typing: `places`, the cursors on the way; `offers`; `accepted`; `keys` that were hit.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from time import perf_counter

from fastformula import parse
from fastformula.analysis import analyze
from fastformula.linter import lint
from fastformula.syntax import tokenize, tree, trivia, walk
from fastformula.syntax.tokens import COMMENT_KINDS
from fastformula.text import Span
from fastformula_completion import Cache, Sampling, complete
from fastformula_completion.insertion import room_above
from fastformula_completion.repair import Commission, NoCode
from fastformula_completion.writing import write
from fastformula_models import Backend, Request, follow
from fastformula_models import sampling as presets
from fastformula_models.backend import loss_of

from fastformula_training.documents import Row
from fastformula_training.evaluation.answers import Answer

LINES = 3
"""How many lines of a formula are typed."""

SHORTEST, LONGEST = 8, 200
"""Characters of the shortest and the longest line that is typed."""

PLACES = 2
"""How many places of each kind in a formula should stay silent."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How models are asked, as the server's settings say it."""

    sampling: Sampling
    repairs: int
    """How often a model that writes from words is asked again."""


AS_SERVED = Asking(Sampling(), 2)
"""As the settings are at first."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Rows, and how one is asked for."""

    name: str
    meaning: str
    rows: Callable[[Sequence[Row], int], list[Row]]
    """What is asked, of the rows of a file; a seed draws where there is a choice."""
    ask: Callable[[Row, Backend, Asking], Answer]
    """Raises BackendError where the model fails."""
    is_batched: bool = True
    """Whether several rows may be asked for at once."""


class Listener:
    """A backend that keeps what it was asked last, and what was said first."""

    def __init__(self, backend: Backend) -> None:
        self.name = backend.name
        self.request: Request | None = None
        self.said: str | None = None
        self._backend = backend

    def complete(self, request: Request) -> str:
        """As the backend does."""
        return self._note(request, self._backend.complete(request))

    def follow(self, request: Request) -> str:
        """As the backend does."""
        return self._note(request, follow(self._backend, request))

    def close(self) -> None:
        """Leave it to its owner."""

    def _note(self, request: Request, said: str) -> str:
        self.request = request
        if self.said is None:
            self.said = said
        return said


def _holes(rows: Sequence[Row], _seed: int) -> list[Row]:
    return [row for row in rows if row.kind not in ("text", "instruction")]


def fill(row: Row, backend: Backend, asking: Asking = AS_SERVED) -> Answer:
    """Ask for a hole as an author who asks by hand would, and accept the first offer.

    The true middle's loss is taken behind the prompt that the backend was asked with.
    """
    listener = Listener(backend)
    text = row.prefix + row.suffix
    completion = complete(
        text, len(row.prefix), listener, manual=True, sampling=asking.sampling
    )
    counts = {}
    if listener.request is not None and row.middle:
        loss = loss_of(backend, listener.request, row.middle)
        if loss is not None:
            counts = {"nats": round(loss.nats, 4), "tokens": float(loss.tokens)}
    return Answer(
        row,
        bool(completion.items),
        completion.items[0].text if completion.items else "",
        completion.raw,
        completion.milliseconds,
        completion.reason,
        counts,
    )


def _instructions(rows: Sequence[Row], _seed: int) -> list[Row]:
    return [
        replace(row, middle=row.middle.strip())
        for row in rows
        if row.kind == "instruction"
    ]


def _write(row: Row, backend: Backend, asking: Asking) -> Answer:
    """Have a whole formula written from words, and asked again for its mistakes."""
    listener = Listener(backend)
    attempts: list[int] = []
    sampling = asking.sampling
    started = perf_counter()
    try:
        draft = write(
            row.instruction,
            "",
            room_above("", 0),
            Commission(
                listener,
                lambda text: lint(analyze(parse(text))),
                repairs=asking.repairs,
                sampling=presets.Sampling(
                    sampling.temperature, sampling.top_p, sampling.repetition_penalty
                ),
                report=lambda progress: attempts.append(progress.attempt),
            ),
        )
    except NoCode as error:
        written, reason = "", str(error)
    else:
        written, reason = draft.text.strip(), ""
    return Answer(
        row,
        bool(written),
        written,
        listener.said or "",
        (perf_counter() - started) * 1000,
        reason,
        {"attempts": float(max(attempts, default=1))},
    )


def _typing(rows: Sequence[Row], seed: int) -> list[Row]:
    """Lines of every formula, each to be typed where it stands."""
    found = []
    for row, text in whole_texts(rows).values():
        rng = random.Random(f"{seed}:{row.document}:typing")
        comments = [span for span, kind in _quiet_spans(text) if kind == "comment"]
        lines = [
            match.span(1)
            for match in re.finditer(r"^[ \t]*(\S.*?)[ \t]*$", text, re.MULTILINE)
            if SHORTEST <= len(match[1]) <= LONGEST
            and not any(
                span.start < match.end() and match.start() < span.end
                for span in comments
            )
        ]
        for start, end in sorted(rng.sample(lines, min(LINES, len(lines)))):
            word = text[start:end].split()[0].upper()
            kind = _KINDS_OF_LINES.get(word, "statement")
            found.append(_cut(row, text, start, end, kind))
    return found


_KINDS_OF_LINES = {
    "DEFAULT": "declaration",
    "INPUTS": "declaration",
    "ALIAS": "declaration",
    "IF": "header",
    "ELSE": "header",
    "WHILE": "header",
    "RETURN": "return",
}
"""What a line is, by its first word."""


def _type(row: Row, backend: Backend, asking: Asking) -> Answer:
    """Type a line key by key, and accept an offer that is how it goes on.

    The time is the mean of all keys', those included that need no model.
    """
    cache = Cache()
    times: list[float] = []
    typed = offers = accepted = keys = 0
    first = ""
    while typed < len(row.middle):
        begun = row.prefix + row.middle[:typed]
        completion = complete(
            begun + row.suffix,
            len(begun),
            backend,
            cache=cache,
            sampling=asking.sampling,
        )
        times.append(completion.milliseconds)
        offer = completion.items[0].text if completion.items else ""
        offers += bool(offer)
        is_right = bool(offer) and row.middle.startswith(offer, typed)
        accepted += is_right
        first = first or offer
        typed += len(offer) if is_right else 1
        keys += 1
    counts = {
        "places": len(times),
        "offers": offers,
        "accepted": accepted,
        "keys": keys,
    }
    return Answer(row, bool(offers), first, "", fmean(times), counts=counts)


def _silence(rows: Sequence[Row], seed: int) -> list[Row]:
    """Places in every formula where an offer would be in the way."""
    found = []
    for row, text in whole_texts(rows).values():
        rng = random.Random(f"{seed}:{row.document}:silence")
        places: dict[str, list[int]] = {}
        for span, kind in (*_quiet_spans(text), *_statement_ends(text)):
            middle = (span.start + span.end + 1) // 2
            places.setdefault(kind, []).append(middle)
        for kind, offsets in places.items():
            chosen = sorted(rng.sample(offsets, min(PLACES, len(offsets))))
            found += [_cut(row, text, each, each, kind) for each in chosen]
    return found


def _quiet_spans(text: str) -> Iterator[tuple[Span, str]]:
    """Comments, texts in quotes and words, with room for a cursor inside."""
    for token in tokenize(text):
        for piece in trivia(text, token):
            if piece.kind in COMMENT_KINDS:
                yield piece.span, "comment"
        if token.kind == "TEXT" and token.end - token.start > 2:
            yield token.span, "text"
        if token.kind == "NAME" and token.end - token.start > 3:
            yield token.span, "word"


def _statement_ends(text: str) -> Iterator[tuple[Span, str]]:
    """Where a statement is done and its line ends."""
    for node in walk(parse(text).tree):
        end = node.span.end
        is_simple = isinstance(node, tree.Assign | tree.Return)
        if is_simple and text[end : end + 1] in ("", "\n"):
            yield Span(end, end), "done"


def whole_texts(rows: Iterable[Row]) -> dict[str, tuple[Row, str]]:
    """The longest text of every document by its id, with the row that it is of."""
    texts: dict[str, tuple[Row, str]] = {}
    for row in rows:
        text = row.prefix + row.middle + row.suffix
        if len(text) > len(texts.get(row.document, (row, ""))[1]):
            texts[row.document] = row, text
    return texts


def _cut(row: Row, text: str, start: int, end: int, kind: str) -> Row:
    middle = text[start:end]
    return Row(text[:start], middle, text[end:], kind, row.source, row.document)


def _stay_silent(row: Row, backend: Backend, asking: Asking) -> Answer:
    """Ask as an editor does unasked, where an author has not stopped for an offer."""
    completion = complete(
        row.prefix + row.suffix, len(row.prefix), backend, sampling=asking.sampling
    )
    return Answer(
        row,
        bool(completion.items),
        completion.items[0].text if completion.items else "",
        completion.raw,
        completion.milliseconds,
        completion.reason,
    )


SUITES = (
    Suite("holes", "holes that are asked for by hand", _holes, fill),
    Suite(
        "instructions",
        "whole formulas from an author's words",
        _instructions,
        _write,
        is_batched=False,
    ),
    Suite("typing", "lines that are typed key by key", _typing, _type),
    Suite("silence", "places where nothing lacks", _silence, _stay_silent),
)
"""Every suite, in the order of the report."""
