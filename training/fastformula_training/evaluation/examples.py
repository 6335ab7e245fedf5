"""The best and the worst answers of a model, each beside the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape

from fastformula_training.evaluation.answers import Answer
from fastformula_training.evaluation.similarity import edit_similarity

COUNT = 6
"""How many of the best and of the worst are shown."""

ALIKE = 0.5
"""The edit similarity from which an offer is like the truth."""

LINES_BEFORE = 4
"""How many lines before a hole are shown."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def best_and_worst(
    answers: Sequence[Answer],
) -> tuple[list[Answer], list[Answer]]:
    """Offers that are like the truth, the most alike first, and others, the least.

    Among equals the longest truth comes first. No more than one of each is of a
    formula, as far as there are so many.
    """
    scored = [
        (edit_similarity(answer.middle, answer.row.middle), answer)
        for answer in answers
        if answer.offered
    ]
    scored.sort(key=lambda each: -len(each[1].row.middle))
    best = [each for each in scored if each[0] >= ALIKE]
    worst = [each for each in scored if each[0] < ALIKE]
    best.sort(key=lambda each: -each[0])
    worst.sort(key=lambda each: each[0])
    return (
        _varied([answer for _, answer in best]),
        _varied([answer for _, answer in worst]),
    )


def _varied(answers: Sequence[Answer]) -> list[Answer]:
    """The first of each formula, then others."""
    first: dict[str, int] = {}
    for place, answer in enumerate(answers):
        first.setdefault(answer.row.document, place)
    chosen = sorted(first.values())
    rest = [place for place in range(len(answers)) if place not in set(chosen)]
    return [answers[place] for place in (chosen + rest)[:COUNT]]


def example(answer: Answer) -> str:
    """An answer as HTML: where it was asked for, and how it differs from the truth."""
    row = answer.row
    before = "".join(row.prefix.splitlines(keepends=True)[-LINES_BEFORE:])
    asked = f'<p class="words">{escape(row.instruction)}</p>' if row.instruction else ""
    likeness = edit_similarity(answer.middle, row.middle)
    return (
        f"<figure><figcaption>{escape(row.kind)}, similarity {likeness:.2f}"
        f"</figcaption>{asked}<pre><span>{escape(before)}</span>"
        f"{''.join(_difference(row.middle, answer.middle))}"
        f"<span>{escape(row.suffix.split(chr(10))[0])}</span></pre></figure>"
    )


def _difference(truth: str, offer: str) -> Iterator[str]:
    """The truth with what the offer lacks struck out and what it adds marked."""
    one, two = _WORD.findall(truth), _WORD.findall(offer)
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        lost, new = "".join(one[start:end]), "".join(two[other_start:other_end])
        if tag == "equal":
            yield f"<b>{escape(lost)}</b>"
            continue
        if lost:
            yield f"<del>{escape(lost)}</del>"
        if new:
            yield f"<ins>{escape(new)}</ins>"
