"""Which formulas count as the same."""

import re
from itertools import pairwise

import pytest
from fastformula_training.dedupe import exact_groups, jaccard, near_pairs, shingles_of
from fastformula_training.documents import Document

NAMES = {"hours_worked": "l_std", "overtime_pay": "result", "weekly_norm": "n38"}


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
    pairs = near_pairs([*texts, renamed(texts[original])], 0.85)
    assert [(pair.first, pair.second) for pair in pairs] == [(original, len(texts))]
    assert pairs[0].jaccard == 1


def test_formulas_of_their_own_are_not_copies(documents: list[Document]) -> None:
    assert near_pairs([document.text for document in documents], 0.5) == []


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.9])
def test_pairs_found_are_the_pairs_there_are(
    documents: list[Document], threshold: float
) -> None:
    # Each text grows by a piece of the next, so all degrees of likeness occur.
    texts = [
        a.text + b.text[: len(b.text) * k // 4]
        for a, b in pairwise(documents)
        for k in range(4)
    ]
    shingles = [shingles_of(text) for text in texts]
    there = {
        (i, j)
        for i in range(len(texts))
        for j in range(i)
        if jaccard(shingles[i], shingles[j]) >= max(threshold, 0.5)
    }
    found = {(pair.second, pair.first) for pair in near_pairs(texts, threshold)}
    assert len(there - found) <= 0.02 * len(there)
    assert all(jaccard(shingles[i], shingles[j]) >= threshold for i, j in found)
