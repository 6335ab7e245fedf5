"""How alike two texts are."""

import pytest
from fastformula_training.evaluation.similarity import (
    edit_similarity,
    kept_share,
    levenshtein,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("", "", 0),
        ("abc", "", 3),
        ("", "abc", 3),
        ("kitten", "sitting", 3),
        ("IF x", "IF y", 1),
    ],
)
def test_levenshtein(first: str, second: str, distance: int) -> None:
    assert levenshtein(first, second) == distance


def by_the_table(first: str, second: str) -> int:
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            least = min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
            diagonal, row[j] = row[j], least
    return row[-1]


# Few letters, so that many of them are the same.
WORDS = st.text("abé \n", max_size=90)


@given(WORDS, WORDS)
def test_bits_say_what_the_table_says(first: str, second: str) -> None:
    assert levenshtein(first, second) == by_the_table(first, second)
    assert 0 <= edit_similarity(first, second) <= 1


@pytest.mark.parametrize(
    ("offer", "truth", "share"),
    [
        ("l_rate * 2", "l_rate  *\n2", 1),
        ("l_rate * 3", "l_rate * 2", 7 / 8),
        ("l_rates", "l_rate", 0),
        ("b a", "a b", 1 / 2),
        ("", "a", 0),
    ],
)
def test_what_is_kept_are_words_and_signs(offer: str, truth: str, share: float) -> None:
    assert kept_share(offer, truth) == pytest.approx(share)
