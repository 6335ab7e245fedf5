"""What is kept of what a model says."""

import pytest
from fastformula_completion.stop import (
    LINES_IN_A_BLOCK,
    LONGEST_LINE,
    cut,
    enough,
    next_line,
)

ONE_LINE = [
    ("a = 1\nb = 2\n", "a = 1"),
    ("\na = 1\nb = 2\n", "\na = 1"),
    ("a = 1", "a = 1"),
    ("", ""),
    # A header alone could not stand, so its body comes along.
    ("IF a = 1 THEN\n  b = 2\nc = 3\n", "IF a = 1 THEN\n  b = 2"),
    ("IF a = 1 THEN\n(\n  b = 2\n  c = 3\n)\nd = 4\n",
     "IF a = 1 THEN\n(\n  b = 2\n  c = 3\n)"),
    ("IF a = 1 THEN (\n  b = 2\n)\nELSE (\n", "IF a = 1 THEN (\n  b = 2\n)"),
    ("a = f(\n  1,\n  2)\nb = 3\n", "a = f(\n  1,\n  2)"),
    ("WHILE a = 1 LOOP\n  a = 2\nb = 3\n", "WHILE a = 1 LOOP\n  a = 2"),
]  # fmt: skip
BLOCK = [
    ("\n  a = 1\n  b = 2\n)\nc = 3\n", "\n  a = 1\n  b = 2"),
    ("a = 1\nb = 2\n\nc = 3\n", "a = 1\nb = 2"),
    ("a = f(1)\nIF a = 1 THEN (\n  b = 2\n)\n)\nd = 4\n",
     "a = f(1)\nIF a = 1 THEN (\n  b = 2\n)"),
]  # fmt: skip


@pytest.mark.parametrize(("generated", "kept"), ONE_LINE)
def test_one_line_is_kept(generated: str, kept: str) -> None:
    assert cut(generated, several_lines=False) == kept


@pytest.mark.parametrize(("generated", "kept"), BLOCK)
def test_the_inside_of_a_block_is_kept(generated: str, kept: str) -> None:
    assert cut(generated, several_lines=True).rstrip("\n)") == kept.rstrip("\n)")


@pytest.mark.parametrize("several", [False, True])
def test_a_model_that_does_not_stop_is_stopped(several: bool) -> None:
    stop = enough(several_lines=several)
    assert stop("a = 1\n" * (LINES_IN_A_BLOCK + 1))
    assert not stop("a")
    assert not stop("")
    block = "IF a = 1 THEN (\n" + "b = 1\n" * (LINES_IN_A_BLOCK + 1)
    assert stop(block)
    assert len(cut(block * 9, several_lines=several).splitlines()) <= (
        LINES_IN_A_BLOCK + 1
    )


def test_a_line_without_end_is_stopped() -> None:
    assert enough(several_lines=False)("x" * (LONGEST_LINE + 1))


@pytest.mark.parametrize(("generated", "kept"), ONE_LINE)
def test_stopping_early_loses_nothing_of_what_is_kept(
    generated: str, kept: str
) -> None:
    """Asked after each character, it says stop no earlier than `cut` would."""
    stop = enough(several_lines=False)
    said = ""
    for character in generated:
        said += character
        if stop(said):
            break
    assert said.startswith(kept)
    assert cut(said, several_lines=False).rstrip("\n") == kept


def test_a_model_that_has_come_to_the_next_line_is_through() -> None:
    stop = enough(several_lines=True, following=next_line("\n\n  c = 3\nd = 4\n"))
    assert not stop("a = 1\n  b = 2\n")
    assert not stop("a = 1\n  c = 3")
    assert stop("a = 1\n  C = 3\n")
    bracket = enough(several_lines=True, following=")")
    assert not bracket("IF a = 1 THEN (\n  b = 1\n)\n")


def test_a_model_that_says_one_line_thrice_is_stopped() -> None:
    stop = enough(several_lines=True)
    assert not stop("a = 1\na = 1\n")
    assert stop("a = 1\na = 1\n\na = 1\n")


def test_the_next_line_is_below_that_of_the_cursor() -> None:
    assert next_line(") * 2\n\n  b = 1\n") == "b = 1"
    assert next_line("b = 1") == ""
