"""Changes that an author asks for and that keep what the formula gives."""

from collections import Counter
from typing import get_args

import pytest
from fastformula import apply_edits, parse
from fastformula.analysis import Environment, analyze
from fastformula.diagnostic import Severity
from fastformula.editor.refactoring import Refactoring, refactor
from fastformula.linter import Configuration, lint
from fastformula.syntax import walk
from fastformula.syntax.tree import Expression, Statement
from fastformula.text import Span


def offered(marked: str) -> tuple[str, dict[str, Refactoring]]:
    """The text between two `$0`, or at one, and what can be done there, by title."""
    before, chosen, *rest = marked.split("$0")
    chosen, behind = (chosen, *rest) if rest else ("", chosen)
    text = before + chosen + behind
    span = Span(len(before), len(before) + len(chosen))
    found = refactor(analyze(parse(text)), span)
    return text, {each.title: each for each in found}


@pytest.mark.parametrize(
    ("marked", "title", "expected"),
    [
        (
            "x = $0hours_worked * 2$0 + 1\nRETURN x",
            "Extract to the variable l_value",
            "l_value = hours_worked * 2\nx = l_value + 1\nRETURN x",
        ),
        (
            "l_value = 1\nx = ROUND($0l_value / 3$0, 2)\nRETURN x",
            "Extract to the variable l_value_2",
            "l_value = 1\nl_value_2 = l_value / 3\nx = ROUND(l_value_2, 2)\nRETURN x",
        ),
        (
            "a = 1\nIF $0a + 1$0 > 2 THEN\n    b = 1\nRETURN a",
            "Extract to the variable l_value",
            "a = 1\nl_value = a + 1\nIF l_value > 2 THEN\n    b = 1\nRETURN a",
        ),
        (
            "a = 1\nIF a > 2 THEN\n    a = $0a * 2$0 + 1\nRETURN a",
            "Extract to the variable l_value",
            "a = 1\nIF a > 2 THEN\n(\n    l_value = a * 2\n    a = l_value + 1\n)\n"
            "RETURN a",
        ),
        (
            "a = 1 IF a > 2 THEN a = $0a * 2$0 + 1 ELSE a = 3 RETURN a",
            "Extract to the variable l_value",
            "a = 1 IF a > 2 THEN (l_value = a * 2 a = l_value + 1) ELSE a = 3 RETURN a",
        ),
        (
            "a = 2\nl_x$0 = a + 1\nb = l_x * 2\nc = ROUND(l_x, a)\nRETURN b, c",
            "Inline l_x",
            "a = 2\nb = (a + 1) * 2\nc = ROUND(a + 1, a)\nRETURN b, c",
        ),
        (
            "l_grade = PER_ASG_GRADE_NAME\nx = $0l_grade || '.'\nRETURN x",
            "Turn l_grade into an ALIAS of PER_ASG_GRADE_NAME",
            "ALIAS PER_ASG_GRADE_NAME AS l_grade\nx = l_grade || '.'\nRETURN x",
        ),
        (
            "a = 1\nIF a = 1 THEN\n    $0a = 2\nRETURN a",
            "Put the statement in parentheses",
            "a = 1\nIF a = 1 THEN\n(\n    a = 2\n)\nRETURN a",
        ),
        (
            "a = 1 IF$0 a = 1 THEN a = 2 ELSE IF a = 2 THEN a = 3 ELSE a = 4 RETURN a",
            "Put the IF behind ELSE in parentheses",
            "a = 1 IF a = 1 THEN a = 2 ELSE (IF a = 2 THEN a = 3 ELSE a = 4) RETURN a",
        ),
        (
            "a = 1 IF$0 a = 1 THEN a = 2 ELSE (IF a = 2 THEN a = 3) RETURN a",
            "Join ELSE and IF to ELSE IF",
            "a = 1 IF a = 1 THEN a = 2 ELSE IF a = 2 THEN a = 3 RETURN a",
        ),
        (
            "DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER\n"
            "x = PER_HIST_ASG_ASSIGNMENT_ID[$01]\nRETURN x",
            "Test PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(1) before",
            "DEFAULT FOR PER_HIST_ASG_ASSIGNMENT_ID IS EMPTY_NUMBER_NUMBER\n"
            "IF PER_HIST_ASG_ASSIGNMENT_ID.EXISTS(1) THEN\n"
            "    x = PER_HIST_ASG_ASSIGNMENT_ID[1]\nELSE\n    x = 0\nRETURN x",
        ),
        (
            "$0pay = 12\nRETURN pay",
            "Write pay to the log",
            "pay = 12\nl_log = ESS_LOG_WRITE('pay = ' || TO_CHAR(pay))\nRETURN pay",
        ),
        (
            "a = 1\nl_log$0 = ESS_LOG_WRITE('a')\nIF a = 1 THEN (a = 2\n"
            "l_log = ESS_LOG_WRITE('b'))\nRETURN a",
            "Remove what is written to the log (2)",
            "a = 1\nIF a = 1 THEN (a = 2\n)\nRETURN a",
        ),
        (
            "DEFAULT$0 FOR hours IS 0\nDEFAULT FOR bonus IS 'x'\nINPUTS ARE rate\n"
            "RETURN rate, hours, bonus",
            "Add all 2 names that have only a DEFAULT to INPUTS ARE",
            "DEFAULT FOR hours IS 0\nDEFAULT FOR bonus IS 'x'\nINPUTS ARE rate,\n"
            "    hours,\n    bonus (TEXT)\nRETURN rate, hours, bonus",
        ),
        (
            "/* Formula type: User Table Validation */\nDEFAULT$0 FOR h IS 0\n"
            "valid = 'Y'\nRETURN valid",
            "Declare the inputs of the type User Table Validation",
            "/* Formula type: User Table Validation */\nINPUTS ARE ENTRY_VALUE (TEXT)\n"
            "DEFAULT FOR h IS 0\nvalid = 'Y'\nRETURN valid",
        ),
        (
            "x =$0 PER_ASG_GRADE_NAME || PER_ASG_JOB_NAME\nRETURN x",
            "Add the DEFAULT of all 2 items that lack it",
            "DEFAULT FOR PER_ASG_GRADE_NAME IS ' '\nDEFAULT FOR PER_ASG_JOB_NAME IS ' '"
            "\nx = PER_ASG_GRADE_NAME || PER_ASG_JOB_NAME\nRETURN x",
        ),
    ],
)
def test_an_author_finds_the_change_and_what_comes_out(
    marked: str, title: str, expected: str
) -> None:
    text, found = offered(marked)
    assert title in found, list(found)
    assert apply_edits(text, found[title].edits) == expected


@pytest.mark.parametrize(
    ("marked", "word"),
    [
        ("i = 0 WHILE $0i + 1$0 < 3 LOOP i = i + 1 RETURN i", "Extract"),
        ("DEFAULT FOR h IS $00$0 INPUTS ARE h RETURN h", "Extract"),
        ("a[1] = 1 IF a.EXISTS(2) AND $0a[2]$0 > 1 THEN a[1] = 2 RETURN a", "Extract"),
        ("x = WSA_GET($0'ITEM'$0, 0) RETURN x", "Extract"),
        ("a = 1 x$0 = a + 1 a = 2 y = x RETURN y, a", "Inline"),
        ("x$0 = 1 RETURN x", "Inline"),
        ("x$0 = ESS_LOG_WRITE('a') y = x RETURN y", "Inline"),
        ("i = 1 WHILE i < 3 LOOP ( x$0 = i i = i + 1 y = x ) RETURN y", "Inline"),
        ("l$0 = PER_ASG_GRADE_NAME l = l || 'x' y = l RETURN y", "Turn"),
        (
            "l$0 = PER_ASG_GRADE_NAME CHANGE_CONTEXTS(HR_ASSIGNMENT_ID = 1) (y = l)"
            " RETURN y",
            "Turn",
        ),
        (
            "a = 1 IF a = 1 THEN IF$0 a = 2 THEN a = 3 ELSE (IF a = 4 THEN a = 5)"
            " ELSE a = 6 RETURN a",
            "Join",
        ),
        ("a[1] = 1 IF a.COUNT = 1 THEN x = a[$01] ELSE x = 2 RETURN x", "Test"),
        ("x = = $01 + 2$0 RETURN x", "Extract"),
    ],
)
def test_nothing_is_offered_that_would_change_the_result(
    marked: str, word: str
) -> None:
    _, found = offered(marked)
    assert not [title for title in found if title.startswith(word)]


def mistakes(text: str, environment: Environment) -> Counter[str]:
    """How often each error and warning is in the text."""
    found = lint(analyze(parse(text), environment), Configuration())
    return Counter(
        each.code
        for each in found
        if each.severity in (Severity.ERROR, Severity.WARNING)
    )


def test_no_change_brings_a_mistake(own_formulas: dict[str, str]) -> None:
    """Every change at every expression, name and statement of our own formulas."""
    tried: Counter[str] = Counter()
    for text in own_formulas.values():
        _try_everything(text, tried)
    assert {title.split()[0] for title in tried} >= {
        "Extract",
        "Inline",
        "Put",
        "Write",
    }


def test_no_change_brings_a_mistake_to_published_formulas(
    corpus: dict[str, str],
) -> None:
    tried: Counter[str] = Counter()
    for text in sorted(corpus.values(), key=len)[:40]:
        if not parse(text).errors:
            _try_everything(text, tried)
    assert tried


def _try_everything(text: str, tried: Counter[str]) -> None:
    environment = Environment()
    analysis = analyze(parse(text), environment)
    before = mistakes(text, environment)
    kinds = (*get_args(Expression), *get_args(Statement))
    spans = {
        each.span for each in walk(analysis.parsed.tree) if isinstance(each, kinds)
    }
    done: set[str] = set()
    for span in sorted(spans):
        for place in (span, Span(span.start, span.start)):
            for each in refactor(analysis, place):
                after = apply_edits(text, each.edits)
                if after in done:
                    continue
                done.add(after)
                tried[each.title] += 1
                new = mistakes(after, environment) - before
                assert not new, (each.title, new, after)
