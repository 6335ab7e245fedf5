"""Formulas and blocks from an author's words: asked for, mended, asked for again."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fastformula import Severity, parse
from fastformula.analysis import Environment, analyze
from fastformula.linter import Configuration, lint
from fastformula_completion.insertion import room_above, room_at
from fastformula_completion.repair import MOST_TOKENS, Commission, Progress
from fastformula_completion.writing import wish_at, write
from fastformula_models import BackendError, Cancelled, Request, instructions
from fastformula_models.embedded import EmbeddedBackend
from fastformula_models.fake import FakeBackend

GOOD = """\
DEFAULT FOR hours IS 0
INPUTS ARE hours
pay = hours * 2
RETURN pay
"""
NOWHERE = room_at("", 0)
BAD = GOOD.replace("hours * 2", "hours *")
WORSE = BAD.replace("RETURN pay", "RETURN pay, +")


def find(text: str) -> Any:
    return lint(analyze(parse(text)), Configuration())


def commission(backend: Any, **more: Any) -> Commission:
    return Commission(backend, find, **more)


def asked(backend: FakeBackend) -> list[str]:
    return [
        instructions.compose(request, 1000, lambda text: len(text.split()))
        for request in backend.requests
    ]


def at(marked: str) -> tuple[str, int]:
    offset = marked.index("$0")
    return marked.replace("$0", "", 1), offset


def test_an_empty_text_gets_a_whole_formula() -> None:
    backend = FakeBackend((f"Here it is:\n```\n{GOOD}```\n",))
    draft = write("Pay twice the hours.", "", NOWHERE, commission(backend))
    assert (draft.text, draft.new_text, draft.diagnostics) == (GOOD, GOOD, ())
    assert asked(backend) == ["Pay twice the hours."]
    assert backend.requests[0].max_tokens == MOST_TOKENS


def test_the_model_is_told_what_is_known_of_the_formula() -> None:
    backend = FakeBackend((GOOD,))
    environment = Environment("fusion", "Global Absence Accrual")
    text = "/* Twice the hours. */\n"
    write(
        "Twice.",
        text,
        room_at(text, len(text)),
        commission(backend, environment=environment),
    )
    (words,) = asked(backend)
    head, _, wish = words.rpartition("\n\n")
    assert head.startswith(
        "/* Product: Oracle Fusion Cloud HCM */\n"
        "/* Formula type: Global Absence Accrual */\n"
        "/* Inputs: "
    )
    assert wish == "Twice."


BLOCK = """\
DEFAULT FOR hours IS 0
INPUTS ARE hours
IF hours > 40 THEN
(
  pay = hours
  /* Pay the hours above 40 once more */$0
)
RETURN pay
"""


def test_a_block_is_put_below_its_comment_as_far_to_the_right() -> None:
    text, offset = at(BLOCK)
    backend = FakeBackend(("extra = hours - 40\npay = pay + extra",))
    draft = write("Pay more.", text, room_at(text, offset), commission(backend))
    assert draft.new_text == "  extra = hours - 40\n  pay = pay + extra\n"
    assert draft.text == BLOCK.replace("$0", "").replace(
        "once more */\n", f"once more */\n{draft.new_text}"
    )
    assert draft.written.text_in(draft.text) == draft.new_text
    assert asked(backend) == [
        "The formula:\n\n"
        "DEFAULT FOR hours IS 0\n"
        "INPUTS ARE hours\n"
        "IF hours > 40 THEN\n"
        "(\n"
        "  pay = hours\n"
        "  /* Pay the hours above 40 once more */\n"
        "/* HERE */)\n"
        "RETURN pay\n\n"
        "/* NUMBER: hours, pay */\n\n"
        "Write only the statements that belong at /* HERE */: Pay more."
    ]


@pytest.mark.parametrize(
    ("marked", "said", "after"),
    [
        # On a blank line, in its place and with its indentation.
        ("a = 1\n  $0\nRETURN a\n", "a = 2", "a = 1\n  a = 2\nRETURN a\n"),
        (
            "a = 1\n$0\nRETURN a\n",
            "  a = 2\n    a = 3",
            "a = 1\na = 2\n  a = 3\nRETURN a\n",
        ),
        # Below a line that is not blank.
        ("a =$0 1\nRETURN a\n", "a = 2", "a = 1\na = 2\nRETURN a\n"),
        ("a = 1$0", "RETURN a", "a = 1\nRETURN a\n"),
        ("a = 1\r\n$0\r\nRETURN a\r\n", "a = 2", "a = 1\r\na = 2\r\nRETURN a\r\n"),
        # What stands around it already is not put in again.
        ("a = 1\n$0\nRETURN a\n", "a = 1\na = 2\nRETURN a", "a = 1\na = 2\nRETURN a\n"),
    ],
)
def test_the_answer_stands_where_it_belongs(marked: str, said: str, after: str) -> None:
    text, offset = at(marked)
    assert (
        write("x", text, room_at(text, offset), commission(FakeBackend((said,)))).text
        == after
    )


@pytest.mark.parametrize(
    ("line", "after"),
    [
        (0, "b = 1\nIF a = 1 THEN\n  a = 2\nRETURN a\n"),
        (1, "IF a = 1 THEN\n  b = 1\n  a = 2\nRETURN a\n"),
        (2, "IF a = 1 THEN\n  a = 2\nb = 1\nRETURN a\n"),
        (3, "IF a = 1 THEN\n  a = 2\nRETURN a\nb = 1\n"),
        (9, "IF a = 1 THEN\n  a = 2\nRETURN a\nb = 1\n"),
    ],
)
def test_lines_are_put_above_a_line(line: int, after: str) -> None:
    text = "IF a = 1 THEN\n  a = 2\nRETURN a\n"
    room = room_above(text, line)
    draft = write("x", text, room, commission(FakeBackend(("b = 1",)), repairs=0))
    assert draft.text == after


def test_what_can_surely_be_mended_is_not_asked_for_again() -> None:
    text, offset = at("DEFAULT FOR a IS 1\nb == a\n$0\nRETURN b\n")
    backend = FakeBackend(("IF a == 1 THEN\n  b = 2\nEND IF;",))
    draft = write("x", text, room_at(text, offset), commission(backend))
    assert len(backend.requests) == 1
    assert draft.errors == 0
    assert "END IF" not in draft.new_text
    assert "b == a" in draft.text, "the author's own text is the author's to mend"


def test_a_mistake_is_told_and_the_right_answer_taken() -> None:
    backend = FakeBackend((BAD, GOOD))
    draft = write("Pay.", "", NOWHERE, commission(backend))
    assert (draft.text, draft.diagnostics) == (GOOD, ())
    assert asked(backend)[1] == (
        "Pay.\n\n"
        "This answer has mistakes:\n\n"
        f"{BAD}\n"
        "- `pay = hours *`: A value is missing after `*`.\n\n"
        "Write the whole answer again, without them."
    )


@pytest.mark.parametrize("repairs", [0, 1, 2])
def test_a_model_that_never_gets_it_right_is_asked_so_often_and_its_best_kept(
    repairs: int,
) -> None:
    backend = FakeBackend((WORSE, BAD, WORSE.replace("pay", "wage")))
    draft = write("Pay.", "", NOWHERE, commission(backend, repairs=repairs))
    assert len(backend.requests) == repairs + 1
    assert draft.text == (WORSE if repairs == 0 else BAD)
    assert draft.errors == (2 if repairs == 0 else 1)
    assert all(each.severity is Severity.ERROR for each in draft.diagnostics)


def test_an_answer_that_would_move_other_lines_out_of_their_block_is_mistaken() -> None:
    text, offset = at(BLOCK)
    backend = FakeBackend((")\nELSE\n(\n  pay = 1", "pay = 1"))
    draft = write("x", text, room_at(text, offset), commission(backend))
    assert draft.new_text == "  pay = 1\n"
    assert "would move into another" in asked(backend)[1]


def test_the_same_answer_again_ends_it() -> None:
    backend = FakeBackend((BAD,))
    assert write("Pay.", "", NOWHERE, commission(backend, repairs=5)).text == BAD
    assert len(backend.requests) == 2


def test_mistakes_of_the_author_are_no_reason_to_ask_again() -> None:
    text, offset = at("a = \n$0\nRETURN a, undeclared_name\n")
    backend = FakeBackend(("b = 1",))
    draft = write("x", text, room_at(text, offset), commission(backend))
    assert len(backend.requests) == 1
    assert not draft.errors


class Failing(FakeBackend):
    """Answers so often, and then not at all."""

    def follow(self, request: Request) -> str:
        if len(self.requests) == 1:
            raise BackendError("It has gone.")
        return super().follow(request)


def test_what_was_written_before_a_failure_is_kept() -> None:
    assert write("x", "", NOWHERE, commission(Failing((BAD, GOOD)))).text == BAD


@pytest.mark.parametrize("said", ["", "I cannot do that.", "```\n```"])
def test_an_answer_without_code_is_said_so(said: str) -> None:
    with pytest.raises(BackendError, match="gave no code"):
        write("x", "", NOWHERE, commission(FakeBackend((said,))))


def test_the_small_model_says_that_it_cannot() -> None:
    with pytest.raises(BackendError, match="small model cannot follow instructions"):
        write("x", "", NOWHERE, commission(EmbeddedBackend()))


def test_progress_is_told_and_cancelling_ends_it_in_the_middle() -> None:
    cancelled = threading.Event()
    told: list[Progress] = []

    def report(progress: Progress) -> None:
        told.append(progress)
        if progress.attempt == 2 and progress.said.endswith("pay"):
            cancelled.set()

    backend = FakeBackend((BAD, GOOD))
    with pytest.raises(Cancelled):
        write("x", "", NOWHERE, commission(backend, report=report, cancelled=cancelled))
    assert told[0] == Progress(1, "D")
    assert told[-1] == Progress(2, GOOD[: GOOD.index("pay") + 3])


class Endless:
    """Never ends by itself, and heeds no limit."""

    name = "endless"

    def complete(self, request: Request) -> str:
        raise AssertionError

    def follow(self, request: Request) -> str:
        said = ""
        while not request.stop(said):
            said += "pay = pay + 1\n" * 1000
        return said * 10

    def close(self) -> None:
        pass


def test_an_endless_answer_is_bounded() -> None:
    draft = write("x", "", NOWHERE, commission(Endless(), repairs=1))
    assert len(draft.new_text) < 50_000


COMMENTS = [
    (
        "/* Not this */ a = 1\n/* but$0 this */\n",
        "but this",
        "/* Not this */ a = 1\n/* but this */|",
    ),
    ("/* Pay$0 more */\na = 1\n", "Pay more", "/* Pay more */|"),
    ("/* Pay more */\n$0\na = 1\n", "Pay more", "/* Pay more */\n|"),
    (
        "/*\n * Pay\n *   more.\n */$0",
        "Pay\n  more.",
        "/*\n * Pay\n *   more.\n */|",
    ),
    ("# Pay\n# more$0\na = 1\n", "Pay\nmore", "# Pay\n# more|"),
    ("# Not this\n\n# but this$0\n", "but this", "# Not this\n\n# but this|"),
]


@pytest.mark.parametrize(("marked", "words", "before"), COMMENTS)
def test_a_comment_is_a_wish(marked: str, words: str, before: str) -> None:
    text, offset = at(marked)
    found = wish_at(parse(text), offset)
    assert found is not None
    assert found[0] == words
    assert text[: found[1]] + "|" == before


@pytest.mark.parametrize(
    "marked",
    [
        "a = $01\n",
        "/* x */\n$0a = 1",
        "/* x */ a = $01",
        "/* x */\n\n\n$0",
        "$0",
        "/**/$0",
    ],
)
def test_elsewhere_there_is_no_wish(marked: str) -> None:
    text, offset = at(marked)
    assert wish_at(parse(text), offset) is None
