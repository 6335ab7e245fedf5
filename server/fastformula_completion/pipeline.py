"""From a cursor to ghost text: the stages in order."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter

from fastformula import parse
from fastformula.analysis import Analysis, Environment, analyze
from fastformula.linter import Configuration
from fastformula.text import Span
from fastformula_models import Backend, Request
from fastformula_models.backend import complete_many

from fastformula_completion.cache import Cache
from fastformula_completion.constrain import guide_at
from fastformula_completion.context import make_context
from fastformula_completion.decide import Decision, decide
from fastformula_completion.filters import refusal, trim
from fastformula_completion.fit import Place, open_place, trims
from fastformula_completion.meaning import Meaning
from fastformula_completion.steps import Log, Step
from fastformula_completion.stop import cut, enough, next_line

MOST_TOKENS = 160
"""How many tokens a completion may have; most end long before, at their line's end."""

MOST_CHARACTERS = 1000
"""How much of an answer is looked at: a backend may go on where it should stop."""

NEAR = 4_000
"""How many characters on each side of the cursor an answer is compared with."""

MOST_CANDIDATES = 3
"""How many different completions are offered at most."""

MOST_JUDGED = 3
"""How many beginnings of an answer are put to the checks."""

WARMTH = 0.8
"""The temperature at which further candidates are drawn."""

_ALONE = Environment()
_PLAIN = Configuration()


@dataclass(frozen=True, slots=True)
class Item:
    """Text to offer in place of what `span` covers."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Completion:
    """What to offer, and how it came about.

    `raw` is what the model said first, `prompt` what it was shown; `reason` says why
    nothing is offered, if nothing is.
    """

    items: tuple[Item, ...]
    raw: str = ""
    reason: str = ""
    milliseconds: float = field(default=0.0, compare=False)
    prompt: str = field(default="", compare=False)
    steps: tuple[Step, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Sampling:
    """Who chooses tokens, and how; see `Request`."""

    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    max_tokens: int = MOST_TOKENS
    adapter: str = ""


@dataclass(slots=True)
class _Cursor:
    """What the stages know of a place."""

    place: Place
    meaning: Meaning
    decision: Decision
    log: Log
    reason: str = ""
    """Why the last answer was not offered."""


def complete(
    text: str,
    offset: int,
    backend: Backend,
    *,
    manual: bool = False,
    cancelled: threading.Event | None = None,
    environment: Environment = _ALONE,
    configuration: Configuration = _PLAIN,
    analysis: Analysis | None = None,
    candidates: int = 1,
    cache: Cache | None = None,
    others: Sequence[str] = (),
    sampling: Sampling = Sampling(),
) -> Completion:
    """Complete `text` at `offset`, in code points, with up to `candidates` items.

    There are never more than MOST_CANDIDATES, all different, the likeliest first.

    With what is offered a valid text still parses, a broken one has nothing wrong at
    the cursor, and the checks find no more errors or warnings than they did.
    `analysis` is that of `text` in `environment`, if it is at hand; `others` are texts
    of the workspace that a model may be shown lines of.
    Blocks until the model has answered. Raises BackendError when it cannot, and
    Cancelled when `cancelled` is set before it has.
    """
    started = perf_counter()
    log = Log()
    prompts: list[str] = []

    def answer(middles: Sequence[str], raw: str, reason: str) -> Completion:
        milliseconds = (perf_counter() - started) * 1000
        return Completion(
            tuple(Item(middle, Span(offset, offset)) for middle in middles),
            raw,
            "" if middles else reason,
            milliseconds,
            prompts[0] if prompts else "",
            tuple(log.steps),
        )

    with log.step("decide") as said:
        tokens = analysis.parsed.tokens if analysis else ()
        decision = decide(text, offset, manual=manual, tokens=tokens)
        said += ("", decision.refusal)
    if decision.refusal:
        return answer((), "", decision.refusal)
    if cache is not None:
        with log.step("cache") as said:
            known = cache.find(text, offset, candidates)
            said += known[:1]
        if known:
            return answer(known, "", "")
    following = next_line(text[offset : offset + NEAR])
    is_done = enough(several_lines=decision.several_lines, following=following)
    with log.step("read"):
        if analysis is None:
            analysis = analyze(parse(text), environment)
        place = open_place(text, offset, analysis.parsed)
        meaning = Meaning(place, analysis, configuration)
        guide = guide_at(place, analysis, is_done)
    if place.is_hopeless:
        return answer((), "", "the line is wrong before the cursor")
    cursor = _Cursor(place, meaning, decision, log)

    def context() -> str:
        with log.step("context") as said:
            said.append(make_context(analysis, offset, others))
        return said[0]

    request = Request(
        # Models are trained on plain line feeds, whatever the file has.
        text[:offset].replace("\r\n", "\n"),
        text[offset:].replace("\r\n", "\n"),
        max_tokens=sampling.max_tokens,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        repetition_penalty=sampling.repetition_penalty,
        adapter=sampling.adapter,
        context=context,
        stop=is_done,
        shown=prompts.append,
        guide=guide,
        cancelled=cancelled or threading.Event(),
    )
    middles: list[str] = []
    first = ""
    reason = ""
    for number, raw in enumerate(_answers(backend, request, candidates, log)):
        middle = _edit(cursor, raw)
        if number == 0:
            first, reason = raw, cursor.reason
        if middle and middle not in middles:
            middles.append(middle)
        if len(middles) == candidates:
            break
    if cache is not None and middles:
        cache.store(text, offset, tuple(middles), candidates)
    return answer(middles, first, reason)


def _answers(
    backend: Backend, request: Request, wanted: int, log: Log
) -> Iterator[str]:
    """What the model says: first as it is asked to, then with more freedom."""
    with log.step("model") as said:
        said.append(backend.complete(request))
    yield said[0]
    wanted = min(wanted, MOST_CANDIDATES)
    if wanted <= 1:
        return
    warm = max(WARMTH, request.temperature)
    more = [
        replace(request, temperature=warm, seed=seed) for seed in range(1, 2 * wanted)
    ]
    for start in range(0, len(more), wanted - 1):
        with log.step("model") as said:
            several = complete_many(backend, more[start : start + wanted - 1])
            said.append(several[0])
        yield several[0]
        for raw in several[1:]:
            log.steps.append(Step("model", raw))
            yield raw


def _edit(cursor: _Cursor, raw: str) -> str:
    """What of an answer can be offered; "" where nothing can, and why in `cursor`."""
    log, place = cursor.log, cursor.place
    prefix = place.text[max(0, place.offset - NEAR) : place.offset]
    suffix = place.text[place.offset : place.offset + NEAR]
    with log.step("trim") as said:
        lines = raw[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
        middle = cut(lines, several_lines=cursor.decision.several_lines)
        middle = trim(prefix.replace("\r\n", "\n"), middle, suffix)
        if "\r\n" in place.text:
            middle = middle.replace("\n", "\r\n")
        cursor.reason = "" if middle.strip() else "the model had nothing to say"
        said += (middle, cursor.reason)
    if cursor.reason:
        return ""
    reason = "nothing that the model said fits here"
    limit = len(middle)
    judged = 0
    fitting = trims(place, middle)
    while judged < MOST_JUDGED:
        with log.step("fit") as said:
            shorter = next(fitting, "").rstrip()
            said.append(shorter)
        if not shorter:
            break
        if judged and not _is_shorter_statement(middle, shorter, limit):
            continue
        with log.step("filter") as said:
            refused = refusal(prefix, shorter, suffix)
            said += (shorter, refused)
        if refused:
            reason = reason if judged else refused
            break
        judged += 1
        with log.step("meaning") as said:
            objections = cursor.meaning.objections(shorter)
            said += (shorter, "; ".join(each.code for each in objections))
        if not objections:
            return shorter
        reason = f"the checks would say: {objections[0].message}"
        limit = min(each.span.start for each in objections) - place.offset
    cursor.reason = reason
    return ""


def _is_shorter_statement(middle: str, shorter: str, limit: int) -> bool:
    """Whether `shorter` ends a line of `middle`, before what was objected to."""
    rest = middle[len(shorter) :]
    ends_line = "\n" in rest[: len(rest) - len(rest.lstrip())]
    return ends_line and len(shorter) <= max(limit, 0)
