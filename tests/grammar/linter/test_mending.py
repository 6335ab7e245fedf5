"""Safe fixes are made until none is left, and never for the worse."""

from __future__ import annotations

import pytest
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.diagnostic import Diagnostic, Fix, Severity
from fastformula.linter import lint
from fastformula.linter.mending import mend
from fastformula.text import Edit, Span


def find(text: str) -> tuple[Diagnostic, ...]:
    return parse(text).errors


def test_safe_fixes_are_made_and_others_left() -> None:
    mended = mend("a := 1;\nIF a == 1 && b IS NULL THEN a = 2\n", find)
    assert mended.text == "a = 1\nIF a = 1 AND b IS NULL THEN a = 2\n"
    assert mended.fixes == 4
    assert [each.code for each in mended.left] == ["syntax-is-null"]


def test_a_text_without_mistakes_stays() -> None:
    assert mend("a = 1\n", find) == ("a = 1\n", 0, ())


def test_line_ends_are_those_of_the_text() -> None:
    text = "IF a = 1 THEN\r\n  b = 1\r\nEND IF\r\nc = 1\r\n"
    mended = mend(text, find)
    assert mended.fixes == 1
    assert "\n" not in mended.text.replace("\r\n", "")


def remark(text: str, sign: str, new: str) -> list[Diagnostic]:
    """A remark at each `sign`, with a fix that counts as safe."""
    return [
        Diagnostic(
            "semicolon",
            Severity.HINT,
            Span(at, at + 1),
            "Not nice.",
            (Fix("Write another", (Edit(Span(at, at + 1), new),)),),
        )
        for at, character in enumerate(text)
        if character == sign
    ]


def test_a_fix_that_does_harm_is_left_out_and_the_others_made() -> None:
    def judge(text: str) -> tuple[Diagnostic, ...]:
        harm = [
            Diagnostic("x", Severity.ERROR, Span(0, 0), "Harm.")
            for _ in range(text.count("!"))
        ]
        return (*harm, *remark(text, "a", "!"), *remark(text, "b", "c"))

    mended = mend("a b a b", judge)
    assert mended.text == "a c a c"
    assert mended.fixes == 2


def test_fixes_that_make_each_other_necessary_end() -> None:
    def judge(text: str) -> tuple[Diagnostic, ...]:
        return (*remark(text, "a", "b"), *remark(text, "b", "a"))

    assert mend("a", judge).text in ("a", "b")


def test_fixes_of_the_same_place_are_made_one_by_one() -> None:
    def judge(text: str) -> tuple[Diagnostic, ...]:
        return (*remark(text, "a", "b"), *remark(text, "a", "c"))

    assert mend("a a", judge).text == "b b"


def test_all_of_one_kind_are_mended_and_nothing_else() -> None:
    def judge(text: str) -> tuple[Diagnostic, ...]:
        return lint(analyze(parse(text)))

    text = "x = PER_ASG_GRADE_NAME; y = PER_ASG_JOB_NAME || x; RETURN y\n"
    mended = mend(text, judge, "missing-default")
    assert mended.fixes == 2
    assert mended.text == (
        "DEFAULT FOR PER_ASG_GRADE_NAME IS ' '\n"
        f"DEFAULT FOR PER_ASG_JOB_NAME IS ' '\n{text}"
    )
    assert mend(text, judge, "semicolon").text == text.replace(";", "")


def test_a_declaration_that_two_ask_for_is_made_once() -> None:
    def judge(text: str) -> tuple[Diagnostic, ...]:
        edit = Edit(Span(0, 0), "DEFAULT FOR a IS 0\n")
        found = Diagnostic("x", Severity.HINT, Span(0, 1), "", (Fix("", (edit,)),))
        return () if "DEFAULT" in text else (found, found)

    assert mend("b = a\n", judge, "x").text == "DEFAULT FOR a IS 0\nb = a\n"


@pytest.mark.parametrize("text", ["a := ", "IF a == THEN", "{", "a = ‘x’ b := 'y"])
def test_a_broken_text_gets_no_worse(text: str) -> None:
    mended = mend(text, find)
    assert len(mended.left) <= len(find(text))


def test_published_formulas_are_mended_once_and_get_no_worse(
    corpus: dict[str, str],
) -> None:
    def judge(text: str) -> tuple[Diagnostic, ...]:
        return lint(analyze(parse(text)))

    def errors(found: tuple[Diagnostic, ...]) -> int:
        return sum(each.severity is Severity.ERROR for each in found)

    mended_ones = 0
    for path, text in sorted(corpus.items())[::4]:
        mended = mend(text, judge)
        assert errors(mended.left) <= errors(judge(text)), path
        assert mend(mended.text, judge).fixes == 0, path
        mended_ones += mended.fixes > 0
    assert mended_ones > 2
