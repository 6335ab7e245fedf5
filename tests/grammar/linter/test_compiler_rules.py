"""The rules of what Oracle's compiler objects to: what they find, and where not."""

from __future__ import annotations

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.language.catalogue import ThingKind
from fastformula.language.context import Context, find_context
from fastformula.language.database_item import DatabaseItem
from fastformula.linter import lint
from fastformula.linter.mending import mend
from fastformula.text import apply_edits

PLAIN = Environment()
EBS = Environment("ebs")
FUSION = Environment("fusion")


class Pod:
    """A catalogue that knows all items of a pod."""

    is_complete = True

    def __init__(self, *items: DatabaseItem) -> None:
        self.items = {each.name: each for each in items}

    def find_item(self, key: str) -> DatabaseItem | None:
        return self.items.get(key)

    def find_context(self, key: str) -> Context | None:
        return find_context(key)

    def find_items(self, pattern: str, limit: int) -> tuple[str, ...]:
        return ()

    def similar_items(self, key: str) -> tuple[str, ...]:
        return tuple(name for name in self.items if name[:8] == key[:8])

    def has(self, kind: ThingKind, name: str) -> bool | None:
        return None


POD = Environment(
    catalogue=Pod(
        DatabaseItem("XX_GRADE_STEP", "NUMBER", "catalogue", default_required=True),
        DatabaseItem("XX_JOB_LEVEL", "NUMBER", "catalogue", default_required=False),
        DatabaseItem("XX_MINIMUM_WAGE", "NUMBER", "catalogue", kind="global"),
    )
)


def run(text: str, environment: Environment = PLAIN) -> tuple[Diagnostic, ...]:
    return lint(analyze(parse(text), environment))


def told(rule: str, text: str, environment: Environment = PLAIN) -> list[str]:
    """What the rule marks, each with its severity."""
    return [
        f"{each.severity}: {each.span.text_in(text)}"
        for each in run(text, environment)
        if each.code == rule
    ]


LONG = "a" * 256

FOUND = (
    # One finding for a run of declarations that come too late.
    (
        "statement-order",
        "x = 1\nDEFAULT FOR a IS 0\nDEFAULT FOR b IS 0\nINPUTS ARE a, b\nx = a + b",
        ["error: DEFAULT FOR a IS 0"],
    ),
    (
        "statement-order",
        "x = 1\nDEFAULT FOR a IS 0\nx = 2\nINPUTS ARE a\nx = a",
        ["error: DEFAULT FOR a IS 0", "error: INPUTS ARE a"],
    ),
    (
        "statement-order",
        "INPUTS ARE a\nx = 1\nINPUTS ARE b\nx = a + b",
        ["error: INPUTS ARE b"],
    ),
    (
        "statement-order",
        "x = 1 NEED_CONTEXT(PAYROLL_ID)",
        ["warning: NEED_CONTEXT(PAYROLL_ID)"],
    ),
    (
        "statement-order",
        "IF 1 = 1 THEN (\n  DEFAULT FOR a IS 0\n)\nx = a",
        ["error: DEFAULT FOR a IS 0"],
    ),
    (
        "declaration-order",
        "INPUTS ARE a DEFAULT FOR a IS 0 DEFAULT FOR b IS 0",
        ["hint: DEFAULT FOR a IS 0"],
    ),
    (
        "misuse-of-assignment",
        "PAYROLL_ID = 1 RETURN PAYROLL_ID",
        ["warning: PAYROLL_ID"],
    ),
    (
        "misuse-of-alias",
        "ALIAS PER_ASG_JOB_NAME AS a ALIAS a AS b x = b RETURN x",
        ["error: a"],
    ),
    (
        "misuse-of-alias",
        "ALIAS PER_ASG_JOB_NAME AS a ALIAS PER_ASG_GRADE_NAME AS a x = a RETURN x",
        ["error: a"],
    ),
    ("misuse-of-alias", "ALIAS PER_ASG_JOB_NAME AS PAYROLL_ID", ["error: PAYROLL_ID"]),
    (
        "misuse-of-alias",
        "ALIAS PER_ASG_JOB_NAME AS PER_ASG_GRADE_NAME",
        ["error: PER_ASG_GRADE_NAME"],
    ),
    ("misuse-of-alias", "ALIAS ROUND AS r", ["error: ROUND"]),
    (
        "misuse-of-default",
        "DEFAULT FOR PAYROLL_ID IS 0 x = PAYROLL_ID",
        ["warning: PAYROLL_ID"],
    ),
    (
        "misuse-of-default",
        "DEFAULT_DATA_VALUE FOR PER_ASG_JOB_NAME IS ' ' x = PER_ASG_JOB_NAME",
        ["warning: PER_ASG_JOB_NAME"],
    ),
    (
        "misuse-of-context",
        "x = GET_CONTEXT(PAYROLL_ID, 0) IF PAYROLL_ID = 1 THEN x = 2 RETURN x",
        ["error: PAYROLL_ID"],
    ),
    ("repeated-declaration", "INPUTS ARE a, b, a x = a + b", ["warning: a"]),
    (
        "repeated-declaration",
        "ALIAS PER_ASG_JOB_NAME AS a ALIAS PER_ASG_JOB_NAME AS a x = a",
        ["warning: a"],
    ),
    ("date-literal", "x = 'tomorrow' (DATE)", ["error: 'tomorrow' (DATE)"]),
    ("date-literal", "x = '2023/02/29' (DATE)", ["error: '2023/02/29' (DATE)"]),
    ("date-literal", "x = '31-JUNE-2023' (DATE)", ["error: '31-JUNE-2023' (DATE)"]),
    (
        "date-literal",
        "x = '2023/02/28 25:00:00' (DATE)",
        ["error: '2023/02/28 25:00:00' (DATE)"],
    ),
    ("date-literal", "x = '2023-02-28' (DATE)", ["warning: '2023-02-28' (DATE)"]),
    ("date-literal", "x = '20230228' (DATE)", ["warning: '20230228' (DATE)"]),
    ("date-literal", "x = '28-FEB-23' (DATE)", ["warning: '28-FEB-23' (DATE)"]),
    ("array-methods", "a[1] = 1 x = a.LAST", ["hint: a.LAST"]),
    ("empty-block", "IF 1 = 1 THEN ( ( x = 1 ) )", ["hint: ("]),
    ("empty-block", "WHILE 1 = 1 LOOP ( )", ["hint: ( )"]),
    ("invalid-name", f"{LONG} = 1", [f"error: {LONG}"]),
    ("invalid-name", "date = 1 x = date", ["warning: date"]),
    (
        "missing-default",
        "x = GRADE_STEP_ENTRY_VALUE RETURN x",
        ["warning: GRADE_STEP_ENTRY_VALUE"],
    ),
)


@pytest.mark.parametrize(("rule", "text", "expected"), FOUND)
def test_it_is_found(rule: str, text: str, expected: list[str]) -> None:
    assert told(rule, text) == expected


SILENT = (
    ("statement-order", "INPUTS ARE a DEFAULT FOR a IS 0 x = a"),
    ("statement-order", "NEED_CONTEXT(PAYROLL_ID) DEFAULT FOR a IS 0 x = a"),
    ("statement-order", "Formula Name: PAY\nDEFAULT FOR a IS 0\nx = a"),
    ("declaration-order", "DEFAULT FOR a IS 0 INPUTS ARE a x = a"),
    ("declaration-order", "INPUTS ARE a NEED_CONTEXT(PAYROLL_ID) x = a"),
    ("declaration-order", "ALIAS PER_ASG_JOB_NAME AS a ALIAS PER_ASG_JOB_ID AS b"),
    ("declaration-order", "x = 1 ALIAS PER_ASG_JOB_NAME AS a"),
    ("misuse-of-assignment", '"PAYROLL_ID" = 1 RETURN "PAYROLL_ID"'),
    ("misuse-of-assignment", "INPUTS ARE PAYROLL_ID PAYROLL_ID = 1"),
    ("misuse-of-assignment", "INPUTS ARE a a = 1 l_job_name = 'x'"),
    ("misuse-of-assignment", '"PER_ASG_JOB_NAME" = 1 RETURN "PER_ASG_JOB_NAME"'),
    ("misuse-of-alias", "ALIAS PER_ASG_JOB_NAME AS job x = job"),
    ("misuse-of-alias", "ALIAS XX_NIGHT_SHIFT_PAY AS pay x = pay"),
    ("misuse-of-alias", "ALIAS PER_ASG_JOB_NAME AS a a = 'x'"),
    ("misuse-of-default", "DEFAULT FOR a IS 0 INPUTS ARE a x = a"),
    ("misuse-of-default", "DEFAULT FOR XX_NIGHT_SHIFT_PAY IS 0 x = XX_NIGHT_SHIFT_PAY"),
    ("misuse-of-default", "ALIAS PER_ASG_JOB_NAME AS j DEFAULT FOR j IS ' ' x = j"),
    (
        "misuse-of-default",
        "DEFAULT_DATA_VALUE FOR PER_HIST_ASG_ASSIGNMENT_ID IS 0"
        " x = PER_HIST_ASG_ASSIGNMENT_ID[1]",
    ),
    ("exit-outside-loop", "WHILE 1 = 1 LOOP EXIT"),
    ("exit-outside-loop", "WHILE 1 = 1 LOOP ( IF 1 = 2 THEN x = 1 ELSE EXIT )"),
    (
        "exit-outside-loop",
        "WHILE 1 = 1 LOOP CHANGE_CONTEXTS(PAYROLL_ID = 1) ( x = 1 EXIT )",
    ),
    ("misuse-of-context", "IF CONTEXT_IS_SET(PAYROLL_ID) THEN x = 1"),
    ("misuse-of-context", "INPUTS ARE PAYROLL_ID x = PAYROLL_ID"),
    ("misuse-of-context", '"PAYROLL_ID" = 1 x = GET_CONTEXT(PAYROLL_ID, 0)'),
    ("misuse-of-context", "RETURN PAYROLL_ID"),
    ("mixed-quoting", '"a b" = 1 x = "a b"'),
    ("mixed-quoting", "A = 1 x = a"),
    ("mixed-quoting", '"PAYROLL_ID" = 1 x = GET_CONTEXT(PAYROLL_ID, 0)'),
    ("repeated-declaration", "DEFAULT FOR a IS 0 DEFAULT FOR b IS 0 INPUTS ARE a, b"),
    ("repeated-declaration", "DEFAULT FOR a IS 0 INPUTS ARE a"),
    (
        "repeated-declaration",
        "DEFAULT FOR PER_EXT_CONT_SEX IS EMPTY_TEXT_NUMBER"
        " DEFAULT_DATA_VALUE FOR PER_EXT_CONT_SEX IS 'M'",
    ),
    ("date-literal", "x = '0001/01/01 00:00:00' (DATE) y = '4712/12/31' (date)"),
    ("date-literal", "x = '4-FEB-1989' (DATE) y = '2024/02/29' (DATE)"),
    ("date-literal", "x = '2024-01-01T08:00:00.000Z' (DATE)"),
    ("date-literal", "x = '2024-01-01 08:00:00' (DATE) y = 'tomorrow'"),
    ("was-found", "DEFAULT FOR a IS 1 INPUTS ARE a IF a WAS DEFAULTED THEN x = 1"),
    ("was-found", "found = 1 RETURN found"),
    ("was-found", "x = 'WAS FOUND' /* was found */"),
    ("null-argument", "x = ISNULL(' ')"),
    ("null-argument", "x = 'NULL' y = UPPER('NULL')"),
    ("null-argument", "l_null = ' ' x = UPPER(l_null)"),
    ("bare-call", "l_log = ESS_LOG_WRITE('x')"),
    ("bare-call", "SET_INPUT('A', 1) EXECUTE('B') x = GET_OUTPUT('C', 0)"),
    ("bare-call", "WSA_SET('A', 1) WSA_DELETE"),
    ("array-methods", "a[1] = 1 x = a.FIRST(0) y = a.COUNT z = a.NEXT(1, -1)"),
    ("array-methods", "a[1] = 1 x = a.LAST(-1)"),
    ("array-methods", "first = 1 x = first"),
    ("empty-block", "IF 1 = 1 THEN ( x = 1 )"),
    ("empty-block", "IF (1 = 1) THEN ( x = ((1)) )"),
    ("empty-block", "IF ((1 = 1)) THEN x = 1 ELSE ( y = (2) )"),
    ("invalid-name", f"{LONG[:255]} = 1"),
    ("invalid-name", "count = 1 x = count"),
    ("invalid-name", '"using" = 1'),
    (
        "returned-item",
        "DEFAULT FOR PER_ASG_JOB_NAME IS ' ' x = PER_ASG_JOB_NAME RETURN x",
    ),
    ("returned-item", '"PER_ASG_JOB_NAME" = 1 RETURN "PER_ASG_JOB_NAME"'),
    ("returned-item", "INPUTS ARE PER_ASG_JOB_NAME RETURN PER_ASG_JOB_NAME"),
    ("missing-default", "DEFAULT FOR PER_ASG_JOB_NAME IS ' ' x = PER_ASG_JOB_NAME"),
    (
        "missing-default",
        "ALIAS PER_ASG_JOB_NAME AS j DEFAULT FOR j IS ' ' x = PER_ASG_JOB_NAME",
    ),
    ("missing-default", "x = REGULAR_PAY_ASG_RUN RETURN x"),
    ("missing-default", "x = PER_HIST_ASG_ASSIGNMENT_ID.COUNT RETURN x"),
    (
        "missing-default",
        "DEFAULT_DATA_VALUE FOR PER_HIST_ASG_ASSIGNMENT_ID IS 0"
        " x = PER_HIST_ASG_ASSIGNMENT_ID[1]",
    ),
    ("uninitialized-variable", "x = 1 y = x RETURN y, z"),
    ("uninitialized-variable", "IF 1 = 2 THEN x = 1 y = x"),
    ("uninitialized-variable", "i = 1 WHILE i < 3 LOOP ( IF i = 2 THEN y = x x = i )"),
    ("uninitialized-variable", "x = GET_CONTEXT(PAYROLL_ID, 0) y = PAYROLL_ID"),
    ("other-product", "a[1] = 1 WHILE a.COUNT < 2 LOOP a[2] = 1"),
)


@pytest.mark.parametrize(("rule", "text"), SILENT)
def test_a_near_miss_is_left_alone(rule: str, text: str) -> None:
    assert told(rule, text) == []


IN_A_POD = (
    ("missing-default", "x = XX_GRADE_STEP RETURN x", ["error: XX_GRADE_STEP"]),
    ("missing-default", "x = XX_JOB_LEVEL + XX_MINIMUM_WAGE RETURN x", []),
    ("missing-default", "DEFAULT FOR XX_GRADE_STEP IS 1 x = XX_GRADE_STEP", []),
    ("misuse-of-alias", "ALIAS XX_GRADE_STOP AS s x = s", ["error: XX_GRADE_STOP"]),
    ("misuse-of-alias", "ALIAS XX_MINIMUM_WAGE AS w x = w", []),
    (
        "misuse-of-alias",
        "ALIAS XX_JOB_LEVEL AS XX_GRADE_STEP",
        ["error: XX_GRADE_STEP"],
    ),
    ("misuse-of-assignment", "XX_MINIMUM_WAGE = 1", ["error: XX_MINIMUM_WAGE"]),
    ("uninitialized-variable", "x = XX_HOURLY_RATE", ["error: XX_HOURLY_RATE"]),
    ("uninitialized-variable", "ALIAS XX_GRADE_STOP AS s x = s", []),
    (
        "misuse-of-default",
        "DEFAULT FOR XX_GRADE_STOP IS 0 x = XX_GRADE_STOP",
        ["error: XX_GRADE_STOP"],
    ),
    (
        "misuse-of-default",
        "DEFAULT_DATA_VALUE FOR XX_STEPS IS 0 x = XX_STEPS[1]",
        ["error: XX_STEPS"],
    ),
    ("misuse-of-default", "DEFAULT FOR x IS 0 x = XX_GRADE_STEP", ["warning: x"]),
    ("misuse-of-default", "DEFAULT FOR b IS 0 INPUTS ARE b x = b", []),
)


@pytest.mark.parametrize(("rule", "text", "expected"), IN_A_POD)
def test_a_complete_catalogue_makes_it_certain(
    rule: str, text: str, expected: list[str]
) -> None:
    assert told(rule, text, POD) == expected


PRODUCTS = (
    ("a[1] = 1 b[2] = a.COUNT", EBS, ["warning: ["]),
    ("CHANGE_CONTEXTS(PAYROLL_ID = 1) x = 1", EBS, ["warning: CHANGE_CONTEXTS"]),
    ("x = GET_CONTEXT(PAYROLL_ID, 0)", EBS, ["warning: GET_CONTEXT"]),
    ("x = 1 # one\nx = 2 # two", EBS, ["warning: # one"]),
    ("x = '#' /* # */", EBS, []),
    ("DEFAULT FOR a IS 0 INPUTS ARE a IF a > 1 THEN x = ROUND(a, 2)", EBS, []),
    ("x = 1 # one", FUSION, []),
)


@pytest.mark.parametrize(("text", "environment", "expected"), PRODUCTS)
def test_what_the_other_product_has_is_told_once(
    text: str, environment: Environment, expected: list[str]
) -> None:
    assert told("other-product", text, environment) == expected


def test_a_context_of_the_other_product_is_an_ordinary_name() -> None:
    text = "LEGISLATIVE_DATA_GROUP_ID = 1"
    assert told("misuse-of-assignment", text, FUSION)
    assert not told("misuse-of-assignment", text, EBS)


MENDED = (
    (
        "x = a\nDEFAULT FOR a IS 0\nINPUTS ARE a\nRETURN x\n",
        "DEFAULT FOR a IS 0\nINPUTS ARE a\nx = a\nRETURN x\n",
    ),
    (
        "INPUTS ARE a\nINPUTS ARE b (TEXT), c\nx = a\n",
        "INPUTS ARE a, b (TEXT), c\nx = a\n",
    ),
    (
        "/* Pay */\nx = PER_ASG_JOB_NAME\nRETURN x\n",
        "/* Pay */\nDEFAULT FOR PER_ASG_JOB_NAME IS ' '\nx = PER_ASG_JOB_NAME\n"
        "RETURN x\n",
    ),
    (
        "DEFAULT FOR a IS 0\nINPUTS ARE a\nx = PER_EXT_CONT_SEX[a]\nRETURN x\n",
        "DEFAULT FOR a IS 0\nDEFAULT_DATA_VALUE FOR PER_EXT_CONT_SEX IS ' '\n"
        "INPUTS ARE a\nx = PER_EXT_CONT_SEX[a]\nRETURN x\n",
    ),
    (
        "DEFAULT FOR l_x IS 5\nINPUTS ARE a\nl_x = l_x + a\nRETURN l_x\n",
        "INPUTS ARE a\nl_x = 5\nl_x = l_x + a\nRETURN l_x\n",
    ),
    (
        "a = 1\nIF PAYROLL_ID = 1 THEN a = PAYROLL_ID\nRETURN a\n",
        "a = 1\nIF GET_CONTEXT(PAYROLL_ID, 0) = 1 THEN a = GET_CONTEXT(PAYROLL_ID, 0)\n"
        "RETURN a\n",
    ),
    (
        "PAYROLL_ID = 1\na = 2\nRETURN a\n",
        "CHANGE_CONTEXTS(PAYROLL_ID = 1) (\na = 2\nRETURN a\n)\n",
    ),
    ("x = '2024-02-01' (DATE)\nRETURN x\n", "x = '2024/02/01' (DATE)\nRETURN x\n"),
    (
        "x = GET_CONTEXT(PERSON_ID)\nRETURN x\n",
        "x = GET_CONTEXT(PERSON_ID, 0)\nRETURN x\n",
    ),
)


@pytest.mark.parametrize(("before", "after"), MENDED)
def test_the_fix_of_the_worst_gives_what_is_meant(before: str, after: str) -> None:
    order = list(Severity)
    found = [each for each in run(before) if each.fixes]
    worst = min(found, key=lambda each: order.index(each.severity))
    assert apply_edits(before, worst.fixes[0].edits) == after


def test_exact_repetitions_and_late_aliases_are_mended_unseen() -> None:
    before = (
        "DEFAULT FOR PER_ASG_FTE_VALUE IS 1\n"
        "ALIAS PER_ASG_FTE_VALUE AS fte\n"
        "DEFAULT FOR PER_ASG_FTE_VALUE IS 1\n"
        "pay = fte\n"
        "RETURN pay\n"
    )
    assert mend(before, run).text == (
        "ALIAS PER_ASG_FTE_VALUE AS fte\n"
        "DEFAULT FOR PER_ASG_FTE_VALUE IS 1\n"
        "pay = fte\n"
        "RETURN pay\n"
    )


def test_a_syntax_error_silences_only_the_names_beside_it() -> None:
    text = (
        "INPUTS ARE hours (NUMBER)\n"
        "IF hours > 3 THN\n"
        "    pay = hours\n"
        "total = pay * l_rate\n"
        "bonus := l_base\n"
        "extra = l_base * 2\n"
        "RETURN pay, total, bonus, extra\n"
    )
    assert told("uninitialized-variable", text) == ["error: l_rate"]


EVERYTHING = (
    "ALIAS PER_ASG_JOB_NAME AS job\nDEFAULT FOR job IS ' '\n"
    "DEFAULT FOR job IS ' '\nDEFAULT_DATA_VALUE FOR l_x IS 0\n"
    "INPUTS ARE a (NUMBER), b, a\nNEED_CONTEXT(PAYROLL_ID)\n"
    "l_x = GET_CONTEXT(PAYROLL_ID, 0) + PERSON_ID\n"
    "CHANGE_CONTEXTS(PAYROLL_ID = 2, zz = 3) ( ( EXIT ) )\n"
    'PER_ASG_GRADE_NAME = UPPER(NULL) "l_x" = 1\n'
    "d = '2024-13-01' (DATE) e = c.FIRST f = c.PREVIOUS(1, 2)\n"
    "IF job WAS FOUND THEN ( ) ELSE ESS_LOG_WRITE('x')\n"
    "INPUTS ARE q\nRETURN d, PER_ASG_JOB_NAME\n"
)


@pytest.mark.parametrize("environment", [PLAIN, EBS, POD])
def test_no_rule_breaks_on_a_formula_half_typed(environment: Environment) -> None:
    for end in range(len(EVERYTHING)):
        run(EVERYTHING[:end], environment)
