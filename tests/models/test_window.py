"""The window around the cursor: within budget, cut at line ends, nothing wasted."""

import pytest
from fastformula_models.fim import window
from hypothesis import given
from hypothesis import strategies as st


def words(text: str) -> int:
    """A tokenizer that is easy to check by eye: each character is a token."""
    return len(text)


TEN = [f"line {number}..\n" for number in range(10)]  # nine characters each


@pytest.mark.parametrize(
    ("before", "after", "budget", "lines_before", "lines_after"),
    [
        pytest.param(2, 2, 100, 2, 2, id="all of it where it fits"),
        pytest.param(10, 10, 36, 3, 1, id="three to one"),
        pytest.param(10, 1, 90, 9, 1, id="what the suffix leaves, the prefix takes"),
        pytest.param(1, 10, 90, 1, 9, id="what the prefix leaves, the suffix takes"),
        pytest.param(10, 0, 90, 10, 0, id="no suffix"),
        pytest.param(0, 10, 90, 0, 10, id="no prefix"),
        pytest.param(10, 10, 44, 3, 1, id="no line in part"),
    ],
)
def test_the_lines_next_to_the_cursor_are_kept(
    before: int, after: int, budget: int, lines_before: int, lines_after: int
) -> None:
    head, tail = window("".join(TEN[:before]), "".join(TEN[:after]), budget, words)
    assert head == "".join(TEN[before - lines_before : before])
    assert tail == "".join(TEN[:lines_after])


def test_a_line_at_the_cursor_that_is_too_long_is_cut_inside() -> None:
    head, tail = window("first\n" + "a" * 50 + "b" * 30, "c" * 10 + "d" * 50, 40, words)
    assert head == "b" * 30
    assert tail == "c" * 10


def test_lines_above_stay_while_one_types_in_a_line() -> None:
    heads = set()
    for length in range(1, 65):
        head, tail = window("".join(TEN) + "x" * length, "".join(TEN), 72, words)
        assert words(head) + words(tail) <= 72
        heads.add(head.rpartition("\n")[0])
    assert len(heads) <= 5


@given(
    prefix=st.text(alphabet="ab \n\r", max_size=200),
    suffix=st.text(alphabet="ab \n\r", max_size=200),
    budget=st.integers(0, 150),
)
def test_the_window_touches_the_cursor_and_keeps_the_budget(
    prefix: str, suffix: str, budget: int
) -> None:
    head, tail = window(prefix, suffix, budget, words)
    assert prefix.endswith(head)
    assert suffix.startswith(tail)
    assert words(head) + words(tail) <= budget
    if words(prefix) + words(suffix) <= budget:
        assert (head, tail) == (prefix, suffix)


def test_a_large_file_is_not_counted_whole() -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return len(text)

    window("x = 1\n" * 100_000, "y = 2\n" * 100_000, 600, count)
    assert len(counted) <= 300
