"""The comment that excuses a place, put in by an editor."""

from __future__ import annotations

import pytest
from fastformula import apply_edits, parse
from fastformula.analysis import analyze
from fastformula.diagnostic import Diagnostic
from fastformula.editor.ignoring import ignore
from fastformula.linter import RULES, lint


def find(text: str) -> tuple[Diagnostic, ...]:
    return lint(analyze(parse(text)))


OF_COMMENTS = ("unknown-formula-type",)
"""Rules whose places no comment above can excuse."""

BAD = [(rule.name, text) for rule in RULES for text in rule.page.bad]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_what_is_ignored_is_gone_and_nothing_else_is_said(name: str, text: str) -> None:
    found = find(text)
    for each in found:
        if each.code == name and name not in OF_COMMENTS:
            fix = ignore(parse(text), each)
            assert fix is not None
            assert fix.title == f"Ignore {name} here"
            after = find(apply_edits(text, fix.edits))
            assert len(after) < len(found)
            assert {other.code for other in after} <= {other.code for other in found}


def test_the_comment_stands_above_indented_and_ends_as_lines_do() -> None:
    text = "RETURN l_pay\r\nIF 1 = 1 THEN\r\n(\r\n\t l_pay = 1; \r\n)\r\n"
    remark = next(each for each in find(text) if each.code == "semicolon")
    fix = ignore(parse(text), remark)
    assert fix is not None
    assert apply_edits(text, fix.edits) == text.replace(
        "\t l_pay", "\t /* fastformula: ignore semicolon */\r\n\t l_pay"
    )


@pytest.mark.parametrize(
    "text",
    [
        "l_pay = = 1\nRETURN l_pay\n",
        "/* a\ncomment */ l_pay = 1;\nRETURN l_pay\n",
        "l_pay = 'a\ntext'; \nRETURN l_pay\n",
        "l_pay = 1\n;\nRETURN l_pay\n",
        "/* Formula Type: Nonsense */\nl_pay = 1\nRETURN l_pay\n",
    ],
)
def test_nothing_is_offered_where_no_comment_can_help(text: str) -> None:
    where = text.find(";") if ";" in text else 0
    there = [each for each in find(text) if each.span.start >= where]
    assert there
    assert [ignore(parse(text), each) for each in there] == [None] * len(there)
