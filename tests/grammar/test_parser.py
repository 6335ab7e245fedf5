"""What each trap of the language is read as, and that no text breaks the parser.

The trees are in tests/data/parse: `name.tree` is what is read from `name.ff`.
"""

import gc
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from fastformula import Parsed, Severity, parse
from fastformula.diagnostic import render
from fastformula.syntax import KEYWORDS, children, path_to, tokenize, walk
from fastformula.syntax.tree import If, Name, Node, Unknown
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

CASES = sorted((Path(__file__).parents[1] / "data/parse").glob("*.ff"))


def outline(node: Node, label: str = "", depth: int = 0) -> Iterator[str]:
    """The tree below `node`: a line for each, with what it says beyond its children."""
    words, below = [type(node).__name__], []
    for each in fields(node):
        value = getattr(node, each.name)
        match value:
            case Node():
                below.append((each.name, value))
            case tuple() if each.name != "span":
                below += [(each.name, child) for child in value]
            case str():
                words.append(value if value else "''")
            case True:
                words.append(each.name)
    yield "  " * depth + (f"{label}: " if label else "") + " ".join(words)
    for name, child in below:
        shown = name if name not in ("statements", "operands", "inner") else ""
        yield from outline(child, shown, depth + 1)


@pytest.mark.parametrize("case", CASES, ids=lambda file: file.stem)
def test_tree(case: Path, golden: Callable[[str, str], None]) -> None:
    text = case.read_text(encoding="utf-8")
    parsed = parse(text)
    drawn = "\n".join(outline(parsed.tree)) + "\n"
    if parsed.errors:
        drawn += "\n" + render(text, parsed.errors, case.name)
    golden(f"parse/{case.stem}.tree", drawn)
    check_spans(parsed)


def check_spans(parsed: Parsed) -> None:
    """Children lie in their parents, one behind the other, and begin with a token."""
    assert parsed.tree.span == (0, len(parsed.text))
    starts = {token.start for token in parsed.tokens}
    for node in walk(parsed.tree):
        end = node.span.start
        for child in children(node):
            assert end <= child.span.start <= child.span.end <= node.span.end
            end = child.span.end
        if not parsed.errors and node is not parsed.tree:
            assert node.span.start < node.span.end
            assert node.span.start in starts


def check(text: str) -> Parsed:
    """Parse any text and look at all that is promised of any text."""
    parsed = parse(text)
    check_spans(parsed)
    for error in parsed.errors:
        assert 0 <= error.span.start <= error.span.end <= len(text)
        assert error.message.endswith((".", "?")), error.message
        for fix in error.fixes:
            assert fix.title
            for edit in fix.edits:
                assert 0 <= edit.span.start <= edit.span.end <= len(text)
    starts = [error.span for error in parsed.errors]
    assert starts == sorted(starts)
    assert render(text, parsed.errors, "x").count("error: ") >= sum(
        error.severity is Severity.ERROR for error in parsed.errors
    )
    return parsed


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    check(text)


WORDS = sorted(KEYWORDS) + (
    "a b COUNT DATE NUMBER_TEXT EXISTS FIRST FOUND ( ( ) ) [ ] , . = = < > <> >= + -"
    " * / || 1 .5 'x' \"q\" ' /* */ # -- ; := == { } ‘x’ END ELSIF ENDIF NULL TRUE"
    " SYSDATE IN BETWEEN CASE NVL LOCAL OUTPUTS INPUT BEGIN BREAK FOR WHILE LOOP ! %"
    " & \n \r\n"
).split(" ")


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(["", " ", "\n"]))
@example(["a", "RETURN", "ELSIF"], "\n")
def test_any_words_are_read(words: list[str], between: str) -> None:
    check(between.join(words))


def test_every_beginning_of_a_formula_is_read(own_formulas: dict[str, str]) -> None:
    for text in own_formulas.values():
        step = 1 if len(text) < 700 else 7
        for end in range(0, len(text), step):
            check(text[:end])


def test_every_end_of_a_formula_is_read(own_formulas: dict[str, str]) -> None:
    for text in own_formulas.values():
        for start in range(0, len(text), 13):
            check(text[start:])


DEEP = 2000


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * DEEP + "1" + ")" * DEEP,
        "IF " + "(" * DEEP + "x = 1" + ")" * DEEP + " THEN x = 1",
        "IF a = 1 THEN (" * DEEP + " x = 1 " + ")" * DEEP,
        "IF a = 1 THEN " * DEEP + "x = 1",
        "IF a = 1 THEN x = 1 " + "ELSE IF a = 2 THEN x = 2 " * DEEP,
        "WHILE a = 1 LOOP (" * DEEP + ")" * DEEP,
        "CHANGE_CONTEXTS(A = 1) " * DEEP + "x = 1",
        "x = " + "- " * DEEP + "1",
        "IF " + "NOT " * DEEP + "x = 1 THEN x = 1",
        "x = " + "F(" * DEEP + "1" + ")" * DEEP,
        "x = " + "a[" * DEEP + "1" + "]" * DEEP,
        "x = 1" + " + 1" * 10 * DEEP,
        "IF a = 1" + " AND a = 1" * 10 * DEEP + " THEN x = 1",
        "INPUTS ARE a" + ", a" * 10 * DEEP,
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_deep_and_long_formulas_are_read(text: str) -> None:
    parsed = check(text)
    assert not parsed.errors
    assert sum(1 for _ in walk(parsed.tree)) >= DEEP
    middle = path_to(parsed.tree, len(text) // 2)
    assert middle[-1].span.start <= len(text) // 2 <= middle[-1].span.end
    del middle
    del parsed
    # Taking a deep tree apart recurses too, if it does not take care.
    gc.collect()


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * DEEP,
        ")" * DEEP,
        "IF a = 1 THEN (\n" * DEEP,
        "IF a > THEN (\n" * DEEP,
        "x = F(a, " * DEEP,
        "ELSE " * DEEP,
        "x = '" * (DEEP + 1),
        "/* " * DEEP,
        "x = (1\n y = 3) )\n" * DEEP,
        "x = 1 END IF " * DEEP,
        "IF x IN (" * DEEP,
        "RETURN (" * DEEP,
        "x = SYSDATE " * DEEP,
        "{ " * DEEP,
        "FOR i IN 1 LOOP " * DEEP,
        "[(" * DEEP,
        "§" * DEEP,
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_thousands_of_mistakes_are_read_in_time(text: str) -> None:
    assert check(text).errors


def test_a_text_of_two_megabytes_is_read(own_formulas: dict[str, str]) -> None:
    formula = own_formulas["overtime_premium.ff"]
    size = 2_000_000
    code = formula * 40
    padded = code + "/* " + "padding, it's long\n" * ((size - len(code)) // 19) + "*/"
    assert not check(padded).errors
    prose = "The quick brown fox jumps over the lazy dogs, and so on.\n"
    errors = parse(prose * (size // len(prose))).errors
    assert 0 < len(errors) <= 1001


def names_in(text: str) -> list[str]:
    return [node.text for node in walk(parse(text).tree) if isinstance(node, Name)]


@pytest.mark.parametrize("word", ["IF", "WHILE", "RETURN", "EXIT", "DEFAULT FOR"])
def test_reserved_words_never_turn_into_names(word: str) -> None:
    """`x = ` before a statement lacks its value; the next word is not that value."""
    rest = {
        "IF": "IF a = 1 THEN b = 2",
        "WHILE": "WHILE a = 1 LOOP b = 2",
        "RETURN": "RETURN b",
        "EXIT": "EXIT",
        "DEFAULT FOR": "DEFAULT FOR b IS 2",
    }[word]
    text = f"x = \n{rest}\n"
    parsed = parse(text)
    (error,) = parsed.errors
    assert error.message == "A value is missing after `=`."
    assert [type(each) for each in parsed.tree.statements][1:] == [
        type(each) for each in parse(rest).tree.statements
    ]
    assert word.split()[0] not in names_in(text)


@pytest.mark.parametrize("word", sorted(KEYWORDS - {"USING"}))
def test_a_reserved_word_cannot_be_assigned_to(word: str) -> None:
    assert any(
        error.severity is Severity.ERROR for error in parse(f"{word} = 1\n").errors
    )


def test_what_cannot_be_read_stands_in_the_tree() -> None:
    text = "a = 1\n) ) ELSE THEN ) =\nb = 2\n"
    tree = parse(text).tree
    read = [each for each in tree.statements if not isinstance(each, Unknown)]
    assert read[0].span.text_in(text) == "a = 1"
    assert read[-1].span.text_in(text) == "b = 2"


def test_path_holds_the_cursor_from_outside_in() -> None:
    text = "IF a = 1 THEN\n  total = rate * hours\n"
    tree = parse(text).tree
    at = text.index("rate") + 4
    kinds = [type(node).__name__ for node in path_to(tree, at)]
    assert kinds == ["Formula", "If", "Body", "Assign", "Binary", "Name"]
    # Between two nodes that touch, the cursor is on the later one.
    touching = "x=a||b"
    assert path_to(parse(touching).tree, 1)[-1].span == (0, 1)
    assert path_to(parse("f(1)g=2").tree, 4)[-1].span == (4, 5)
    assert path_to(tree, len(text)) == (tree,)


def test_a_tree_is_made_of_the_same_nodes_whatever_the_line_ends(
    own_formulas: dict[str, str],
) -> None:
    for text in own_formulas.values():
        windows = parse(text.replace("\n", "\r\n")).tree
        assert [type(node) for node in walk(windows)] == [
            type(node) for node in walk(parse(text).tree)
        ]


def test_words_are_the_same_in_any_case(own_formulas: dict[str, str]) -> None:
    for text in own_formulas.values():
        upper = parse(text.upper())
        assert not upper.errors
        assert [type(node) for node in walk(upper.tree)] == [
            type(node) for node in walk(parse(text).tree)
        ]


def test_own_formulas_are_whole(own_formulas: dict[str, str]) -> None:
    assert len(own_formulas) > 10
    for text in own_formulas.values():
        check(text)
        assert [each.kind for each in tokenize(text)].count("IF") == sum(
            isinstance(node, If) for node in walk(parse(text).tree)
        )
