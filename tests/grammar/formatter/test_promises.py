"""Whatever the text: its words, comments and meaning stay, and once is enough.

`FASTFORMULA_SOAK=1` takes the whole corpus and each prefix of fifty of its formulas;
the plain run takes samples.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable

import pytest
from fastformula import Parsed, Severity, parse
from fastformula.formatter import Style, format_text, formatting
from fastformula.syntax import children, tokenize, trivia, walk
from fastformula.syntax.visit import field_names
from hypothesis import given
from hypothesis import strategies as st

SOAK = os.environ.get("FASTFORMULA_SOAK") == "1"

STYLES = (
    Style(),
    Style("lower", "keep", 4, 60, "header-end", "first", False),
    Style("keep", "lower", 1, 20, "own-line", "first", True),
)


def words(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text_in(text).upper()) for token in tokenize(text)]


def literals(text: str) -> list[str]:
    kinds = ("TEXT", "OPEN_TEXT", "CURLY_TEXT", "QNAME")
    return [each.text_in(text) for each in tokenize(text) if each.kind in kinds]


def comments(text: str) -> list[str]:
    pieces = (piece for token in tokenize(text) for piece in trivia(text, token))
    return [
        "".join(piece.span.text_in(text).split())
        for piece in pieces
        if piece.kind != "blank"
    ]


def shape(parsed: Parsed) -> list[object]:
    rows = []
    for node in walk(parsed.tree):
        own = [getattr(node, name) for name in field_names(type(node))]
        said = [each.upper() for each in own if isinstance(each, str)]
        rows.append((type(node), len(list(children(node))), said))
    return rows


def is_broken(text: str) -> bool:
    return any(each.severity is Severity.ERROR for each in parse(text).errors)


def check(text: str, style: Style = STYLES[0], *, may_refuse: bool = False) -> str:
    parsed = parse(text)
    formatted = format_text(parsed, style)
    result = formatted.text
    assert may_refuse or not formatted.refusal, f"{formatted.refusal}\n{text}"
    assert words(result) == words(text)
    assert literals(result) == literals(text)
    assert comments(result) == comments(text)
    after = parse(result)
    assert shape(after) == shape(parsed)
    assert format_text(after, style).text == result
    return result


def check_all(texts: Iterable[str]) -> None:
    for number, text in enumerate(texts):
        check(text, STYLES[number % len(STYLES)])


def test_our_own_formulas(own_formulas: dict[str, str]) -> None:
    for style in STYLES:
        for text in own_formulas.values():
            check(text, style)


@pytest.mark.soak
def test_the_corpus(corpus: dict[str, str]) -> None:
    texts = list(corpus.values())
    if SOAK:
        for style in STYLES:
            for text in texts:
                check(text, style)
    else:
        check_all(random.Random(1).sample(texts, 40))


@pytest.mark.soak
def test_prefixes_of_the_corpus(corpus: dict[str, str]) -> None:
    dice = random.Random(2)
    count = refused = 0
    texts = [text for text in corpus.values() if SOAK or len(text) < 4000]
    for text in dice.sample(texts, 50):
        ends = [token.end for token in tokenize(text)]
        for end in ends if SOAK else dice.sample(ends, 2):
            style = STYLES[count % len(STYLES)]
            check(text[:end], style, may_refuse=is_broken(text[:end]))
            refused += bool(format_text(parse(text[:end]), style).refusal)
            count += 1
    # Now and then only the layout tells where a bracket is missing.
    assert refused <= count // 100


VOCABULARY = """
    IF THEN ELSE WHILE LOOP ( ( ( ) ) ) [ ] , , . = = <> < > >= AND OR NOT LIKE WAS
    DEFAULTED RETURN EXIT x y count "q" F GET_CONTEXT 1 .5 'text' 'it''s' + - - * / ||
    DEFAULT FOR IS ALIAS AS INPUTS ARE CALL_FORMULA CHANGE_CONTEXTS WSA_EXISTS EXISTS
    FIRST DATE (DATE) EMPTY_TEXT_NUMBER ; := == END ELSIF NULL { } ' " /* */ -- //
    """.split()
BETWEEN = [
    " ",
    "",
    "\n",
    "\n\n\n",
    "\t",
    "\r\n",
    "/* c */",
    "\n/* a\n  b */\n",
    " # h\n",
]
STATEMENTS = [
    "x = 1",
    "y = F(x, 2) || 'text'",
    "IF x = 1 AND y = 2 THEN (x = 2) ELSE y = 3",
    "IF x = 1 THEN",
    "WHILE a.EXISTS(x) LOOP (x = a.NEXT(x, -1))",
    "DEFAULT FOR x IS 0",
    "CALL_FORMULA('F', x > 'A', y < 'B' DEFAULT 0)",
    "CHANGE_CONTEXTS(A = 1) (x = 1",
    ")",
    "RETURN x, y",
]


@given(
    st.lists(st.tuples(st.sampled_from(VOCABULARY), st.sampled_from(BETWEEN))),
    st.sampled_from(STYLES),
)
def test_any_words(pieces: list[tuple[str, str]], style: Style) -> None:
    text = "".join(word + blank for word, blank in pieces)
    check(text, style, may_refuse=is_broken(text))


@given(
    st.lists(
        st.tuples(st.sampled_from(STATEMENTS), st.sampled_from(BETWEEN)), max_size=8
    ),
    st.sampled_from(STYLES),
)
def test_any_statements(pieces: list[tuple[str, str]], style: Style) -> None:
    text = "".join(word + blank + " " for word, blank in pieces)
    check(text, style, may_refuse=is_broken(text))


@given(st.text())
def test_any_text(text: str) -> None:
    check(text, may_refuse=is_broken(text))


def test_nesting_of_any_depth_is_no_failure() -> None:
    check("x = " + "(" * 2000 + "1" + ")" * 2000)
    check("x = " + "F(" * 400 + "'a text', 'another'" + ")" * 400)
    check("x = " + " || ".join(["'text'"] * 3000))
    check("IF a = 1 THEN x = 1\n" + "ELSE IF a = 1 THEN x = 1\n" * 1500)
    check("IF a = 1 THEN (\n" * 300 + "x = 1" + ")" * 300)


def test_line_ends_stay_as_they_are() -> None:
    assert check("x=1\r\n\r\ny=2") == "x = 1\r\n\r\ny = 2\r\n"
    assert check("x=1\ry=2") == "x = 1\ry = 2\r"
    assert check("if a=1 then\r\n/* a\r\n   b */\r\nx=1\r\n") == (
        "IF a = 1 THEN\r\n  /* a\r\n     b */\r\n  x = 1\r\n"
    )


def test_little_texts() -> None:
    assert check("") == check(" \n\n") == ""
    assert check("/* only a remark */") == "/* only a remark */\n"
    assert check("\n\n# one\n\n\n\n\n# two  ") == "# one\n\n\n# two  \n"
    assert check("RETURN") == "RETURN\n"


def test_words_that_must_not_touch_do_not() -> None:
    # Two signs would be a comment to those who know SQL.
    assert check("x = - - 1\ny = a - -1") == "x = - -1\ny = a - -1\n"
    assert check("x = - + - a") == "x = - + -a\n"


def test_case_is_changed_only_where_it_means_nothing() -> None:
    text = 'if count=1 then "Count" = round(Date_Value, l_Count.first(1))'
    upper = 'IF count = 1 THEN\n  "Count" = ROUND(Date_Value, l_Count.FIRST(1))\n'
    assert check(text) == upper
    kept = 'if count = 1 then\n  "Count" = round(Date_Value, l_Count.first(1))\n'
    assert check(text, Style(keywords="keep", functions="keep")) == kept


def test_an_else_stays_with_its_if() -> None:
    assert check("IF a=1 THEN IF b=1 THEN x=1 ELSE x=2") == (
        "IF a = 1 THEN\n  IF b = 1 THEN\n    x = 1\n  ELSE\n    x = 2\n"
    )


def test_a_flaw_in_the_layout_is_found_before_it_does_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "x=1\ny=2 /* c */\n"
    found = list(formatting.find_edits(parse(text), Style()))
    for new in ("", " z ", " /* d */ ", " ) "):
        spoilt = [edit.__class__(edit.span, new) for edit in found[-1:]]
        monkeypatch.setattr(formatting, "find_edits", lambda *_, to=spoilt: to)
        formatted = format_text(parse(text), Style())
        assert (formatted.text, formatted.edits) == (text, ())
        assert "left as it is" in formatted.refusal


def test_what_is_broken_stays_byte_for_byte() -> None:
    text = "x=1\n  y  = =  2 /*c*/\nz=3\n"
    assert is_broken(text)
    assert check(text) == "x = 1\n  y  = =  2 /*c*/\nz = 3\n"


def test_layout_that_decides_what_a_mistake_means_stays() -> None:
    text = "x = 1\n x = 1  CHANGE_CONTEXTS(A = 1) (x = 1\n x = 1  "
    formatted = format_text(parse(text), Style())
    assert formatted.text == text
    assert "Mend them first" in formatted.refusal
