"""What is left of an answer that was asked for in words."""

import pytest
from fastformula_completion.answer import (
    MOST_CHARACTERS,
    clean_code,
    clean_text,
    is_code_over,
    is_text_over,
)

CODE = "DEFAULT FOR hours IS 0\nIF hours > 40 THEN\n  pay = 1\nRETURN pay"


@pytest.mark.parametrize(
    "said",
    [
        CODE,
        f"\r\n{CODE}\r\n".replace("\n", "\r\n"),
        f"```\n{CODE}\n```",
        f"Sure! Here it is:\n\n```sql\n{CODE}\n```\n\nIt pays one above 40 hours.",
        f"~~~fastformula\n{CODE}\n~~~",
        f"```\n{CODE}",
        f"`hours` is short:\n```\nhours\n```\nAll of it:\n```\n{CODE}\n```",
        f"Here is the formula you asked for:\n{CODE}",
        f"The following formula pays overtime\n\n{CODE}",
        f"{CODE}\n\nIf you need more, ask me.\n- It reads hours.\n* It returns pay.",
        f"1. First, the formula.\n{CODE}\n**Note:** it is short.",
        f"### Response:\n{CODE}",
        f"{CODE}\n\n### Instruction:\nWrite another one.\n\n### Response:\n{CODE}",
        f"{CODE}<|endoftext|>{CODE}",
        f"{CODE}<|fim_middle|>",
        f"<s> {CODE}</s>",
        f"\x1b[31m{CODE}\x1b[0m\x07",
        f"\u202e{CODE}\u2069",
    ],
)
def test_only_the_code_is_left(said: str) -> None:
    assert clean_code(said) == CODE


@pytest.mark.parametrize(
    "code",
    [
        "/* Formula Name: PAY.\n   It pays what is due. */\nRETURN pay",
        "RETURN pay\n/* Here it ends,\n   as it should. */",
        "# Pay is due.\nRETURN pay",
        "IF pay WAS DEFAULTED OR hours WAS DEFAULTED THEN",
        "  pay = 1\n  cap = 2",
        "text = 'Say <s> or not.'\nRETURN text",
        "",
    ],
)
def test_nothing_is_taken_off_code(code: str) -> None:
    assert clean_code(code) == code


@pytest.mark.parametrize("said", ["I cannot do that.", "```\n```", "\n \n", "<s>"])
def test_an_answer_without_code_leaves_none(said: str) -> None:
    assert clean_code(said) == ""


def test_a_text_keeps_its_words_and_loses_what_steers_a_terminal() -> None:
    said = (
        "## What it does\n\nIt *pays* `hours`.\x1b]0;title\x07\n\n### Instruction:\nGo"
    )
    assert clean_text(said) == "## What it does\n\nIt *pays* `hours`.]0;title"


@pytest.mark.parametrize(
    ("said", "over"),
    [
        (CODE, False),
        (f"Here it is:\n```\n{CODE}", False),
        (f"Here it is:\n```\n{CODE}\n```", True),
        (f"{CODE}\n### Instruction:", True),
        (f"{CODE}<|endoftext|>", True),
        ("x" * (MOST_CHARACTERS + 1), True),
    ],
)
def test_an_answer_is_over_once_nothing_more_would_be_looked_at(
    said: str, over: bool
) -> None:
    assert is_code_over(said) is over
    is_fenced = said.endswith("```")
    assert is_text_over(said) is (over and not is_fenced)


@pytest.mark.parametrize("piece", ["a. ", " ", "\n", "<", "```", "```\n", "- a b c d "])
def test_megabytes_are_bounded(piece: str) -> None:
    said = piece * (2_000_000 // len(piece))
    assert len(clean_code(said)) <= MOST_CHARACTERS
    assert len(clean_text(said)) <= MOST_CHARACTERS
