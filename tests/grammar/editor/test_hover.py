"""What is said about the word under the cursor."""

from collections.abc import Callable

import pytest
from fastformula import Parsed
from fastformula.analysis import analyze
from fastformula.editor.hover import LastValues, hover

Sample = Callable[[str], tuple[Parsed, int]]

KNOWN = {
    "a function": (
        "l_pay = RO$0UND(12.345, 2)",
        "ROUND",
        [
            "ROUND(m: NUMBER, [n: NUMBER]): NUMBER",
            "ROUND(d: DATE, [format: TEXT]): DATE",
            "support.oracle.com",
        ],
    ),
    "in lower case, with the cursor behind it": (
        "l_pay = round$0 (12.345, 2)",
        "round",
        ["ROUND(m: NUMBER"],
    ),
    "in a text that does not parse": (
        "l_pay = := GREAT$0EST(1, 2",
        "GREATEST",
        ["Latest date.", "Largest of the numbers."],
    ),
    "what it needs and hands back": (
        "x = GET_ENRT_DT$0LS('Plan', s, e, l)",
        "GET_ENRT_DTLS",
        ["Needs the contexts", "`HR_ASSIGNMENT_ID`", "Hands back values in `start`"],
    ),
    "how sure the table is": (
        "x = RATE_EN$0GINE('D', 1, 1, 1, 1, 'P', 'M')",
        "RATE_ENGINE",
        ["deduced, not documented", "Fusion Cloud HCM only"],
    ),
    "a function of the other product": (
        "x = LOOP_CON$0TROL('F')",
        "LOOP_CONTROL",
        ["E-Business Suite only"],
    ),
    "another name": ("x = TRUN$0CATE(1.5)", "TRUNCATE", ["Another name of `TRUNC`"]),
    "a statement": (
        "/* 😀 */ WHI$0LE x < 1 LOOP x = x + 1",
        "WHILE",
        ["**WHILE**", "no END LOOP", "WHILE condition LOOP statement", "l_total"],
    ),
    "a keyword before parentheses": (
        "CHANGE_CON$0TEXTS(EFFECTIVE_DATE = d) x = 1",
        "CHANGE_CONTEXTS",
        ["**CHANGE_CONTEXTS**", "other values of contexts"],
    ),
    "an operator before parentheses": (
        "IF NO$0T (a = 1) THEN b = 1",
        "NOT",
        ["**NOT**"],
    ),
    "a built-in call": (
        "IF WSA_EX$0ISTS('RATES') THEN x = 1",
        "WSA_EXISTS",
        ["WSA_EXISTS(item: TEXT, [type: TEXT])", "WSA_EXISTS('RATES', 'NUMBER_TEXT')"],
    ),
    "a built-in call without parentheses": ("WSA_DEL$0ETE", "WSA_DELETE", ["item"]),
    "a method": ("x = a.FIR$0ST(-1)", "FIRST", ["array.FIRST", "l_hours.FIRST(-1)"]),
    "a method without parentheses": ("x = a.cou$0nt", "count", ["array.COUNT: NUMBER"]),
    "a method that has no entry of its own": (
        "x = a.PREV$0IOUS(1, 2)",
        "PREVIOUS",
        ["PRIOR"],
    ),
    "a type": ("INPUTS ARE a (TE$0XT)", "TEXT", ["**TEXT**", "Characters"]),
    "the type of a literal": ("d = '2024/01/01' (DA$0TE)", "DATE", ["**DATE**"]),
    "a constant": ("a = EMPTY_TEXT$0_NUMBER", "EMPTY_TEXT_NUMBER", ["no elements"]),
}


@pytest.mark.parametrize("marked, word, said", KNOWN.values(), ids=KNOWN)
def test_hover(sample: Sample, marked: str, word: str, said: list[str]) -> None:
    parsed, offset = sample(marked)
    found = hover(analyze(parsed), offset)
    assert found is not None
    assert found.span.text_in(parsed.text) == word
    for piece in said:
        assert piece in found.markdown


NAMES = {
    "a local": (
        "/* 😀 */ l_pay = 1\nl_pay = 2\nRETURN l_p$0ay",
        "l_pay",
        ["l_pay (NUMBER)", "Local variable. Returned.", "in line 1, 2."],
    ),
    "a name that is a word elsewhere": ("cou$0nt = 1", "count", ["Local variable."]),
    "a function's name that is not called": ("x = rou$0nd + 1", "round", ["Local"]),
    "an array": (
        "hours['MON'] = 8 x = hou$0rs['MON']",
        "hours",
        ["hours (NUMBER_TEXT)", "An array of numbers, each found by a text."],
    ),
    "a quoted name": ('"WHI$0LE" = 1', '"WHILE"', ["Local variable."]),
    "an input": (
        "DEFAULT FOR hours IS 40 INPUTS ARE hours x = ho$0urs",
        "hours",
        ["hours (NUMBER)", "Input.", "Where it is missing: `40`."],
    ),
    "an input that its type hands over": (
        "/* Formula Type: Global Absence Accrual */\n"
        "INPUTS ARE IV_ACCR$0UALPERIODSTARTDATE (DATE)",
        "IV_ACCRUALPERIODSTARTDATE",
        ["Formulas of the type Global Absence Accrual are handed it"],
    ),
    "an item": (
        "x = PER_ASG_GRADE_NA$0ME",
        "PER_ASG_GRADE_NAME",
        ["PER_ASG_GRADE_NAME (TEXT)", "Database item."],
    ),
    "an alias": (
        "ALIAS PER_ASG_GRADE_NAME AS grade x = gra$0de",
        "grade",
        ["PER_ASG_GRADE_NAME (TEXT)", "Also called `grade` here."],
    ),
    "an item on trust": (
        "x = XX_BONUS_ASG_R$0UN",
        "XX_BONUS_ASG_RUN",
        ["Database item.", "Nobody here knows it"],
    ),
    "a context": (
        "x = GET_CONTEXT(PERSO$0N_ID, 0)",
        "PERSON_ID",
        ["PERSON_ID (NUMBER)", "Context.", "Source"],
    ),
    "a context that is none": ("x = GET_CONTEXT(PERSOM$0_ID, 0)", "PERSOM_ID", ["no"]),
}


@pytest.mark.parametrize("marked, word, said", NAMES.values(), ids=NAMES)
def test_hover_on_a_name(
    sample: Sample, marked: str, word: str, said: list[str]
) -> None:
    parsed, offset = sample(marked)
    found = hover(analyze(parsed), offset)
    assert found is not None
    assert found.span.text_in(parsed.text) == word
    for piece in said:
        assert piece in found.markdown


UNKNOWN = {
    "a function that is not known": "x = MY_FUN$0CTION(1)",
    "a text": "x = 'WHI$0LE'",
    "a comment": "/* WHI$0LE */ x = 1",
    "a number": "x = 1$02",
    "a blank": "x =  $0  1",
    "nothing at all": "$0",
}


@pytest.mark.parametrize("marked", UNKNOWN.values(), ids=UNKNOWN)
def test_nothing_is_said(sample: Sample, marked: str) -> None:
    parsed, offset = sample(marked)
    assert hover(analyze(parsed), offset) is None


HELD = {
    "a local": ("l_p$0ay = 1", "In the last run: `37.5`"),
    "in any case": ("L_PAY = 1 x = l_p$0ay", "In the last run: `37.5`"),
    "a text with marks of its own": ("note$0 = 'a'", "In the last run: ``'a`b'``"),
    "an item by its own name": ("x = PER_ASG_GRADE$0_NAME", "In the last run: `'G'`"),
    "nothing of a name without a value": ("oth$0er = 1", ""),
    "nothing of a function": ("x = ROU$0ND(l_pay, 2)", ""),
}


@pytest.mark.parametrize(("marked", "said"), HELD.values(), ids=HELD)
def test_what_a_name_held_in_a_run_is_said_last(
    sample: Sample, marked: str, said: str
) -> None:
    values = {"L_PAY": "37.5", "NOTE": "'a`b'", "PER_ASG_GRADE_NAME": "'G'"}
    parsed, offset = sample(marked)
    last = LastValues("In the last run", values)
    found = hover(analyze(parsed), offset, last)
    assert found is not None
    assert found.markdown.endswith(said)
    assert ("In the last run" in found.markdown) is bool(said)
