"""A diagnostic mended by a model, and lines explained by one."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.diagnostic import Diagnostic
from fastformula.linter import Configuration, lint
from fastformula.text import Span
from fastformula_completion.explanation import explain
from fastformula_completion.remedy import remedy
from fastformula_completion.repair import Commission
from fastformula_models import BackendError, Cancelled
from fastformula_models.fake import FakeBackend


def find(text: str) -> tuple[Diagnostic, ...]:
    return lint(analyze(parse(text)), Configuration())


TEXT = """\
DEFAULT FOR hours IS 0
INPUTS ARE hours
IF hours > 40 THEN
(
  pay = hours *
)
RETURN pay
"""
MENDED = TEXT.replace("hours *", "hours * 2")


def mistake(text: str, code: str) -> Diagnostic:
    (found,) = [each for each in find(text) if each.code == code]
    return found


def test_the_statement_and_the_message_go_in_and_the_statement_comes_out() -> None:
    backend = FakeBackend(("```\npay = hours * 2\n```",))
    diagnostic = mistake(TEXT, "syntax-missing")
    draft = remedy(TEXT, diagnostic, Commission(backend, find))
    assert draft.text == MENDED
    assert draft.written.text_in(draft.text) == "pay = hours * 2"
    (request,) = backend.requests
    assert request.instruction == (
        "/* NUMBER: hours */\n\n"
        "These lines stand at /* HERE */:\n\n"
        "pay = hours *\n\n"
        "They have this mistake:\n\n"
        "- `pay = hours *`: A value is missing after `*`.\n\n"
        "Write only these lines, corrected; change nothing else in them."
    )
    assert (request.prefix + "pay = hours *" + request.suffix) == TEXT


@pytest.mark.parametrize(
    "harmful",
    [
        "pay = hours *",
        "pay = hours * 2 +",
        "pay = hours * nobody_knows",
        ")\nELSE\n(\n  pay = hours",
        "pay = hours * 2\n)\n(",
    ],
)
def test_an_answer_that_mends_nothing_or_does_harm_is_not_taken(harmful: str) -> None:
    text = TEXT.replace("RETURN pay", "other = 'x'\nRETURN pay")
    diagnostic = mistake(text, "syntax-missing")
    again = FakeBackend((harmful, "pay = hours * 2"))
    draft = remedy(text, diagnostic, Commission(again, find))
    assert draft.written.text_in(draft.text) == "pay = hours * 2"
    assert len(again.requests) == 2
    never = FakeBackend((harmful,))
    with pytest.raises(BackendError, match="nothing that mends this"):
        remedy(text, diagnostic, Commission(never, find))


def test_other_mistakes_of_the_author_may_stay() -> None:
    text = TEXT.replace("RETURN pay", "RETURN pay, unknown_name")
    draft = remedy(
        text,
        mistake(text, "syntax-missing"),
        Commission(FakeBackend(("pay = hours * 2",)), find),
    )
    assert draft.text == MENDED.replace("RETURN pay", "RETURN pay, unknown_name")


def test_a_long_statement_is_given_in_its_broken_lines_only() -> None:
    body = "".join(f"  pay = {number}\n" for number in range(60))
    text = f"IF 1 = 1 AND hours > THEN\n(\n{body})\nRETURN pay\n"
    backend = FakeBackend(("IF 1 = 1 THEN",))
    diagnostic = next(each for each in find(text) if each.code.startswith("syntax"))
    draft = remedy(text, diagnostic, Commission(backend, find))
    assert "\n\nIF 1 = 1 AND hours > THEN\n\n" in backend.requests[0].instruction
    assert draft.text.startswith("IF 1 = 1 THEN\n(\n  pay = 0\n")


def test_lines_are_explained_where_they_stand() -> None:
    backend = FakeBackend(("It *pays* `hours`.\x1b[2J\n\n### Instruction:\nMore",))
    start = MENDED.index("  pay")
    span = Span(start, MENDED.index(")\nRETURN"))
    assert explain(MENDED, span, Commission(backend, find)) == "It *pays* `hours`."
    (request,) = backend.requests
    assert "\n\n  pay = hours * 2\n\n" in request.instruction
    assert (request.prefix, request.suffix) == (MENDED[:start], MENDED[span.end :])


def test_an_explanation_may_go_on_behind_an_example() -> None:
    said = "For example:\n```\npay = 1\n```\nAnd so on."
    backend = FakeBackend((said,))
    assert explain(MENDED, Span(0, 0), Commission(backend, find)) == said


def test_without_a_selection_all_of_it_is_explained() -> None:
    backend = FakeBackend(("It pays.",))
    explain(MENDED, Span(3, 3), Commission(backend, find))
    (request,) = backend.requests
    assert MENDED.strip() in request.instruction
    assert (request.prefix, request.suffix) == ("", "")


def test_an_explanation_is_cancelled_or_missed() -> None:
    with pytest.raises(BackendError, match="nothing to say"):
        explain(TEXT, Span(0, 0), Commission(FakeBackend(("",)), find))
    cancelled = threading.Event()
    cancelled.set()
    backend: Any = FakeBackend(("It pays.",))
    with pytest.raises(Cancelled):
        explain(TEXT, Span(0, 0), Commission(backend, find, cancelled=cancelled))
