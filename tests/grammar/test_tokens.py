"""Tokens lose nothing of a text, whatever it is."""

import pytest
from fastformula.syntax import Token, parse, tokenize, trivia
from fastformula.syntax.recogniser import recognise
from fastformula.syntax.tokens import END
from hypothesis import given
from hypothesis import strategies as st

# Pieces that open, close and split tokens; joined at random they go wrong in every way.
PIECES = [
    *"IF THEN ELSE RETURN a b1 COUNT DATE 1 .5 3. 'it''s' ' '' \" \"q\" \"\"".split(),
    *"/* */ / * # -- --- // ; := == = => =< <> >< != ! | || & && % ( ) [ ]".split(),
    *"{ } , . : ‘ ’ “ ” ‘x’ 名前 é 😀 _ __x 1a $ @ \\ \x00 \ufeff \u200b".split(),
    *(" ", "\t", "\n", "\r\n", "\r", "\u2028", "\u0085", "\xa0", "\x0c", " a"),
]
SOUP = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def check_lossless(text: str) -> None:
    tokens = tokenize(text)
    assert tokens[-1].kind == END
    assert [token.kind for token in tokens].count(END) == 1
    assert "".join(text[token.lead : token.end] for token in tokens) == text
    end = 0
    for token in tokens:
        assert token.lead == end <= token.start <= token.end
        assert token.start < token.end or token.kind == END
        end = token.end
        for piece in trivia(text, token):
            assert piece.span.start < piece.span.end
        pieces = [piece.span.text_in(text) for piece in trivia(text, token)]
        assert "".join(pieces) == text[token.lead : token.start]


@given(st.one_of(st.text(), SOUP))
def test_nothing_is_lost(text: str) -> None:
    check_lossless(text)
    assert list(parse(text).tokens) == tokenize(text)


def test_nothing_is_lost_of_formulas(own_formulas: dict[str, str]) -> None:
    for text in own_formulas.values():
        for line_end in ("\n", "\r\n", "\r"):
            check_lossless(text.replace("\n", line_end))
        for cut in range(0, len(text), 11):
            check_lossless(text[:cut])
            check_lossless(text[cut:])


def test_nothing_is_lost_of_the_corpus(corpus: dict[str, str]) -> None:
    for text in corpus.values():
        check_lossless(text)


def kinds(text: str) -> str:
    return " ".join(token.kind for token in tokenize(text)[:-1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if If IF iF", "IF IF IF IF"),
        ("IFX X_IF END_DATE", "NAME NAME NAME"),
        ("a<=b=<c>=d=>e", "NAME LE NAME LE NAME GE NAME GE NAME"),
        ("a<>b!=c><d", "NAME NE NAME NE NAME NE NAME"),
        ("a||b*-.5/3.", "NAME CONCAT NAME STAR MINUS NUMBER SLASH NUMBER"),
        ("00 1.25 .5", "NUMBER NUMBER NUMBER"),
        ("a.COUNT a.first(1)", "NAME DOT COUNT NAME DOT FIRST LPAR NUMBER RPAR"),
        ("'' '''' 'O''D' 'a\nb'", "TEXT TEXT TEXT TEXT"),
        ('"a b"="IF"', "QNAME EQUAL QNAME"),
        ("'2020/01/01'(date)", "TEXT LPAR TYPE_DATE RPAR"),
        ("NUMBER_TEXT EMPTY_TEXT_NUMBER", "TYPE_NUMBER_TEXT EMPTY_TEXT_NUMBER"),
        ("名前 = größe", "NAME EQUAL NAME"),
        ("'# no' # yes 'x", "TEXT"),
        ("'/* no */' /* 'yes */ a", "TEXT NAME"),
        ("/* a /* b */ c", "NAME"),
        ("/**** x ****/ /**/ a", "NAME"),
        ("a --b", "NAME MINUS MINUS NAME"),
        ("a -- b", "NAME"),
        ("--b\n  --- c\nd", "NAME"),
        ("a // b\nc", "NAME NAME"),
        ("a ; b;;", "NAME NAME"),
        ("x := y == z && {w}", "NAME ASSIGN NAME DOUBLE_EQUAL NAME DOUBLE_AND"
         " BRACE_OPEN NAME BRACE_CLOSE"),
        ("‘a’ “b” ’c' 'd'", "CURLY_TEXT CURLY_TEXT CURLY_TEXT TEXT"),
        ("x = 'a\ny = 'b'\n", "NAME EQUAL OPEN_TEXT NAME EQUAL TEXT"),
        ("x = 'a", "NAME EQUAL OPEN_TEXT"),
        ("x /* y = 1", "NAME OPEN_COMMENT"),
        ('x = "a\ny', "NAME EQUAL BAD NAME NAME"),
        ("§ 😀", "BAD BAD"),
    ],
)  # fmt: skip
def test_text_is_cut_into_tokens(text: str, expected: str) -> None:
    assert kinds(text) == expected


def test_a_lost_quote_takes_one_line() -> None:
    text = "a = 'x\nb = 'y'\nc = f('z', 'w')\n"
    opened = [token for token in tokenize(text) if token.kind == "OPEN_TEXT"]
    assert [token.text_in(text) for token in opened] == ["'x"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("RETURN", "RETURN"),
        ("RETURN a", "RETURN_LIST"),
        ("RETURN a, b", "RETURN_LIST"),
        ('RETURN "a b"', "RETURN_LIST"),
        ("RETURN count", "RETURN_LIST"),
        ("RETURN a )", "RETURN_LIST"),
        ("RETURN a b = 1", "RETURN_LIST"),
        ("RETURN a IF", "RETURN_LIST"),
        ("RETURN a = 1", "RETURN"),
        ("RETURN a[1] = 1", "RETURN"),
        ("RETURN a (DATE) = x", "RETURN"),
        ("RETURN a.DELETE", "RETURN"),
        ("RETURN F(1)", "RETURN"),
        ("RETURN ELSE", "RETURN"),
        ("RETURN ) a", "RETURN"),
        ("RETURN /* ignored */ BONUS = 10", "RETURN"),
        ("RETURN /* a = 1 */ BONUS /* = 10 */", "RETURN_LIST"),
        ("RETURN # b\n BONUS # c\n = 10", "RETURN"),
        ("RETURN\r\n\r\nBONUS\r\n= 10", "RETURN"),
        ("RETURN ; a ; = 1", "RETURN"),
    ],
)
def test_a_list_behind_return_is_not_the_next_statement(text: str, first: str) -> None:
    assert tokenize(text)[0].kind == first


@given(st.integers(0, 9), SOUP)
def test_return_looks_no_further_than_two_tokens(blanks: int, rest: str) -> None:
    """What a RETURN is, the two tokens behind it say, and nothing further on."""
    text = "RETURN" + " " * blanks + "a " + rest
    tokens = tokenize(text)
    if tokens[0].kind in ("RETURN", "RETURN_LIST") and len(tokens) > 3:
        shorter = text[: tokens[2].end]
        if [each.kind for each in tokens[1:3]] == (
            [each.kind for each in tokenize(shorter)[1:3]]
        ):
            assert tokenize(shorter)[0].kind == tokens[0].kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" \t\r\n", "blank"),
        ("/* a */", "comment"),
        ("# a", "hash-comment"),
        (";", "separator"),
        ("-- a", "foreign-comment"),
        ("// a", "foreign-comment"),
        ("/* a */# b\n;; ", "comment hash-comment blank separator separator blank"),
        ("\n  -- a\n/**/", "blank foreign-comment blank comment"),
    ],
)
def test_trivia_is_told_apart(text: str, expected: str) -> None:
    (end,) = tokenize(text)
    assert " ".join(piece.kind for piece in trivia(text, end)) == expected


def test_reading_stops_where_a_token_does_not_fit() -> None:
    whole = recognise("x = 1 RETURN x")
    assert whole.complete
    broken = recognise("x = ) RETURN x")
    assert not broken.complete
    assert broken.tokens[len(broken.stacks) - 1] == Token("RPAR", 4, 5, 3)
