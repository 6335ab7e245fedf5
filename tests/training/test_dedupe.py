"""Which formulas count as the same."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from fastformula.syntax import tokenize
from fastformula_training.data.dedupe import (
    Fingerprint,
    closest,
    exact_groups,
    find_related,
    find_repeats,
    fingerprint,
    jaccard,
    join_groups,
)
from fastformula_training.data.synthesis import synthesize
from fastformula_training.documents import Document

NAMES = {"hours_worked": "l_std", "overtime_pay": "result", "weekly_norm": "n38"}


def prints(texts: Sequence[str]) -> list[Fingerprint]:
    return [fingerprint(tokenize(text), text) for text in texts]


def renamed(text: str) -> str:
    for old, new in NAMES.items():
        text = re.sub(rf"\b{old}\b", new, text)
    return re.sub(r"\b40\b", "38", text)


def test_blanks_comments_and_case_do_not_make_another_formula() -> None:
    texts = ["x = 1 RETURN x", "X = 1 /* one */\n\nreturn x", "x = 2 RETURN x"]
    assert exact_groups(texts) == [[0, 1], [2]]


def test_a_copy_with_other_names_and_numbers_is_found(
    documents: list[Document],
) -> None:
    texts = [document.text for document in documents]
    original = next(i for i, text in enumerate(texts) if "weekly_norm" in text)
    repeats = find_repeats(prints([*texts, renamed(texts[original])]), 0.85)
    assert repeats == [(original, len(texts), 1.0)]


def test_formulas_of_their_own_are_not_copies(documents: list[Document]) -> None:
    each = prints([document.text for document in documents])
    assert find_repeats(each, 0.5) == []
    assert find_related(each, 0.5) == [[place] for place in range(len(each))]


@pytest.fixture(scope="module")
def growing(documents: list[Document]) -> list[Fingerprint]:
    """Each text grows by a piece of the next, so all degrees of likeness occur."""
    return prints(
        [
            a.text + b.text[: len(b.text) * k // 4]
            for a, b in pairwise(documents)
            for k in range(4)
        ]
        + [document.text for document in synthesize(60, 1)]
    )


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_what_is_alike_is_found_as_by_comparing_all(
    growing: list[Fingerprint], threshold: float
) -> None:
    kept: list[int] = []
    repeats: set[int] = set()
    chains: list[list[int]] = []
    for place, each in enumerate(growing):
        near = [
            other
            for other in range(place)
            if jaccard(growing[other].shingles, each.shingles) >= threshold
        ]
        chains += ([other, place] for other in near)
        if any(other in kept for other in near):
            repeats.add(place)
        else:
            kept.append(place)
    found = find_repeats(growing, threshold)
    assert {pair.second for pair in found} == repeats
    assert all(pair.first < pair.second and pair.jaccard >= threshold for pair in found)
    related = find_related(growing, threshold)
    assert related == join_groups(chains, len(growing))
    assert max(map(len, related)) > 2


def test_the_closest_two_are_about_as_near_as_they_are(
    growing: list[Fingerprint],
) -> None:
    ones, others = growing[:30:2], growing[1:30:2]
    true = max(jaccard(a.shingles, b.shingles) for a in ones for b in others)
    assert abs(closest(ones, others) - true) < 0.1
    assert closest(ones, ones) == 1
    assert closest(ones, []) == closest([], ones) == 0


def test_the_signature_estimates_the_jaccard_index(growing: list[Fingerprint]) -> None:
    off = [
        abs(
            float((a.signature == b.signature).mean()) - jaccard(a.shingles, b.shingles)
        )
        for a, b in pairwise(growing)
    ]
    assert max(off) < 0.12
    assert sum(off) / len(off) < 0.02
