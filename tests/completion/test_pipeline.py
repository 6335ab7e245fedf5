"""The stages of a completion one behind the other, with a model that says one thing."""

import threading
from dataclasses import replace

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.language.seeded import SEEDED
from fastformula.linter import Configuration
from fastformula_completion import Cache, complete
from fastformula_models import Cancelled, Request
from fastformula_models.fake import FakeBackend


class Parrot:
    """A model that says one thing, all of it, and does not stop when told."""

    name = "parrot"

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def complete(self, request: Request) -> str:
        return self.answer

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "said",
    [
        "x" * 1_000_000,
        "a = 1\n" * 150_000,
        "(" * 1_000_000,
        "'" * 1_000_001,
        " " * 1_000_000,
        "/* " * 300_000,
        "IF a = 1 THEN (\n" * 60_000,
        "a, " * 300_000,
    ],
    ids=lambda said: said[:5],
)
@pytest.mark.parametrize("text", ["a = \nb = 2\n", "IF a = 1 THEN (\n"])
def test_a_megabyte_of_anything_is_survived(text: str, said: str) -> None:
    at = text.index("\n") if text.startswith("a") else len(text)
    completion = complete(text, at, Parrot(said))
    for item in completion.items:
        assert len(item.text) < 5_000
        assert len(parse(text[:at] + item.text + text[at:]).errors) <= 1


def test_the_inside_of_a_block_is_offered_whole() -> None:
    text = "IF a = 1 THEN\n(\n  \n)\nb = 2\n"
    said = "c = 1\n  d = 2\n)\ne = 3\n"
    completion = complete(text, text.index("\n)"), Parrot(said))
    assert [item.text for item in completion.items] == ["c = 1\n  d = 2"]


def test_a_header_comes_with_its_body() -> None:
    text = "a = 1\n\nb = 2\n"
    completion = complete(text, 6, Parrot("IF a = 1 THEN\n  c = 2\nd = 3\n"))
    assert [item.text for item in completion.items] == ["IF a = 1 THEN\n  c = 2"]


@pytest.mark.parametrize("said", ["z + 1\r\nc = 2", "z + 1\nc = 2", "z + 1\rc = 2"])
def test_line_ends_are_the_texts_own(said: str) -> None:
    text = "z = 3\r\na = \r\n"
    completion = complete(text, 11, Parrot(said))
    assert [item.text for item in completion.items] == ["z + 1"]
    block = "IF 1 = 1 THEN (\r\n  \r\n)\r\n"
    completion = complete(block, 19, Parrot("b = 1\n  c = 2\n"))
    assert [item.text for item in completion.items] == ["b = 1\r\n  c = 2"]


def test_the_model_sees_the_text_around_the_cursor() -> None:
    backend = FakeBackend(("1",))
    complete("a = \r\nb = 2\r\n", 4, backend)
    (request,) = backend.requests
    assert request.prefix == "a = "
    assert request.suffix == "\nb = 2\n"


def test_the_model_is_not_asked_where_nothing_is_wanted() -> None:
    backend = FakeBackend(("1",))
    for text, at in (("/* a */", 4), ("a = 'b'", 6), ("# note", 6), ("abc = 1", 1)):
        completion = complete(text, at, backend)
        assert not completion.items
        assert completion.reason
    assert not backend.requests


def test_a_cancelled_request_is_not_answered() -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        complete("a = ", 4, FakeBackend(("1",)), cancelled=cancelled)


def test_why_nothing_is_offered_is_said() -> None:
    text = "a = \nb = 2\n"
    assert "nothing to say" in complete(text, 4, Parrot("  \n")).reason
    assert "fits" in complete(text, 4, Parrot(") ) )")).reason
    offered = complete(text, 4, Parrot("3"))
    assert offered.reason == ""
    assert offered.raw == "3"
    assert offered.milliseconds > 0


TEXT = "INPUTS ARE hours (NUMBER), name (TEXT)\npay = 0\n\nRETURN pay\n"
AT = TEXT.index("\nRETURN")


def offered(text: str, at: int, said: str) -> list[str]:
    return [item.text for item in complete(text, at, Parrot(said)).items]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("pay = hours * 2", "pay = hours * 2"),
        # Names that nothing declares, and functions that nobody knows.
        ("pay = hourss * 2", ""),
        ("pay = DOUBLE_IT(hours)", ""),
        # Arguments and types.
        ("pay = ROUND(hours, 2)", "pay = ROUND(hours, 2)"),
        ("pay = ROUND(name)", ""),
        ("pay = hours * name", ""),
        ("pay = name", ""),
        # What may be assigned, and what has a value.
        ("pay = pay + bonus", ""),
        # What is right of an answer is kept, up to the end of a statement.
        (
            "IF hours > 1 THEN\n  pay = hours\nELSE\n  pay = nowhere",
            "IF hours > 1 THEN\n  pay = hours",
        ),
    ],
)
def test_what_the_checks_would_flag_is_not_offered(said: str, expected: str) -> None:
    assert offered(TEXT, AT, said) == ([expected] if expected else [])


def test_an_answer_is_cut_before_the_statement_that_is_wrong() -> None:
    text = "IF 1 = 1 THEN (\n  \n)\n"
    said = "a = 1\n  b = a + 1\n  c = nowhere\n)"
    assert offered(text, 18, said) == ["a = 1\n  b = a + 1"]


def test_what_the_author_wrote_is_not_blamed_on_the_model() -> None:
    text = "pay = nowhere * \nRETURN pay\n"
    assert offered(text, 16, "2") == ["2"]


def test_a_statement_further_down_is_not_made_wrong() -> None:
    text = "a = \nb = a * 2\nRETURN b\n"
    assert offered(text, 4, "3") == ["3"]
    assert offered(text, 4, "'x'") == []


def test_rules_that_are_off_do_not_count() -> None:
    text, at = "a = 1\nb = \n", 10
    quiet = Configuration(off=frozenset({"unknown-function"}))
    assert not complete(text, at, Parrot("F(1)")).items
    assert complete(text, at, Parrot("F(1)"), configuration=quiet).items


def test_an_analysis_at_hand_is_used() -> None:
    analysis = analyze(parse(TEXT), Environment(catalogue=SEEDED))
    completion = complete(TEXT, AT, Parrot("pay = hours"), analysis=analysis)
    assert completion == complete(TEXT, AT, Parrot("pay = hours"))


def test_different_candidates_are_offered_the_likeliest_first() -> None:
    answers = ("pay = 1", "pay = 2", "pay = 1", "pay = nowhere", "pay = 3")
    backend = FakeBackend(answers)
    completion = complete(TEXT, AT, backend, manual=True, candidates=3)
    assert [item.text for item in completion.items] == ["pay = 1", "pay = 2", "pay = 3"]
    assert completion.raw == "pay = 1"
    first, *more = backend.requests
    assert first.temperature == 0
    assert {request.temperature for request in more} == {0.8}
    assert len({request.seed for request in more}) == len(more)


def test_a_model_that_repeats_itself_ends_the_search_for_candidates() -> None:
    backend = FakeBackend(("pay = 1",))
    completion = complete(TEXT, AT, backend, candidates=3)
    assert [item.text for item in completion.items] == ["pay = 1"]
    assert len(backend.requests) < 8


def test_what_is_typed_along_an_offer_needs_no_model() -> None:
    cache = Cache()
    backend = FakeBackend(("pay = hours * 2",))
    text, at = TEXT, AT
    for typed in ("", "pay", " = ho", "urs"):
        text, at = text[:at] + typed + text[at:], at + len(typed)
        completion = complete(text, at, backend, cache=cache)
        whole = text[AT:at] + completion.items[0].text
        assert whole == "pay = hours * 2"
    assert len(backend.requests) == 1
    complete(text[:at] + "z" + text[at:], at + 1, backend, cache=cache)
    assert len(backend.requests) == 2


def test_each_stage_says_what_it_did() -> None:
    completion = complete(TEXT, AT, Parrot("pay = hours * 2\npay = 3"))
    stages = [step.stage for step in completion.steps]
    assert stages == "decide read model trim fit filter meaning".split()
    model, trim, *_ = completion.steps[2:]
    assert model.text == "pay = hours * 2\npay = 3"
    assert trim.text == "pay = hours * 2"
    assert all(step.milliseconds >= 0 for step in completion.steps)
    refused = complete(TEXT, AT, Parrot("pay = nowhere"))
    assert refused.steps[5].why or refused.steps[6].why
    assert "nowhere" in refused.reason


def test_the_model_is_told_of_the_formula_only_if_it_asks() -> None:
    class Curious(Parrot):
        def complete(self, request: Request) -> str:
            self.told = request.context()
            request.shown("prompt")
            return self.answer

    curious = Curious("pay = 1")
    completion = complete(TEXT, AT, curious)
    assert "INPUTS ARE hours (NUMBER), name (TEXT)" in curious.told
    assert completion.prompt == "prompt"
    assert "context" in [step.stage for step in completion.steps]
    plain = complete(TEXT, AT, Parrot("pay = 1"))
    assert "context" not in [step.stage for step in plain.steps]
    assert replace(plain, prompt="") == plain
