"""What the checks would say of an offer, seen in as little of a formula as will do."""

import random

import pytest
from fastformula import Parsed, parse
from fastformula.analysis import analyze
from fastformula.linter import Configuration
from fastformula.syntax.rereading import reread
from fastformula.text import Edit, Span
from fastformula_completion import excerpt
from fastformula_completion.excerpt import (
    LOOSE,
    TIGHT,
    Breadth,
    choose,
    cut_down,
    cut_down_anew,
    make_outline,
)
from fastformula_completion.fit import open_place, trim_to_fit
from fastformula_completion.meaning import Meaning

LONG = (
    "/* Formula Type: Oracle Payroll */\n"
    "DEFAULT FOR hours IS 0\n"
    "DEFAULT FOR rate IS 0\n"
    "INPUTS ARE hours, rate\n"
    + "".join(
        f"/* {n} */\nlimit_{n} = hours * {n}\nnote_{n} = 'x'\n" for n in range(40)
    )
    + "pay = rate\n▮\nIF limit_3 > 1 THEN\n(\n  other = 1\n  pay = pay + limit_3\n)\n"
    "ELSE\n(\n  other = 2\n)\nRETURN pay\n"
)


def kept(marked: str, names: set[str], breadth: Breadth) -> str:
    at = marked.index("▮")
    text = marked.replace("▮", "")
    parsed = parse(text)
    outline = make_outline(analyze(parsed))
    kept = choose(outline, names, Span(at, at), breadth)
    return written(cut_down(outline, kept))


def written(parsed: Parsed) -> str:
    return "".join(
        parsed.text[token.lead : token.end] for token in parsed.tokens
    ).lstrip()


@pytest.mark.parametrize("breadth", [TIGHT, LOOSE])
def test_an_excerpt_has_the_statements_that_speak_of_the_names(
    breadth: Breadth,
) -> None:
    text = kept(LONG, {"PAY", "LIMIT_7"}, breadth)
    assert not parse(text).errors
    for line in ("limit_7 = hours * 7", "pay = rate", "pay = pay + limit_3"):
        assert line in text
    # A block is not empty.
    assert "ELSE\n(\n  other = 2" in text
    assert "note_7" not in text
    assert "limit_9" not in text
    assert "/* 9 */" not in text
    assert len(text) < len(LONG) / 4
    # What the names hang on, the declarations of that, and the ways out.
    if breadth is LOOSE:
        assert "INPUTS ARE hours, rate" in text
        assert "RETURN pay" in text


def test_an_excerpt_has_what_is_new_and_what_has_moved() -> None:
    at = LONG.index("▮")
    text = LONG.replace("▮", "")
    parsed = parse(text)
    outline = make_outline(analyze(parsed))
    kept = choose(outline, {"PAY", "LIMIT_7"}, Span(at, at), TIGHT)
    edit = Edit(Span(at, at), "IF limit_7 > 2 THEN pay = 3")
    again = reread(parsed, edit)
    assert again is not None
    cut = cut_down_anew(outline, kept, edit, again)
    new = text[:at] + edit.new_text + text[at:]
    assert len(cut.text) == len(new)
    assert all(sign in (" ", new[n]) for n, sign in enumerate(cut.text))
    whole = {each.span: each for each in parse(new).tree.statements}
    simple = [each for each in cut.tree.statements if each.span.end <= at + 27]
    assert all(whole[each.span] == each for each in simple)
    assert edit.new_text in written(cut)
    assert written(cut).replace(edit.new_text, "") == written(cut_down(outline, kept))
    assert not cut.errors


def test_a_block_that_is_left_empty_stays_so() -> None:
    marked = LONG.replace("  other = 1\n  pay = pay + limit_3\n", "  \n")
    marked = marked.replace("other = 2", "pay = 2")
    left = kept(marked, {"PAY"}, TIGHT)
    assert "THEN\n(\n  \n)" in left
    assert "note_7" not in left


def test_short_formulas_are_looked_at_whole() -> None:
    text = "a = 1\nb = 2\n▮c = 3\n"
    assert kept(text, {"A"}, TIGHT) == text.replace("▮", "")


@pytest.mark.parametrize(
    ("middle", "codes"),
    [
        ("pay = pay + limit_7", []),
        ("pay = limit_70", ["uninitialized-variable"]),
        ("pay = note_7", ["overwritten-value"]),
        ("limit_9 = 1\npay = note_7", ["inconsistent-types"]),
        ("pay = limit_7 * note_9", ["operator-types"]),
        ("pay = NO_SUCH(1)", ["unknown-function"]),
        ("DEFAULT FOR pay IS 0", ["statement-order"]),
    ],
)
def test_objections(middle: str, codes: list[str]) -> None:
    at = LONG.index("▮")
    text = LONG.replace("▮", "")
    place = open_place(text, at)
    meaning = Meaning(place, analyze(parse(text)), Configuration())
    found = meaning.objections(middle)
    assert sorted({each.code for each in found} & set(codes)) == codes
    assert bool(found) == bool(codes)
    for each in found:
        assert each.span.start <= at + len(middle)
        assert each.span.end >= at


def compare(
    texts: list[str], count: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """How often the whole formula is wrong with a line of another, and an excerpt is
    of another mind."""
    monkeypatch.setattr(excerpt, "WHOLE", 0)
    dice = random.Random(seed)
    lines = [line.strip() for text in texts for line in text.splitlines()]
    agreed = differed = wrong = 0
    while agreed + differed < count:
        text = dice.choice(texts)
        at = dice.choice([n for n, sign in enumerate(text) if sign == "\n"])
        place = open_place(text, at)
        middle = trim_to_fit(place, "\n" + dice.choice(lines))
        if not middle.strip():
            continue
        meaning = Meaning(place, analyze(parse(text)), Configuration())
        found = meaning.objections(middle)
        with monkeypatch.context() as context:
            context.setattr(excerpt, "WHOLE", len(text))
            context.setattr("fastformula_completion.meaning.reread", unread)
            whole = meaning.objections(middle)
        agreed += bool(found) == bool(whole)
        differed += bool(found) != bool(whole)
        wrong += bool(whole)
    return wrong, differed


def unread(before: Parsed, edit: Edit) -> None:
    """As if the whole text had to be read anew."""


def test_an_excerpt_shows_what_the_whole_formula_shows(
    own_formulas: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, differed = compare(list(own_formulas.values()), 300, 6, monkeypatch)
    assert wrong > 40
    assert differed <= 4


def test_an_excerpt_shows_what_a_whole_published_formula_shows(
    corpus: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [text for text in corpus.values() if len(text) < 8_000]
    wrong, differed = compare(texts, 150, 7, monkeypatch)
    assert wrong > 20
    assert differed <= 2


def test_an_offer_answers_for_values_that_no_longer_fit_elsewhere() -> None:
    marked = (
        "DEFAULT FOR x IS ' '\nINPUTS ARE x (TEXT)\nIF x = 'a' THEN\n(\n  ▮\n)\nELSE\n"
        "(\n  note = SUBSTR(x, 1, 1)\n)\nRETURN note\n"
    )
    at = marked.index("▮")
    parsed = parse(marked.replace("▮", ""))
    place = open_place(parsed.text, at, parsed)
    meaning = Meaning(place, analyze(parsed), Configuration())
    (objection,) = meaning.objections("note = 5")
    assert objection.code == "inconsistent-types"
    assert meaning.objections("note = x") == ()


def test_an_offer_answers_for_the_word_that_it_finishes() -> None:
    marked = (
        "DEFAULT FOR x IS ' '\nINPUTS ARE x (TEXT)\nIF x = 'a' THEN\n(\n  no▮\n)\n"
        "ELSE\n(\n  note = 7\n)\nRETURN note\n"
    )
    at = marked.index("▮")
    parsed = parse(marked.replace("▮", ""))
    place = open_place(parsed.text, at, parsed)
    assert place.is_broken
    meaning = Meaning(place, analyze(parsed), Configuration())
    (objection,) = meaning.objections("te = x")
    assert objection.code == "inconsistent-types"
    assert meaning.objections("te = 8") == ()


def test_an_offer_answers_for_types_that_only_more_of_the_formula_tells() -> None:
    marked = (
        "DEFAULT FOR x IS ' '\nDEFAULT FOR a IS 1\nINPUTS ARE x (TEXT), a\n"
        + "".join(f"/* {n} is said at length */\nlimit_{n} = a\n" for n in range(40))
        + "words = x\nIF x = 'a' THEN\n  level = ▮\nELSE\n"
        "  level = limit_1 + limit_2 + limit_3 + limit_4 + limit_5\nRETURN level\n"
    )
    at = marked.index("▮")
    parsed = parse(marked.replace("▮", ""))
    place = open_place(parsed.text, at, parsed)
    assert place.is_broken
    meaning = Meaning(place, analyze(parsed), Configuration())
    (objection,) = meaning.objections("words")
    assert objection.code == "inconsistent-types"
    assert meaning.objections("limit_9") == ()
