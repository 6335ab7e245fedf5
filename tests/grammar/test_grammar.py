"""The grammar is LALR(1) without conflict, and the shipped tables are made from it."""

from fastformula.syntax import KEYWORDS, SOFT_KEYWORDS, compilation
from fastformula.syntax.compilation import GRAMMAR, generate_tables, read_grammar
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import tokenize
from lark import Lark
from pytest import MonkeyPatch


def test_lark_finds_no_conflict() -> None:
    # Strict: a conflict of the parser, or of two terminals, is an exception.
    Lark(read_grammar(), parser="lalr", strict=True)


def test_shipped_tables_are_those_of_the_grammar() -> None:
    shipped = (GRAMMAR.parent / "tables.json").read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert shipped == generate_tables()


def test_an_edited_grammar_is_used_at_once(monkeypatch: MonkeyPatch) -> None:
    edited = read_grammar().replace('EXIT: "EXIT"i', 'EXIT: "LEAVE"i')
    tables = "fastformula.syntax.tables"
    monkeypatch.setattr(f"{tables}.read_grammar", lambda: edited)
    fresh = load_tables.__wrapped__()
    assert fresh.keywords["LEAVE"] == "EXIT"
    assert "EXIT" not in fresh.keywords
    assert load_tables().keywords["EXIT"] == "EXIT"


def test_line_ends_do_not_make_the_tables_stale() -> None:
    grammar = read_grammar()
    windows = grammar.replace("\n", "\r\n")
    assert compilation.grammar_hash(windows) == compilation.grammar_hash(grammar)


def test_words_are_reserved_or_soft() -> None:
    assert not KEYWORDS & SOFT_KEYWORDS
    assert {"IF", "RETURN", "CALL_FORMULA", "USING", "EMPTY_DATE_TEXT"} <= KEYWORDS
    assert {"COUNT", "DATE", "FOUND", "NUMBER_TEXT", "PRIOR"} <= SOFT_KEYWORDS
    for word in KEYWORDS - {"USING"}:
        assert tokenize(word.lower())[0].kind == load_tables().keywords[word]
