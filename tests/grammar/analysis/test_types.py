"""The types of variables and expressions, and what does not fit."""

import pytest
from fastformula import apply_edits, parse
from fastformula.analysis import Analysis, analyze


def read(marked: str) -> tuple[Analysis, tuple[int, int] | None]:
    """A formula, and the part of it that is marked by `«` and `»`."""
    text = marked.replace("«", "").replace("»", "")
    analysis = analyze(parse(text))
    assert not analysis.parsed.errors
    if "«" not in marked:
        return analysis, None
    start = marked.index("«")
    return analysis, (start, marked.index("»") - 1)


@pytest.mark.parametrize(
    ("kind", "formula"),
    [
        ("NUMBER", "x = 1"),
        ("TEXT", "x = 'a'"),
        ("DATE", "x = '2024/01/31' (DATE)"),
        ("NUMBER_TEXT", "x = EMPTY_NUMBER_TEXT"),
        ("NUMBER", "x = -(1 + 2) * 3"),
        ("TEXT", "x = 'a' || 'b'"),
        ("TEXT", "x = 'a' + 'b'"),
        ("TEXT", "x = TO_CHAR(1)"),
        ("DATE", "INPUTS ARE d (DATE) x = ADD_DAYS(d, 1)"),
        ("DATE", "INPUTS ARE d (DATE) x = GREATEST(d, d)"),
        ("NUMBER", "x = GREATEST(1, 2)"),
        ("NUMBER_NUMBER", "x[1] = 1"),
        ("TEXT_TEXT", "x['a'] = 'b'"),
        ("DATE_NUMBER", "INPUTS ARE d (DATE) x[1] = d"),
        ("TEXT", "INPUTS ARE a (TEXT_NUMBER) x = a[1]"),
        ("NUMBER", "INPUTS ARE a (TEXT_NUMBER) x = a.FIRST(0)"),
        ("TEXT", "INPUTS ARE a (NUMBER_TEXT) x = a.NEXT('A', ' ')"),
        ("NUMBER", "INPUTS ARE a (NUMBER_TEXT) x = a.COUNT"),
        ("NUMBER_TEXT", "INPUTS ARE a (NUMBER_TEXT) x = a"),
        ("NUMBER", "x = GET_CONTEXT(PERSON_ID, 0)"),
        ("DATE_TEXT", "x = WSA_GET('DATES', EMPTY_DATE_TEXT)"),
        ("TEXT", "EXECUTE('F') x = GET_OUTPUT('A', ' ')"),
        ("TEXT", "CALL_FORMULA('F', x < 'A' DEFAULT ' ')"),
        ("NUMBER", "x (NUMBER) = 1"),
        ("TEXT", "DEFAULT FOR x IS ' ' x = 'a'"),
        ("NUMBER", "INPUTS ARE x"),
        ("TEXT", "DEFAULT FOR x IS ' ' INPUTS ARE x"),
        ("DATE", "INPUTS ARE x (DATE)"),
        ("DATE_NUMBER", "DEFAULT_DATA_VALUE FOR x IS '2024/01/31' (DATE) y = x[1]"),
        (None, "x = SOMETHING_ASG_RUN"),
        ("NUMBER", "y = SOMETHING_ASG_RUN x = 2"),
    ],
)
def test_a_variable_has_the_type_of_what_it_is_first_given(
    kind: str | None, formula: str
) -> None:
    analysis, _ = read(formula)
    symbol = analysis.symbols["X"]
    assert (symbol.type if symbol.is_sure else None) == kind
    assert not analysis.problems


@pytest.mark.parametrize(
    ("rule", "formula"),
    [
        ("operator-types", "x = «'a'» * 2"),
        ("operator-types", "x = 1 - «'a'»"),
        ("operator-types", "x = «1 + 'a'»"),
        ("operator-types", "x = 'a' || «1»"),
        ("operator-types", "x = 'a' || 'b' || «2» || 'c' || 'd'"),
        ("operator-types", "INPUTS ARE d (DATE) x = «d» + 1"),
        ("operator-types", "INPUTS ARE d (DATE) x = 'Day ' || «d»"),
        ("operator-types", "INPUTS ARE a (NUMBER_NUMBER) x = «a» + 1"),
        ("operator-types", "x = -«'a'»"),
        ("operator-types", "INPUTS ARE a IF «a = 'x'» THEN y = 1"),
        ("operator-types", "INPUTS ARE a WHILE NOT («a > 'x'») LOOP EXIT"),
        ("operator-types", "INPUTS ARE a IF «a» LIKE 'x%' THEN y = 1"),
        ("operator-types", "INPUTS ARE a (NUMBER_NUMBER) IF «a» = a THEN y = 1"),
        ("inconsistent-types", "x = 1 x = «'a'»"),
        ("inconsistent-types", "INPUTS ARE d (DATE) d = «1»"),
        ("inconsistent-types", "DEFAULT FOR x IS 0 INPUTS ARE x x = «'a'»"),
        ("inconsistent-types", "x[1] = 1 x[2] = «'a'»"),
        ("inconsistent-types", "x[1] = 1 x[«'b'»] = 2"),
        ("inconsistent-types", "INPUTS ARE a (NUMBER_TEXT) x = a[«1»]"),
        ("inconsistent-types", "INPUTS ARE a (NUMBER_TEXT) x = a.FIRST(«1»)"),
        (
            "inconsistent-types",
            "INPUTS ARE a (NUMBER_TEXT) IF a.EXISTS(«1») THEN x = 1",
        ),
        ("inconsistent-types", "x = 1 y = «x»[1]"),
        ("inconsistent-types", "x = 1 y = «x».COUNT"),
        ("inconsistent-types", "x = GET_CONTEXT(PERSON_ID, «' '»)"),
        ("inconsistent-types", "CHANGE_CONTEXTS(EFFECTIVE_DATE = «1») x = 1"),
        ("inconsistent-types", "x = 1 CALL_FORMULA('F', x < 'A' DEFAULT «' '»)"),
        ("inconsistent-types", "x (DATE) = «1»"),
        ("unknown-function", "x = «ROUNDD»(1)"),
        ("unknown-function", "x = ROUND(«'abc'», 2)"),
        ("unknown-function", "x = «ROUND(1, 2, 3)»"),
        ("unknown-function", "x = «GET_CONTEXT(PERSON_ID)»"),
        ("unknown-function", "x = SUBSTR(«12», 1)"),
        ("unknown-function", "x = ADD_DAYS(«'2024/01/31'», 1)"),
        ("unknown-function", "INPUTS ARE a (NUMBER_NUMBER) x = «a»(1)"),
        ("misuse-of-context", "x = GET_CONTEXT(«1», 0)"),
    ],
)
def test_what_does_not_fit_is_found_once_where_it_stands(
    rule: str, formula: str
) -> None:
    analysis, marked = read(formula)
    assert [(each.rule, tuple(each.span)) for each in analysis.problems] == [
        (rule, marked)
    ]


@pytest.mark.parametrize(
    ("formula", "mended"),
    [
        ("x = 'a' || 1", "x = 'a' || TO_CHAR(1)"),
        ("x = 1 + 'a'", "x = TO_CHAR(1) + 'a'"),
        ("x = 2 * '3'", "x = 2 * TO_NUMBER('3')"),
        (
            "INPUTS ARE a IF a = '5' THEN x = 1",
            "INPUTS ARE a IF a = TO_NUMBER('5') THEN x = 1",
        ),
        ("x = ROUNDD(1)", "x = ROUND(1)"),
        (
            "INPUTS ARE a (NUMBER_NUMBER) x = a(1)",
            "INPUTS ARE a (NUMBER_NUMBER) x = a[1]",
        ),
        ("x = SUBSTR(12, 1)", "x = SUBSTR(TO_CHAR(12), 1)"),
    ],
)
def test_a_fix_makes_it_fit(formula: str, mended: str) -> None:
    (problem,) = analyze(parse(formula)).problems
    assert apply_edits(formula, problem.fixes[0].edits) == mended
    assert not analyze(parse(mended)).problems


def test_the_first_use_is_pointed_at() -> None:
    text = "x = 1 x = 'a'"
    (problem,) = analyze(parse(text)).problems
    (related,) = problem.related
    assert related.span.text_in(text) == "x"
    assert "a number" in related.message
