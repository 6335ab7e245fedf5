"""What is said about the word under the cursor."""

from collections.abc import Callable

import pytest
from fastformula import Parsed
from fastformula.editor.hover import hover

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
    found = hover(parsed, offset)
    assert found is not None
    assert found.span.text_in(parsed.text) == word
    for piece in said:
        assert piece in found.markdown


UNKNOWN = {
    "a name": "l_p$0ay = 1",
    "a name that is a word elsewhere": "cou$0nt = a.COUNT",
    "a type as a name": "x = tex$0t || 'a'",
    "a function's name that is not called": "x = rou$0nd + 1",
    "a function that is not known": "x = MY_FUN$0CTION(1)",
    "a text": "x = 'WHI$0LE'",
    "a quoted name": 'x = "WHI$0LE"',
    "a comment": "/* WHI$0LE */ x = 1",
    "a number": "x = 1$02",
    "a blank": "x =  $0  1",
    "nothing at all": "$0",
}


@pytest.mark.parametrize("marked", UNKNOWN.values(), ids=UNKNOWN)
def test_nothing_is_said(sample: Sample, marked: str) -> None:
    assert hover(*sample(marked)) is None
