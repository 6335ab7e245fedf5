"""Rules about code that is likely not what was meant: what they mark, near misses."""

from __future__ import annotations

from textwrap import dedent

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.linter import RULES, lint
from fastformula.text import apply_edits

ROWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "misleading-indentation",
        """
        IF a = 1 THEN
            x = 1
            y = 2
            z = 3
        """,
        ("y = 2",),
    ),
    (
        "misleading-indentation",
        """
        WHILE i < 5 LOOP
            i = i + 1
            IF a = 1 THEN x = 2
        """,
        ("IF a = 1 THEN",),
    ),
    (
        "misleading-indentation",
        """
        WHILE i < 5 LOOP
            IF a = 1 THEN
                i = 9
            i = i + 1
        """,
        ("i = i + 1",),
    ),
    (
        "misleading-indentation",
        """
        IF a = 1 THEN
            x = 1
        ELSE IF a = 2 THEN
            x = 2
            y = 2
        """,
        ("y = 2",),
    ),
    (
        "misleading-indentation",
        "CHANGE_CONTEXTS(PERSON_ID = p)\n\tx = 1\n\ty = 2\n",
        ("y = 2",),
    ),
    # Neither as deep as the body nor deeper than the header.
    ("misleading-indentation", "IF a = 1 THEN\n    x = 1\n  y = 2\n", ()),
    ("misleading-indentation", "IF a = 1 THEN\nx = 1\ny = 2\n", ()),
    ("misleading-indentation", "IF a = 1 THEN x = 1\n              y = 2\n", ()),
    # Tabs and blanks cannot be compared.
    ("misleading-indentation", "IF a = 1 THEN\n\tx = 1\n    y = 2\n", ()),
    ("misleading-indentation", "    IF a = 1 THEN\n\tx = 1\n\ty = 2\n", ()),
    # An empty line sets it off, and nothing comes behind a RETURN.
    ("misleading-indentation", "IF a = 1 THEN\n    x = 1\n\n    y = 2\n", ()),
    ("misleading-indentation", "IF a = 1 THEN\n    RETURN x\n    y = 2\n", ()),
    ("misleading-indentation", "IF a = 1 THEN (\n    x = 1\n    y = 2\n)\n", ()),
    (
        "stale-item-copy",
        """
        DEFAULT FOR PER_PER_LAST_NAME IS ' '
        l_name = PER_PER_LAST_NAME
        CHANGE_CONTEXTS(PERSON_ID = other) (
            message = l_name
            more = l_name
        )
        """,
        ("l_name",),
    ),
    # Used outside too, compared with the item, or of no such context.
    (
        "stale-item-copy",
        """
        DEFAULT FOR PER_PER_LAST_NAME IS ' '
        l_name = PER_PER_LAST_NAME
        CHANGE_CONTEXTS(PERSON_ID = other) message = l_name
        more = l_name
        """,
        (),
    ),
    (
        "stale-item-copy",
        """
        DEFAULT FOR PER_PER_LAST_NAME IS ' '
        l_name = PER_PER_LAST_NAME
        CHANGE_CONTEXTS(PERSON_ID = other)
            IF l_name <> PER_PER_LAST_NAME THEN message = 'two'
        """,
        (),
    ),
    (
        "stale-item-copy",
        """
        DEFAULT FOR PER_PER_LAST_NAME IS ' '
        l_name = PER_PER_LAST_NAME
        CHANGE_CONTEXTS(PAYROLL_ID = other) message = l_name
        """,
        (),
    ),
    (
        "stale-item-copy",
        """
        DEFAULT FOR PER_PER_LAST_NAME IS ' '
        l_name = PER_PER_LAST_NAME
        CHANGE_CONTEXTS(PERSON_ID = GET_CONTEXT(PERSON_ID, 0)) message = l_name
        """,
        (),
    ),
    (
        "stale-item-copy",
        """
        DEFAULT FOR PER_PER_LAST_NAME IS ' '
        CHANGE_CONTEXTS(PERSON_ID = other) (
            l_name = PER_PER_LAST_NAME
            message = l_name
        )
        """,
        (),
    ),
    (
        "unguarded-array-read",
        "INPUTS ARE days (NUMBER_NUMBER)\nx = days[1] + days[2]\n",
        ("days[1]",),
    ),
    (
        "unguarded-array-read",
        "INPUTS ARE days (NUMBER_NUMBER), i\nIF days[i] > 0 THEN x = 1\n",
        ("days[i]",),
    ),
    (
        "unguarded-array-read",
        """
        INPUTS ARE days (NUMBER_NUMBER)
        IF days.EXISTS(1) THEN x = days[1]
        """,
        (),
    ),
    (
        "unguarded-array-read",
        """
        INPUTS ARE days (NUMBER_NUMBER), hours (NUMBER_NUMBER)
        i = days.LAST(0)
        x = hours[i]
        """,
        (),
    ),
    (
        "unguarded-array-read",
        """
        INPUTS ARE days (NUMBER_NUMBER), hours (NUMBER_NUMBER)
        i = 1
        j = 1
        WHILE days.EXISTS(i) LOOP (x = hours[j] i = i + 1 j = j + 1)
        """,
        (),
    ),
    ("unguarded-array-read", "names[1] = 'a'\nx = names[1]\n", ()),
    (
        "unguarded-array-read",
        """
        INPUTS ARE days (NUMBER_NUMBER), i
        IF i < 1 THEN RETURN
        x = days[i]
        """,
        (),
    ),
    (
        "constant-loop-condition",
        "i = 1\nWHILE i < n LOOP x = x + 1\n",
        ("i < n",),
    ),
    (
        "constant-loop-condition",
        "WHILE x < 5 LOOP (WHILE y < 5 LOOP (EXIT) z = 1)\n",
        ("x < 5",),
    ),
    ("constant-loop-condition", "WHILE i < n LOOP (n = n - 1)\n", ()),
    ("constant-loop-condition", "WHILE 1 = 1 LOOP (IF x > 5 THEN EXIT x = x + 1)", ()),
    ("constant-loop-condition", "WHILE i < 5 LOOP (IF a = 1 THEN RETURN x = 1)\n", ()),
    (
        "constant-loop-condition",
        "WHILE WSA_GET('A', 0) = 0 LOOP (EXECUTE('XX_STEP'))\n",
        (),
    ),
    (
        "constant-loop-condition",
        "WHILE a.EXISTS(1) LOOP (a.DELETE(1))\n",
        (),
    ),
    (
        "loop-without-progress",
        "WHILE i < n LOOP (IF a[i] = 1 THEN (i = i + 1))\n",
        ("i < n",),
    ),
    (
        "loop-without-progress",
        "WHILE i < n LOOP (IF b = 1 THEN (i = i + 1) ELSE (c = 1))\n",
        ("i < n",),
    ),
    (
        "loop-without-progress",
        "WHILE i < n LOOP (IF b = 1 THEN (i = i + 1) ELSE (i = i + 2))\n",
        (),
    ),
    (
        "loop-without-progress",
        "WHILE i < n LOOP (IF b = 1 THEN (i = i + 1) ELSE (EXIT))\n",
        (),
    ),
    (
        "loop-without-progress",
        "WHILE done = 'N' LOOP (k = k + 1 v = k * 2 IF v > 9 THEN (done = 'Y'))\n",
        (),
    ),
    (
        "loop-without-progress",
        "WHILE i < n LOOP (IF b = 1 THEN (c = 1) i = i + 1)\n",
        (),
    ),
    (
        "unchecked-division",
        "INPUTS ARE a, b, c\nx = a / b + a / (c) + a / b\n",
        ("b", "c"),
    ),
    ("unchecked-division", "INPUTS ARE a\nb = 0\nx = a / b\n", ("b",)),
    ("unchecked-division", "INPUTS ARE a\nb = 12\nx = a / b\ny = a / 12\n", ()),
    ("unchecked-division", "INPUTS ARE a, b\nIF b > 0 THEN x = a / b\n", ()),
    ("unchecked-division", "INPUTS ARE a, b\nIF b = 0 THEN RETURN\nx = a / b\n", ()),
    ("unchecked-division", "INPUTS ARE a, b\nd = GREATEST(b, 1)\nx = a / d\n", ()),
    (
        "unchecked-division",
        "INPUTS ARE a, b\nd = b * 2\nIF b = 0 THEN RETURN\nx = a / d\n",
        (),
    ),
    (
        "value-set-binds",
        "x = GET_VALUE_SET('XX', 'P_ID=5')\n",
        ("'P_ID=5'",),
    ),
    (
        "value-set-binds",
        "x = GET_VALUE_SET('XX', '|P_ID=5')\n",
        ("'|P_ID=5'",),
    ),
    (
        "value-set-binds",
        "x = GET_VALUE_SET('XX', '|=P_A=''' || a || '''P_B=''' || b || '''')\n",
        ("'|=P_A=''' || a || '''P_B=''' || b || ''''",),
    ),
    (
        "value-set-binds",
        "x = GET_VALUE_SET('XX', '|=P_A=''' || a || '|P_B=''' || b || '''')\n",
        ("'|=P_A=''' || a || '|P_B=''' || b || ''''",),
    ),
    (
        "value-set-binds",
        "x = GET_VALUE_SET('XX', '|=P_A =''' || a || '''')\n",
        ("'|=P_A =''' || a || ''''",),
    ),
    (
        "value-set-binds",
        "x = GET_VALUE_SET('XX', '|=P_A=' || a || '''')\n",
        ("'|=P_A=' || a || ''''",),
    ),
    (
        "value-set-binds",
        """
        INPUTS ARE day (DATE)
        x = GET_VALUE_SET('XX', '|=P_A=' || TO_CHAR(day, 'YYYY/MM/DD'))
        """,
        ("'|=P_A=' || TO_CHAR(day, 'YYYY/MM/DD')",),
    ),
    (
        "value-set-binds",
        """
        b = 'P_A=''' || a || ''''
        x = GET_VALUE_SET('XX', b)
        y = GET_VALUE_SET('YY', b)
        """,
        ("'P_A=''' || a || ''''",),
    ),
    ("value-set-binds", "x = GET_VALUE_SET('XX')\n", ()),
    ("value-set-binds", "x = GET_VALUE_SET('XX', '|=P_A=5|P_B=''it''''s''')\n", ()),
    ("value-set-binds", "x = GET_VALUE_SET('XX', '~#P_A#' || a || '~P_B#7')\n", ()),
    ("value-set-binds", "x = GET_VALUE_SET('XX', binds)\n", ()),
    ("value-set-binds", "x = GET_VALUE_SET('XX', a || '|P_B=5')\n", ()),
    (
        "value-set-binds",
        "b = '|=P_A=''' || a\nb = b || ''''\nx = GET_VALUE_SET('XX', b)\n",
        (),
    ),
    (
        "to-date-literal",
        "x = TO_DATE('2026/04/06')\ny = TO_DATE('1-FEB-2026', 'DD-MON-YYYY')\n",
        ("TO_DATE('2026/04/06')", "TO_DATE('1-FEB-2026', 'DD-MON-YYYY')"),
    ),
    (
        "to-date-literal",
        "x = TO_DATE('31/02/2026', 'DD/MM/YYYY')\n",
        ("TO_DATE('31/02/2026', 'DD/MM/YYYY')",),
    ),
    ("to-date-literal", "x = TO_DATE(a, 'YYYY/MM/DD')\n", ()),
    ("to-date-literal", "x = TO_DATE('2026/04/06', layout)\n", ()),
    ("to-date-literal", "x = TO_DATE('26/04/06', 'YY/MM/DD')\n", ()),
    ("to-date-literal", "x = TO_DATE('06 April 2026')\n", ()),
    ("to-date-literal", "x = TO_DATE('06.04.2026 3', 'DD.MM.YYYY HH')\n", ()),
    (
        "wsa-never-deleted",
        "INPUTS ARE p\nWSA_SET('A', p)\nWSA_SET('B', p)\nx = WSA_GET('A', 0)\n",
        ("WSA_SET('A', p)",),
    ),
    ("wsa-never-deleted", "INPUTS ARE p\nWSA_SET('A', p)\n", ()),
    ("wsa-never-deleted", "WSA_SET('A', 1)\nx = WSA_GET('A', 0)\n", ()),
    (
        "wsa-never-deleted",
        "INPUTS ARE p\nWSA_SET('A', p)\nx = WSA_GET('A', 0)\nWSA_DELETE\n",
        (),
    ),
    (
        "wsa-never-deleted",
        "INPUTS ARE p\nWSA_SET('A', p)\nx = WSA_GET('A', 0)\nWSA_DELETE(k)\n",
        (),
    ),
    (
        "wsa-never-deleted",
        "WSA_SET('A', GET_CONTEXT(PERSON_ID, 0))\nx = WSA_GET('A', 0)\n",
        (),
    ),
    (
        "wsa-type",
        "IF WSA_EXISTS('A', 'NUMERIC') THEN x = 1\n",
        ("'NUMERIC'",),
    ),
    (
        "wsa-type",
        "WSA_SET('A', 1)\nIF WSA_EXISTS('A', 'TEXT') THEN x = 1\n",
        ("'TEXT'",),
    ),
    ("wsa-type", "WSA_SET('A', 1)\nx = WSA_GET('A', ' ')\n", ("' '",)),
    ("wsa-type", "IF WSA_EXISTS('A', 'text_number') THEN x = 1\n", ()),
    ("wsa-type", "WSA_SET('A', 1)\nx = WSA_GET('A', 0)\n", ()),
    ("wsa-type", "WSA_SET('A', 1)\nWSA_DELETE('A')\nx = WSA_GET('A', ' ')\n", ()),
    (
        "wsa-type",
        "WSA_SET('A', 1)\nWSA_SET('A', ' ')\nx = WSA_GET('A', ' ')\n",
        (),
    ),
    (
        "constant-condition",
        "IF a <> 'X' OR b = 1 OR 'Y' <> a THEN x = 1\n",
        ("a <> 'X' OR b = 1 OR 'Y' <> a",),
    ),
    ("constant-condition", "IF a = 1 AND a = 2 THEN x = 1\n", ("a = 1 AND a = 2",)),
    ("constant-condition", "IF a <= 5 OR a > 3 THEN x = 1\n", ("a <= 5 OR a > 3",)),
    ("constant-condition", "IF a <> 'X' AND a <> 'Y' THEN x = 1\n", ()),
    ("constant-condition", "IF a = 'X' OR a = 'Y' THEN x = 1\n", ()),
    ("constant-condition", "IF a > 3 AND a <= 5 THEN x = 1\n", ()),
    ("constant-condition", "IF a < 3 OR a > 5 THEN x = 1\n", ()),
    ("constant-condition", "IF a <> 'X' OR b <> 'Y' THEN x = 1\n", ()),
    ("constant-condition", "IF a < 'X' OR a > 'B' THEN x = 1\n", ()),
    ("constant-condition", "IF a <> 'X' OR a = b THEN x = 1\n", ()),
    (
        "repeated-condition",
        "IF a = 1 OR b = 2 THEN x = 1 ELSE IF A=(1) AND c = 3 THEN x = 2\n",
        ("A=(1) AND c = 3",),
    ),
    ("repeated-condition", "IF a = 1 AND a = 1 THEN x = 1\n", ("a = 1",)),
    ("repeated-condition", "IF a = 1 THEN x = 1\nIF a = 1 THEN x = 2\n", ()),
    (
        "repeated-condition",
        "IF a = 1 AND b = 2 THEN x = 1 ELSE IF a = 1 THEN x = 2\n",
        (),
    ),
    (
        "repeated-condition",
        "IF a = 'x' THEN x = 1 ELSE IF a = 'X' THEN x = 2\n",
        (),
    ),
    (
        "repeated-condition",
        "IF a = 1 THEN (IF b = 1 THEN x = 1) ELSE (IF b = 1 THEN x = 2)\n",
        (),
    ),
    ("identical-branches", "IF a = 1 THEN x = 1 ELSE (X = 1)\n", ("a = 1",)),
    ("identical-branches", "IF a = 1 THEN x = 1 ELSE x = 2\n", ()),
    ("identical-branches", "IF a = 1 THEN x = 'a' ELSE x = 'A'\n", ()),
    (
        "identical-branches",
        "IF a = 1 THEN x = 1 ELSE IF a = 2 THEN x = 1 ELSE x = 2\n",
        (),
    ),
    ("self-assignment", "x = X\na[i] = a[i]\n", ("x = X", "a[i] = a[i]")),
    ("self-assignment", "x = x + 0\na[i] = a[j]\n", ()),
    ("self-assignment", "x = y\n", ()),
    ("self-assignment", "x = 'x'\n", ()),
    ("self-comparison", "IF a[1] <> A[1] THEN x = 1\n", ("a[1] <> A[1]",)),
    ("self-comparison", "WHILE 1 = 1 LOOP (EXIT)\n", ()),
    ("self-comparison", "IF a[1] = a[2] THEN x = 1\n", ()),
    (
        "self-comparison",
        "IF GET_OUTPUT('A', 0) = GET_OUTPUT('A', 0) THEN x = 1\n",
        (),
    ),
    (
        "mixed-and-or",
        "IF a = 1 AND b = 2 OR c = 3 OR d = 4 AND e = 5 THEN x = 1\n",
        ("a = 1 AND b = 2",),
    ),
    ("mixed-and-or", "IF (a = 1 AND b = 2) OR c = 3 THEN x = 1\n", ()),
    ("mixed-and-or", "IF a = 1 AND (b = 2 OR c = 3) THEN x = 1\n", ()),
    ("mixed-and-or", "IF a = 1 AND b = 2 AND c = 3 THEN x = 1\n", ()),
    ("like-without-wildcard", "IF a NOT LIKE 'B' THEN x = 1\n", ("'B'",)),
    ("like-without-wildcard", "IF a LIKE 'B%' THEN x = 1\n", ()),
    ("like-without-wildcard", "IF a LIKE 'B_' THEN x = 1\n", ()),
    ("like-without-wildcard", "IF a LIKE b THEN x = 1\n", ()),
    ("overwritten-value", "x = a\nx = b\n", ("x",)),
    ("overwritten-value", "x[1] = a\nX[1] = b\n", ("X[1]",)),
    ("overwritten-value", "x = 0\nx = b\n", ()),
    ("overwritten-value", "x = a\nx = x + 1\n", ()),
    ("overwritten-value", "x[1] = a\nx[2] = b\n", ()),
    ("overwritten-value", "x = a\nIF x = 1 THEN y = 1\nx = b\n", ()),
    ("overwritten-value", "IF a = 1 THEN x = a ELSE x = b\n", ()),
    ("overwritten-value", "l = ESS_LOG_WRITE('a')\nl = ESS_LOG_WRITE('b')\n", ()),
)


@pytest.mark.parametrize(("rule", "text", "marked"), ROWS)
def test_a_rule_marks_what_it_is_about(
    rule: str, text: str, marked: tuple[str, ...]
) -> None:
    formula = dedent(text).lstrip("\n")
    found = lint(analyze(parse(formula)), rules=RULES)
    spans = [each.span.text_in(formula) for each in found if each.code == rule]
    assert tuple(spans) == marked


@pytest.mark.parametrize(
    ("kind", "call", "is_told"),
    [
        ("Global Absence Entry Validation", "ESS_LOG_WRITE('a')", True),
        ("Global Absence Accrual", "PAY_INTERNAL_LOG_WRITE('a')", True),
        ("Global Absence Accrual", "ESS_LOG_WRITE('a')", False),
        ("Oracle Payroll", "PAY_INTERNAL_LOG_WRITE('a')", False),
        ("Compensation Default and Override", "SET_LOG('a')", False),
        ("", "PAY_INTERNAL_LOG_WRITE('a')", False),
    ],
)
def test_a_log_that_nobody_sees_is_told(kind: str, call: str, is_told: bool) -> None:
    parsed = parse(f"l_log = {call}\nl_log = {call}\n")
    found = lint(analyze(parsed, Environment(formula_type=kind)))
    assert [each.code for each in found].count("silent-log") == is_told


def test_a_fix_puts_all_lines_into_parentheses() -> None:
    text = "IF a = 1 THEN\n    x = 1\n    y = 2\n    z = 3\nw = 1\n"
    found = lint(analyze(parse(text)))
    fix = next(e for e in found if e.code == "misleading-indentation").fixes[0]
    after = apply_edits(text, fix.edits)
    assert after == ("IF a = 1 THEN (\n    x = 1\n    y = 2\n    z = 3\n)\nw = 1\n")


@pytest.mark.parametrize(
    ("call", "written"),
    [
        ("TO_DATE('6-Apr-2026', 'DD-MON-YYYY')", "'2026/04/06 00:00:00' (DATE)"),
        (
            "TO_DATE('1/2/0001 7:05', 'DD/MM/YYYY HH24:MI')",
            "'0001/02/01 07:05:00' (DATE)",
        ),
    ],
)
def test_a_fix_writes_the_same_date(call: str, written: str) -> None:
    (found,) = lint(analyze(parse(f"x = {call}\nRETURN x\n")))
    assert apply_edits(f"x = {call}\n", found.fixes[0].edits) == f"x = {written}\n"


def test_no_rule_fails_on_a_formula_that_is_being_typed() -> None:
    examples = [text for rule in RULES for text in (*rule.page.bad, *rule.page.good)]
    whole = "\n".join(examples)
    for end in range(0, len(whole), 97):
        start = max(0, end - 400)
        lint(analyze(parse(whole[start:end])))
