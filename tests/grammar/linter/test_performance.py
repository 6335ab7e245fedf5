"""Rules about what costs time: what they mark, near misses, what their fixes write."""

from __future__ import annotations

from textwrap import dedent

import pytest
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.linter import RULES, lint
from fastformula.text import apply_edits

ITEMS = """\
DEFAULT FOR PER_PER_LAST_NAME IS ' '
DEFAULT FOR PER_ASG_GRADE_CODE IS ' '
INPUTS ARE hours (NUMBER), other (NUMBER), day (DATE), ids (NUMBER_NUMBER)
"""

ROWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "eager-item-read",
        """
        grade = PER_ASG_GRADE_CODE
        name = PER_PER_LAST_NAME
        IF hours > 40 THEN (x = grade y = name)
        """,
        ("grade",),
    ),
    (
        "eager-item-read",
        """
        grade = PER_ASG_GRADE_CODE
        IF hours = 0 THEN x = 1 ELSE IF hours > 40 THEN (x = grade)
        """,
        ("grade",),
    ),
    # Used in both branches, in the condition, or the item itself is used elsewhere.
    (
        "eager-item-read",
        """
        grade = PER_ASG_GRADE_CODE
        IF hours > 40 THEN x = grade ELSE y = grade
        """,
        (),
    ),
    (
        "eager-item-read",
        "grade = PER_ASG_GRADE_CODE\nIF grade = 'A' THEN x = grade\n",
        (),
    ),
    (
        "eager-item-read",
        """
        grade = PER_ASG_GRADE_CODE
        IF hours > 40 THEN x = grade
        y = PER_ASG_GRADE_CODE
        """,
        (),
    ),
    (
        "eager-item-read",
        """
        grade = PER_ASG_GRADE_CODE
        IF hours > 40 THEN (CHANGE_CONTEXTS(PERSON_ID = other) x = grade)
        """,
        (),
    ),
    (
        "eager-item-read",
        """
        grade = PER_ASG_GRADE_CODE
        IF hours = 0 THEN (x = grade RETURN x)
        IF grade = 'A' THEN x = 'B'
        """,
        (),
    ),
    (
        "item-read-in-loop",
        """
        i = 1
        WHILE ids.EXISTS(i) LOOP (
            x = PER_PER_LAST_NAME
            CHANGE_CONTEXTS(PERSON_ID = ids[i]) y = PER_PER_LAST_NAME
            z = PER_ASG_GRADE_CODE
            i = i + 1
        )
        """,
        ("PER_PER_LAST_NAME",),
    ),
    # The contexts do not change in the loop, or change around it.
    (
        "item-read-in-loop",
        "i = 1\nWHILE i < 5 LOOP (x = PER_PER_LAST_NAME i = i + 1)\n",
        (),
    ),
    (
        "item-read-in-loop",
        """
        i = 1
        WHILE i < 5 LOOP (
            CHANGE_CONTEXTS(PERSON_ID = ids[i]) x = PER_PER_LAST_NAME
            i = i + 1
        )
        """,
        (),
    ),
    (
        "item-read-in-loop",
        """
        i = 1
        x = PER_PER_LAST_NAME
        WHILE i < 5 LOOP (
            CHANGE_CONTEXTS(PERSON_ID = ids[i]) y = x
            i = i + 1
        )
        """,
        (),
    ),
    (
        "redundant-change-contexts",
        "CHANGE_CONTEXTS(PERSON_ID = GET_CONTEXT(PERSON_ID, 0)) x = 1\n",
        ("PERSON_ID = GET_CONTEXT(PERSON_ID, 0)",),
    ),
    (
        "redundant-change-contexts",
        """
        CHANGE_CONTEXTS(PERSON_ID = other) (
            CHANGE_CONTEXTS(PERSON_ID = OTHER, EFFECTIVE_DATE = day) x = 1
            y = 1
        )
        """,
        ("PERSON_ID = OTHER",),
    ),
    (
        "redundant-change-contexts",
        """
        me = GET_CONTEXT(PERSON_ID, 0)
        CHANGE_CONTEXTS(PERSON_ID = other) (
            x = PER_PER_LAST_NAME
            CHANGE_CONTEXTS(PERSON_ID = me) y = PER_PER_LAST_NAME
        )
        """,
        (),
    ),
    (
        "redundant-change-contexts",
        """
        me = GET_CONTEXT(PERSON_ID, 0)
        IF hours = 0 THEN me = other
        CHANGE_CONTEXTS(PERSON_ID = me) y = PER_PER_LAST_NAME
        """,
        (),
    ),
    (
        "redundant-change-contexts",
        """
        CHANGE_CONTEXTS(PERSON_ID = other) (
            other = other + 1
            CHANGE_CONTEXTS(PERSON_ID = other) x = 1
        )
        """,
        (),
    ),
    (
        "redundant-change-contexts",
        "CHANGE_CONTEXTS(PERSON_ID = GET_CONTEXT(PAYROLL_ID, 0)) x = 1\n",
        (),
    ),
    (
        "nested-change-contexts",
        """
        CHANGE_CONTEXTS(PERSON_ID = other)
            CHANGE_CONTEXTS(EFFECTIVE_DATE = ADD_DAYS(day, 1)) (x = 1)
        """,
        ("CHANGE_CONTEXTS(EFFECTIVE_DATE = ADD_DAYS(day, 1)",),
    ),
    # Something else stands there, the same context, or a value of the new person's.
    (
        "nested-change-contexts",
        """
        CHANGE_CONTEXTS(PERSON_ID = other) (
            y = 1
            CHANGE_CONTEXTS(EFFECTIVE_DATE = day) (x = 1)
        )
        """,
        (),
    ),
    (
        "nested-change-contexts",
        "CHANGE_CONTEXTS(PERSON_ID = other) CHANGE_CONTEXTS(PERSON_ID = hours) x = 1\n",
        (),
    ),
    (
        "nested-change-contexts",
        """
        CHANGE_CONTEXTS(PERSON_ID = other)
            CHANGE_CONTEXTS(HR_ASSIGNMENT_ID = PER_ASG_ASSIGNMENT_ID) x = 1
        """,
        (),
    ),
    (
        "change-contexts-in-loop",
        """
        i = 1
        WHILE i < 5 LOOP (
            IF i > 2 THEN (CHANGE_CONTEXTS(PERSON_ID = other) x = PER_PER_LAST_NAME)
            i = i + 1
        )
        """,
        ("CHANGE_CONTEXTS(PERSON_ID = other",),
    ),
    (
        "change-contexts-in-loop",
        """
        i = 1
        WHILE i < 5 LOOP (
            CHANGE_CONTEXTS(PERSON_ID = ids[i]) x = PER_PER_LAST_NAME
            i = i + 1
        )
        """,
        (),
    ),
    (
        "change-contexts-in-loop",
        """
        i = 1
        WHILE i < 5 LOOP (
            CHANGE_CONTEXTS(PERSON_ID = other) x = PER_PER_LAST_NAME
            y = PER_PER_LAST_NAME
            i = i + 1
        )
        """,
        (),
    ),
    (
        "change-contexts-in-loop",
        """
        i = 1
        CHANGE_CONTEXTS(PERSON_ID = other) WHILE i < 5 LOOP (i = i + 1)
        """,
        (),
    ),
)


@pytest.mark.parametrize(("rule", "text", "marked"), ROWS)
def test_a_rule_marks_what_it_is_about(
    rule: str, text: str, marked: tuple[str, ...]
) -> None:
    formula = ITEMS + dedent(text).lstrip("\n")
    found = lint(analyze(parse(formula)), rules=RULES)
    spans = [each.span.text_in(formula) for each in found if each.code == rule]
    assert tuple(spans) == marked


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (
            "CHANGE_CONTEXTS(PERSON_ID = GET_CONTEXT(PERSON_ID, 0)) (\n  x = 1\n)\n",
            "\n  x = 1\n\n",
        ),
        (
            "IF a = 1 THEN CHANGE_CONTEXTS(PGM_ID = GET_CONTEXT(PGM_ID, 0)) (b = 1)",
            "IF a = 1 THEN (b = 1)",
        ),
        (
            "CHANGE_CONTEXTS(PGM_ID = GET_CONTEXT(PGM_ID, 0), PAYROLL_ID = 5) x = 1",
            "CHANGE_CONTEXTS(PAYROLL_ID = 5) x = 1",
        ),
        (
            "CHANGE_CONTEXTS(PERSON_ID = 5) (CHANGE_CONTEXTS(PAYROLL_ID = 5) (x = 1))",
            "CHANGE_CONTEXTS(PERSON_ID = 5, PAYROLL_ID = 5) (x = 1)",
        ),
    ],
)
def test_a_fix_leaves_what_it_must(text: str, mended: str) -> None:
    found = [each for each in lint(analyze(parse(text))) if "contexts" in each.code]
    assert apply_edits(text, found[0].fixes[0].edits) == mended
