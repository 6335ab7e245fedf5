"""An edited text read anew around the edit is the text read anew from its start."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastformula import Parsed, parse
from fastformula.diagnostic import Diagnostic
from fastformula.syntax import Token
from fastformula.syntax.moving import move
from fastformula.syntax.rereading import Reread, reread
from fastformula.syntax.tree import Statement
from fastformula.text import Edit, Span

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


def staying(body: object) -> tuple[Statement, ...]:
    return body.statements  # type: ignore[attr-defined, no-any-return]


def put_together(
    before: Parsed, again: Reread
) -> tuple[list[Statement], list[Token], set[Diagnostic]]:
    """Statements, tokens and errors, but for semicolons, which count from the start."""
    shift = again.shift
    statements = [*before.tree.statements[: again.first], *again.statements]
    statements += (move(each, shift, staying) for each in again.rest)
    tokens = [*before.tokens[: again.first_token], *again.tokens]
    tokens += (
        Token(kind, start + shift, end + shift, lead + shift)
        for kind, start, end, lead in before.tokens[again.last_token :]
    )
    errors = {each for each in _errors(before, again) if "semicolon" not in each.code}
    return statements, tokens, errors


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


def test_what_a_block_swallowed_is_set_free() -> None:
    """A `)` that lacked is put in: all below stood in the block, and does no more."""
    at = LONG.index(")\nIF a200")
    again = reread(parse(LONG[:at] + LONG[at + 1 :]), Edit(Span(at, at), ")"))
    assert again is not None
    assert not again.errors
    assert len(again.statements) <= 4
    assert len(again.first * "s" + "s" * len(again.statements + again.rest)) == 400


def test_other_languages_are_read_whole() -> None:
    assert reread(parse("a := 1\nb = 2\n"), Edit(Span(7, 7), "c")) is None
    assert reread(parse("a = 1\nb = 2\n"), Edit(Span(6, 6), "'")) is None
