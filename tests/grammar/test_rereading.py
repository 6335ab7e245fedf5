"""A text read anew around an edit says what it says read anew from its start."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastformula import Parsed, parse
from fastformula.diagnostic import Diagnostic
from fastformula.syntax import Token
from fastformula.syntax.moving import move
from fastformula.syntax.reparsing import find_edit, reparse
from fastformula.syntax.rereading import Reread, reread
from fastformula.syntax.tree import Statement
from fastformula.text import Edit, Span, apply_edits

TYPED = [
    *"abx1 =()+'\n,.;*/-\"[]|<",
    *("IF ", "THEN ", "ELSE ", "LOOP ", "x = 1\n", "RETURN ", "F(", ") ", " || "),
    *("/*", "*/", "\r\n", "END IF", "--"),
]


def edits(text: str, texts: list[str], dice: random.Random) -> Edit:
    """What someone may do to a text: type, delete, paste."""
    at = dice.randrange(len(text) + 1)
    other = dice.choice(texts)
    start = dice.randrange(len(other))
    match dice.randrange(4):
        case 0:
            token = dice.choice(parse(text).tokens)
            at = dice.choice((token.start, token.end, token.lead))
            return Edit(Span(at, at), dice.choice(TYPED))
        case 1:
            end = min(len(text), at + dice.choice((1, 1, 1, 2, 5, 30)))
            return Edit(Span(at, end), "")
        case 2:
            size = dice.choice((1, 3, 10, 60, 200))
            return Edit(Span(at, at), other[start : start + size])
    end = min(len(text), at + dice.choice((0, 1, 5, 40)))
    return Edit(Span(at, end), other[start : start + dice.choice((1, 3, 10))])


def put_together(
    before: Parsed, again: Reread
) -> tuple[list[Statement], list[Token], set[Diagnostic]]:
    """Statements, tokens and errors, but for semicolons, which count from the start."""
    shift = again.shift
    statements = [*before.tree.statements[: again.first], *again.statements]
    statements += (move(each, shift) for each in rest(before, again))
    tokens = [*before.tokens[: again.first_token], *again.tokens]
    tokens += (
        Token(kind, start + shift, end + shift, lead + shift)
        for kind, start, end, lead in before.tokens[again.last_token :]
    )
    errors = {each for each in _errors(before, again) if "semicolon" not in each.code}
    return statements, tokens, errors


def rest(before: Parsed, again: Reread) -> tuple[Statement, ...]:
    return again.freed or before.tree.statements[again.last :]


def _errors(before: Parsed, again: Reread) -> Iterator[Diagnostic]:
    mends = {id(each): at for at, each in enumerate(before.run.errors)}
    for each in before.errors:
        at = mends.get(id(each))
        if at is None:
            above = each.span.start < again.span.start
            below = each.span.start >= again.span.end
        else:
            above, below = at < again.first_mend, at >= again.last_mend
        if above or below:
            yield _moved(each, again.shift if below else 0)
    yield from again.errors


def _moved(diagnostic: Diagnostic, shift: int) -> Diagnostic:
    def further(span: Span) -> Span:
        return Span(span.start + shift, span.end + shift)

    return replace(
        diagnostic,
        span=further(diagnostic.span),
        fixes=tuple(
            replace(
                fix,
                edits=tuple(
                    replace(edit, span=further(edit.span)) for edit in fix.edits
                ),
            )
            for fix in diagnostic.fixes
        ),
    )


def check(texts: list[str], count: int, seed: int) -> float:
    """Edit at random, one edit upon the other, and say how often it is told."""
    dice = random.Random(seed)
    told = 0
    before = parse("")
    for number in range(count):
        if number % 8 == 0:
            before = parse(dice.choice(texts))
        edit = edits(before.text, texts, dice)
        again = reread(before, edit)
        start, end = edit.span
        new = parse(before.text[:start] + edit.new_text + before.text[end:])
        if again is not None:
            told += 1
            errors = {each for each in new.errors if "semicolon" not in each.code}
            assert again.text == new.text
            assert put_together(before, again) == (
                list(new.tree.statements),
                list(new.tokens),
                errors,
            ), (before.text, edit)
        before = new
    return told / count


def test_reading_anew_around_an_edit_finds_all(own_formulas: dict[str, str]) -> None:
    assert check(list(own_formulas.values()), 600, 1) > 0.5


def test_reading_anew_in_published_formulas(corpus: dict[str, str]) -> None:
    texts = [text for text in corpus.values() if len(text) < 6_000]
    assert check(texts, 300, 2) > 0.5


LONG = "".join(f"IF a{n} > 1 THEN (\n  b = {n}\n)\n" for n in range(400))


@pytest.mark.parametrize("new_text", ["c", "c = 2\n", "\n", "IF c = 1 THEN c = 2\n"])
def test_little_of_a_long_text_is_read(new_text: str) -> None:
    at = LONG.index("b = 200")
    again = reread(parse(LONG), Edit(Span(at, at), new_text))
    assert again is not None
    assert len(again.statements) <= 4
    assert len(again.tokens) < 60


@pytest.mark.parametrize("place", ["a0 >", "b = 200", "IF a399 ", ")\n)\n"])
@pytest.mark.parametrize("typed", ["c", "c = 2\n", "\n", "IF c = 1 THEN c = 2\n"])
def test_little_of_a_long_block_is_read(place: str, typed: str) -> None:
    text = f"x = 1\nWHILE x = 1 LOOP (\n{LONG})\ny = 2\n"
    at = text.index(place)
    known = parse(text)
    again = reread(known, Edit(Span(at, at), typed), within=True)
    assert again is not None
    assert again.is_within
    assert len(again.tokens) < 60
    after = check_parse(known, text[:at] + typed + text[at:])
    check_parse(after, text)


def test_what_a_block_swallowed_is_set_free() -> None:
    """A `)` that lacked is put in: all below stood in the block, and does no more."""
    text = LONG.replace("\n", "\n  ")
    at = text.index(")\n  IF a1 ")
    again = reread(parse(text[:at] + text[at + 1 :]), Edit(Span(at, at), ")"))
    assert again is not None
    assert not again.errors
    assert len(again.statements) <= 2
    assert len(again.statements) + len(again.freed) == 400


def test_other_languages_are_read_whole() -> None:
    assert reread(parse("a := 1\nb = 2\n"), Edit(Span(7, 7), "c")) is None
    assert reread(parse("a = 1\nb = 2\n"), Edit(Span(6, 6), "'")) is None


def check_parse(before: Parsed, text: str) -> Parsed:
    after, fresh = reparse(before, text), parse(text)
    assert after.tokens == fresh.tokens
    assert after.errors == fresh.errors
    assert after.tree == fresh.tree
    assert after.is_foreign == fresh.is_foreign
    assert tuple(after.run.tokens) == tuple(fresh.run.tokens)
    assert tuple(after.run.errors) == tuple(fresh.run.errors)
    return after


BROKEN = "a = 1\nIF a = THEN (\n  b = = 2\n)\nc = (1\nd = 'x'\nRETURN a, b\n"


@pytest.mark.parametrize("typed", ["x = 1\n", "IF a = 1 THEN (\n", ")", "'y' ", "; "])
def test_typing_everywhere_in_a_broken_formula(typed: str) -> None:
    for at in range(0, len(BROKEN), 3):
        known = parse(BROKEN)
        for end in range(1, len(typed) + 1):
            known = check_parse(known, BROKEN[:at] + typed[:end] + BROKEN[at:])


@pytest.mark.parametrize(
    ("old", "new", "edit"),
    [
        ("abc", "abc", Edit(Span(3, 3), "")),
        ("abc", "abxc", Edit(Span(2, 2), "x")),
        ("abc", "c", Edit(Span(0, 2), "")),
        ("aa", "aaa", Edit(Span(2, 2), "a")),
        ("aaa", "aa", Edit(Span(2, 3), "")),
        ("", "x", Edit(Span(0, 0), "x")),
    ],
)
def test_the_edit_between_two_texts(old: str, new: str, edit: Edit) -> None:
    assert find_edit(old, new) == edit
    assert apply_edits(old, [edit]) == new


def test_statements_move_when_the_tree_is_asked_for() -> None:
    text = "".join(f"a{n} = {n}\n" for n in range(100))
    known = parse(text)
    for at in range(3):
        known = reparse(known, text[:6] + "x" * (at + 1) + text[6:])
    assert known.placed[-1].by == 3
    assert known.tree == parse(known.text).tree
    assert known.tree is known.tree
