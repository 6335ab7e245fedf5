"""How good an answer is: a literal list of small functions of one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from fastformula.analysis import analyze
from fastformula.diagnostic import Severity
from fastformula.linter import lint
from fastformula.syntax import parse

from fastformula_training.evaluation.answers import Answer
from fastformula_training.evaluation.similarity import edit_similarity, kept_share

Unit = Literal["%", "", "perplexity"]
"""How a mean is shown: times 100, as it is, or e to its power."""


def one(_answer: Answer) -> float:
    """The weight of an answer where all weigh the same."""
    return 1.0


@dataclass(frozen=True, slots=True)
class Metric:
    """A score for an answer, which is None where it does not apply.

    What the report shows is the mean over the answers, each with its weight; a score
    of 0 or 1 makes it a share.
    """

    name: str
    meaning: str
    suites: tuple[str, ...]
    """The names of the suites whose reports have it."""
    score: Callable[[Answer], float | None]
    unit: Unit = "%"
    weight: Callable[[Answer], float] = one


def _offered(answer: Answer) -> float:
    return float(answer.offered)


def _exact(answer: Answer) -> float:
    return float(answer.middle == answer.row.middle)


def _exact_but_blanks(answer: Answer) -> float:
    return float(answer.middle.split() == answer.row.middle.split())


def _first_line(answer: Answer) -> float:
    return float(_line(answer.middle) == _line(answer.row.middle))


def _line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0].rstrip() if lines else ""


def _similarity(answer: Answer) -> float:
    return edit_similarity(answer.middle, answer.row.middle)


def _kept(answer: Answer) -> float | None:
    return kept_share(answer.middle, answer.row.middle) if answer.offered else None


def _parses(answer: Answer) -> float | None:
    return float(not parse(answer.text).errors) if answer.offered else None


def _no_new_error(answer: Answer) -> float | None:
    return _brings_no_error(answer, answer.middle) if answer.offered else None


def _length_error(answer: Answer) -> float | None:
    if not answer.offered:
        return None
    return float(abs(len(answer.middle) - len(answer.row.middle)))


def _empty_correct(answer: Answer) -> float | None:
    return None if answer.row.middle.strip() else float(not answer.offered)


def _raw_exact(answer: Answer) -> float:
    return float(answer.raw == answer.row.middle)


def _raw_similarity(answer: Answer) -> float:
    return edit_similarity(answer.raw, answer.row.middle)


def _raw_parses(answer: Answer) -> float | None:
    return float(not parse(_raw_text(answer)).errors) if answer.raw.strip() else None


def _raw_no_new_error(answer: Answer) -> float | None:
    return _brings_no_error(answer, answer.raw) if answer.raw.strip() else None


def _raw_text(answer: Answer) -> str:
    return answer.row.prefix + answer.raw + answer.row.suffix


def _brings_no_error(answer: Answer, middle: str) -> float:
    """Whether the formula has no error with it but those with the hole or the truth."""
    row = answer.row
    known = _errors(row.prefix + row.suffix) | _errors(
        row.prefix + row.middle + row.suffix
    )
    return float(not _errors(row.prefix + middle + row.suffix) - known)


@lru_cache(maxsize=1024)
def _errors(text: str) -> Counter[tuple[str, str]]:
    """What is wrong with a formula, by code and message."""
    return Counter(
        (each.code, each.message)
        for each in lint(analyze(parse(text)))
        if each.severity is Severity.ERROR
    )


def _no_error(answer: Answer) -> float | None:
    return float(not _errors(answer.text)) if answer.offered else None


def _attempts(answer: Answer) -> float | None:
    return answer.counts.get("attempts") if answer.offered else None


def _loss(answer: Answer) -> float | None:
    tokens = answer.counts.get("tokens")
    return answer.counts["nats"] / tokens if tokens else None


def _tokens(answer: Answer) -> float:
    return answer.counts["tokens"]


def _offered_at_keys(answer: Answer) -> float | None:
    places = answer.counts.get("places")
    return answer.counts["offers"] / places if places else None


def _places(answer: Answer) -> float:
    return answer.counts["places"]


def _right_offers(answer: Answer) -> float | None:
    offers = answer.counts.get("offers")
    return answer.counts["accepted"] / offers if offers else None


def _offers(answer: Answer) -> float:
    return answer.counts["offers"]


def _keys_saved(answer: Answer) -> float:
    length = len(answer.row.middle)
    return 1 - answer.counts.get("keys", length) / length


def _length(answer: Answer) -> float:
    return float(len(answer.row.middle))


_HOLES = ("holes",)
_WORDS = ("instructions",)
_TYPING = ("typing",)
_SILENCE = ("silence",)

METRICS = (
    Metric("offered", "something was offered", (*_HOLES, *_WORDS), _offered),
    Metric("exact", "what stood there, to the character", (*_HOLES, *_WORDS), _exact),
    Metric("exact but blanks", "the same words and signs", _HOLES, _exact_but_blanks),
    Metric("first line", "the first line is as it was", _HOLES, _first_line),
    Metric(
        "edit similarity",
        "1 - Levenshtein distance / the longer length; 0 where nothing was offered",
        (*_HOLES, *_WORDS),
        _similarity,
    ),
    Metric(
        "kept characters",
        "of an offer's words and signs, the share that the truth has too",
        (*_HOLES, *_WORDS),
        _kept,
    ),
    Metric(
        "parses in place",
        "of the offers, those with which the formula parses",
        (*_HOLES, *_WORDS),
        _parses,
    ),
    Metric(
        "no new error",
        "of the offers, those that bring no error but what the hole or the truth has",
        _HOLES,
        _no_new_error,
    ),
    Metric("no error", "of the formulas, those without any", _WORDS, _no_error),
    Metric(
        "attempts", "how often it was asked, with its mistakes", _WORDS, _attempts, ""
    ),
    Metric(
        "empty correct",
        "where nothing lacks, nothing was offered",
        (*_HOLES, *_SILENCE),
        _empty_correct,
    ),
    Metric(
        "length error",
        "by how many characters an offer is longer or shorter than the truth",
        (*_HOLES, *_WORDS),
        _length_error,
        "",
    ),
    Metric("raw exact", "all that the model wrote is exact", _HOLES, _raw_exact),
    Metric(
        "raw similarity",
        "edit similarity of all that the model wrote, before anything was cut",
        _HOLES,
        _raw_similarity,
    ),
    Metric("raw parses", "of what the model wrote, as it is", _HOLES, _raw_parses),
    Metric(
        "raw no new error",
        "of what the model wrote, as it is",
        _HOLES,
        _raw_no_new_error,
    ),
    Metric(
        "perplexity",
        "per token of the truth and its end, behind the prompt that is served; "
        "comparable among models with one tokenizer",
        _HOLES,
        _loss,
        "perplexity",
        _tokens,
    ),
    Metric(
        "offered at keys",
        "of all cursors on the way through a line, those with an offer",
        _TYPING,
        _offered_at_keys,
        weight=_places,
    ),
    Metric(
        "right offers",
        "of the offers, those that are how the line goes on",
        _TYPING,
        _right_offers,
        weight=_offers,
    ),
    Metric(
        "keystrokes saved",
        "of a line's, where each right offer is accepted with one key",
        _TYPING,
        _keys_saved,
        weight=_length,
    ),
)
"""Every metric: a column of the report each, in the suites that it names."""
