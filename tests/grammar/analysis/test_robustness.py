"""Analysis answers for every text, however broken, deep or long."""

import random

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.linter import lint
from fastformula.syntax import tokenize
from hypothesis import given
from hypothesis import strategies as st

WORDS = (
    "x y l_a PER_ASG_GRADE_NAME PERSON_ID \"x\" 'text' 1 .5 ( ) [ ] , . = < > || + - *"
    " / IF THEN ELSE WHILE LOOP EXIT RETURN DEFAULT FOR IS INPUTS ARE ALIAS AS DATE"
    " NUMBER TEXT CHANGE_CONTEXTS CALL_FORMULA GET_CONTEXT WSA_GET SET_INPUT EXECUTE"
    " GET_OUTPUT ROUND TO_CHAR EMPTY_NUMBER_TEXT COUNT FIRST NEXT EXISTS DELETE WAS"
    " DEFAULTED NOT AND OR LIKE NULL NEED_CONTEXT DEFAULT_DATA_VALUE"
).split()


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_any_words_in_any_order(words: list[str]) -> None:
    lint(analyze(parse(" ".join(words))))


def test_every_prefix_of_our_own_formulas(own_formulas: dict[str, str]) -> None:
    for text in own_formulas.values():
        for token in tokenize(text)[::3]:
            lint(analyze(parse(text[: token.end])))


def test_some_prefixes_of_published_formulas(corpus: dict[str, str]) -> None:
    dice = random.Random(1)
    for text in corpus.values():
        cut = dice.randrange(len(text))
        for product in ("fusion", "ebs"):
            lint(analyze(parse(text[:cut]), Environment(product=product)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 2_000 + "1" + ")" * 2_000,
        "x = " + "-" * 2_000 + "1",
        "x = " + "'a' || " * 5_000 + "'b'",
        "x = " + "ABS(" * 2_000 + "y" + ")" * 2_000,
        "IF " + "(" * 2_000 + "x = 1" + ")" * 2_000 + " THEN y = 1",
        "IF " + "NOT " * 2_000 + "x = 1 THEN y = 1",
        "IF x = 1 THEN (" * 1_000 + "y = 1" + ")" * 1_000,
        "WHILE x = 1 LOOP (" * 1_000 + "x = 2" + ")" * 1_000,
        "CHANGE_CONTEXTS(PERSON_ID = 1) (" * 1_000 + "y = 1" + ")" * 1_000,
        "x = a" + "[1" * 2_000 + "]" * 2_000,
        "IF a = 1 THEN x = 1 ELSE " * 3_000 + "x = 2",
    ],
    ids=lambda text: text[:24],
)
def test_what_only_programs_write(text: str) -> None:
    analysis = analyze(parse(text))
    assert analysis.uses
    lint(analysis)
