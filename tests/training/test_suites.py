"""What models are asked, and what is kept of their answers."""

from pathlib import Path

import pytest
from fastformula_completion import Sampling
from fastformula_models import Request
from fastformula_models.backend import BackendError, Loss
from fastformula_models.fake import FakeBackend
from fastformula_training.documents import Row
from fastformula_training.evaluation.evaluate import suite_named
from fastformula_training.evaluation.suites import AS_SERVED, SUITES, Asking, fill

TEXT = """/* Pays for 'hours' */
DEFAULT FOR hours_worked IS 0
INPUTS ARE hours_worked (number), l_rate (number)
l_pay = hours_worked * l_rate
IF l_pay > 100 THEN
(
  l_pay = 100
)
RETURN l_pay
"""
BEFORE, TRUTH, AFTER = TEXT.partition("hours_worked * l_rate")
ROW = Row(BEFORE, TRUTH, AFTER, "expression", "own", "d")


class Measured(FakeBackend):
    """Tells a loss, and keeps what it was for."""

    measured: Request | None = None

    def loss(self, request: Request, middle: str) -> Loss:
        assert middle == TRUTH
        self.measured = request
        return Loss(3.0, 6)


def test_a_hole_is_filled_through_the_pipeline() -> None:
    backend = Measured((f"{TRUTH} ) ) THEN THEN",))
    answer = fill(ROW, backend)
    assert (answer.offered, answer.middle, answer.text) == (True, TRUTH, TEXT)
    assert answer.raw != TRUTH
    assert answer.counts == {"nats": 3.0, "tokens": 6.0}
    assert backend.measured is backend.requests[0]


def test_the_way_of_asking_reaches_the_model() -> None:
    backend = FakeBackend((TRUTH,))
    fill(ROW, backend, Asking(Sampling(0.7, 0.9, 1.1, 33), 2))
    (request,) = backend.requests
    assert (request.temperature, request.top_p) == (0.7, 0.9)
    assert (request.repetition_penalty, request.max_tokens) == (1.1, 33)


def test_why_nothing_is_offered_is_kept() -> None:
    answer = fill(ROW, FakeBackend(()))
    assert not answer.offered
    assert answer.reason == "the model had nothing to say"


def typed(*answers: str, line: str = "l_pay = hours_worked * l_rate") -> dict[str, int]:
    suite = suite_named("typing")
    before, middle, after = TEXT.partition(line)
    row = Row(before, middle, after, "statement", "own", "d")
    return dict(suite.ask(row, FakeBackend(answers), AS_SERVED).counts)


def test_a_right_offer_takes_one_key() -> None:
    counts = typed("l_pay = hours_worked * l_rate")
    assert counts == {"places": 1, "offers": 1, "accepted": 1, "keys": 1}


def test_a_line_without_offers_takes_a_key_for_each_character() -> None:
    counts = typed("")
    assert counts["keys"] == counts["places"] == len("l_pay = hours_worked * l_rate")
    assert counts["offers"] == counts["accepted"] == 0


def test_a_wrong_offer_is_not_accepted() -> None:
    counts = typed("l_pay = 12345")
    assert counts["offers"] > counts["accepted"] == 0
    assert counts["keys"] == len("l_pay = hours_worked * l_rate")


def test_lines_are_typed_where_they_stand_and_comments_are_not() -> None:
    rows = suite_named("typing").rows([ROW], 1)
    assert rows
    for row in rows:
        assert row.prefix + row.middle + row.suffix == TEXT
        assert row.middle == row.middle.strip()
        assert "Pays" not in row.middle
        assert "\n" not in row.middle
    assert rows == suite_named("typing").rows([ROW, ROW], 1)


def test_silence_is_asked_for_in_every_kind_of_place() -> None:
    suite = suite_named("silence")
    rows = suite.rows([ROW], 1)
    assert {row.kind for row in rows} == {"comment", "word", "done"}
    backend = FakeBackend((" + 1",))
    for row in rows:
        assert (row.prefix + row.suffix, row.middle) == (TEXT, "")
        answer = suite.ask(row, backend, AS_SERVED)
        assert answer.offered == (row.kind == "done")


FORMULA = "INPUTS ARE a (number)\nb = a + 1\nRETURN b"
WISH = Row("", f"{FORMULA}\n", "", "instruction", "own", "w", "", "Add one to a.")


def test_a_formula_is_written_from_words() -> None:
    suite = suite_named("instructions")
    (row,) = suite.rows([ROW, WISH], 1)
    backend = FakeBackend((f"```\n{FORMULA}\n```",))
    answer = suite.ask(row, backend, AS_SERVED)
    assert answer.middle == row.middle == FORMULA
    assert answer.raw.startswith("```")
    assert answer.counts == {"attempts": 1}
    assert backend.requests[0].instruction == "Add one to a."


def test_a_formula_with_mistakes_is_asked_for_again() -> None:
    suite = suite_named("instructions")
    (row,) = suite.rows([WISH], 1)
    backend = FakeBackend(("b = a +\nRETURN b", FORMULA))
    answer = suite.ask(row, backend, AS_SERVED)
    assert (answer.middle, answer.counts) == (FORMULA, {"attempts": 2})
    assert answer.raw.startswith("b = a +")
    once = suite.ask(row, FakeBackend(("b = a +\nRETURN b",)), Asking(Sampling(), 0))
    assert once.middle != FORMULA


def test_an_answer_without_code_is_none() -> None:
    suite = suite_named("instructions")
    answer = suite.ask(suite.rows([WISH], 1)[0], FakeBackend(()), AS_SERVED)
    assert (answer.offered, answer.middle) == (False, "")
    assert "no code" in answer.reason


def test_a_model_that_takes_no_words_says_so() -> None:
    class Filler:
        name = "filler"

        def complete(self, request: Request) -> str:
            return ""

        def close(self) -> None:
            pass

    with pytest.raises(BackendError, match="fills holes only"):
        suite_named("instructions").ask(WISH, Filler(), AS_SERVED)


def test_every_suite_is_in_the_manual() -> None:
    page = Path(__file__).parents[2] / "training/README.md"
    text = page.read_text(encoding="utf-8")
    assert all(f"`{suite.name}`" in text for suite in SUITES)
