"""Whatever a model says, what is offered parses in its place, or nothing is offered."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from fastformula import Parsed, Severity, parse
from fastformula.syntax import Token, tokenize, walk
from fastformula.syntax.tree import Body, ChangeContexts, Formula, If, Node, While
from fastformula_completion import Completion, complete
from fastformula_models import Cancelled, Request
from fastformula_models.fake import FakeBackend
from pytest import CaptureFixture


class Parrot:
    """A model that says one thing, all of it, and does not stop when told."""

    name = "parrot"

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def complete(self, request: Request) -> str:
        return self.answer

    def close(self) -> None:
        pass


Hole = tuple[str, int]
"""A text and where its cursor is."""

Adversary = Callable[[str, int, list[Token], random.Random], str]

SENTINELS = (
    "<|fim_middle|> <PRE> <｜fim▁hole｜> <fim_suffix> </s> <|endoftext|>".split()
)
PROSE = (
    "Sure! Here is the formula you asked for:\n\n```sql\nSELECT 1\n```\n",
    "This sets the rate to 3. It's what you want.\n",
    "-- TODO\n",
    "\n\n\n",
    "null",
    "END IF;\n",
    "\x00\x01",
)


def _next_tokens(text: str, at: int, tokens: list[Token], dice: random.Random) -> str:
    ahead = [token for token in tokens if token.start >= at][: dice.randint(1, 12)]
    return text[at : ahead[-1].end] if ahead else ""


def _random_tokens(text: str, at: int, tokens: list[Token], dice: random.Random) -> str:
    chosen = dice.choices(tokens, k=dice.randint(1, 9))
    return " ".join(token.text_in(text) for token in chosen)


def _elsewhere(text: str, at: int, tokens: list[Token], dice: random.Random) -> str:
    start = dice.choice(tokens).start
    return text[start : start + dice.randint(1, 160)]


def _lines(text: str, at: int, tokens: list[Token], dice: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    start = dice.randrange(len(lines))
    return "".join(lines[start : start + dice.randint(1, 4)])


def _suffix(text: str, at: int, tokens: list[Token], dice: random.Random) -> str:
    return text[at : at + dice.randint(1, 300)]


def _sentinels(text: str, at: int, tokens: list[Token], dice: random.Random) -> str:
    said = _next_tokens(text, at, tokens, dice)
    return said + dice.choice(SENTINELS) + _elsewhere(text, at, tokens, dice)


def _prose(text: str, at: int, tokens: list[Token], dice: random.Random) -> str:
    return _next_tokens(text, at, tokens, dice) * dice.randint(0, 1) + dice.choice(
        PROSE
    )


def _opener(text: str, at: int, tokens: list[Token], dice: random.Random) -> str:
    opener = dice.choice(["/*", "'", '"', "(", "#", "IF a = 1 THEN (", "{", "‘"])
    return opener + _next_tokens(text, at, tokens, dice)


ADVERSARIES: tuple[Adversary, ...] = (
    _next_tokens,
    _random_tokens,
    _elsewhere,
    _lines,
    _suffix,
    _sentinels,
    _prose,
    _opener,
)


def errors(parsed: Parsed) -> int:
    return sum(each.severity is Severity.ERROR for each in parsed.errors)


def parents(tree: Formula) -> dict[int, tuple[str, ...]]:
    """From the end of each statement to the kinds of the nodes that govern it."""
    found: dict[int, tuple[str, ...]] = {}
    pending: list[tuple[Node, tuple[str, ...]]] = [(tree, ())]
    while pending:
        node, path = pending.pop()
        match node:
            case Formula() | Body():
                for statement in node.statements:
                    found[statement.span.end] = path
                    pending.append((statement, path))
            case If():
                pending.append((node.then, (*path, "then")))
                if node.orelse:
                    pending.append((node.orelse, (*path, "else")))
            case While() | ChangeContexts():
                pending.append((node.body, (*path, type(node).__name__)))
    return found


def check(text: str, at: int, completion: Completion) -> None:
    """What is offered parses in its place and leaves the rest where it was."""
    if not completion.items:
        assert completion.reason
        return
    (item,) = completion.items
    assert item.text.strip()
    assert item.text == item.text.rstrip()
    start, end = item.span
    assert 0 <= start <= at <= end <= len(text)
    assert text[start:end] == "" or item.text.startswith(text[start:at])
    before = parse(text)
    new = text[:start] + item.text + text[end:]
    after = parse(new)
    assert errors(after) <= errors(before), item.text
    if before.errors:
        return
    head = text[:at].rstrip().upper()
    if head.endswith(("THEN", "ELSE", "LOOP")):
        return
    shift = len(new) - len(text)
    was, now = parents(before.tree), parents(after.tree)
    line_end = text.find("\n", at)
    for place, path in was.items():
        if line_end >= 0 and place > line_end and place + shift in now:
            assert now[place + shift] == path, item.text


def cursors(texts: list[str], dice: random.Random) -> Iterator[Hole]:
    """Cursors at and in tokens, in whole formulas and in ones with something cut."""
    while True:
        text = dice.choice(texts)
        tokens = tokenize(text)
        token = dice.choice(tokens)
        at = dice.choice((token.start, token.end, dice.randint(token.lead, token.end)))
        line_end = text.find("\n", at)
        line_end = len(text) if line_end < 0 else line_end
        yield dice.choice(
            (
                (text, at),
                (text[:at], at),
                (text[:at] + text[line_end:], at),
                (text[:at] + text[line_end:].replace(")", "", 1), at),
            )
        )


def attack(texts: list[str], count: int, seed: int) -> Counter[str]:
    dice = random.Random(seed)
    outcomes: Counter[str] = Counter()
    for text, at in islice(cursors(texts, dice), count):
        tokens = tokenize(text)
        said = dice.choice(ADVERSARIES)(text, at, tokens, dice)
        manual = dice.random() < 0.5
        completion = complete(text, at, Parrot(said), manual=manual)
        check(text, at, completion)
        outcomes["offered" if completion.items else completion.reason] += 1
    return outcomes


def test_what_is_offered_parses_in_own_formulas(own_formulas: dict[str, str]) -> None:
    outcomes = attack(list(own_formulas.values()), 1200, seed=1)
    assert outcomes["offered"] > 100
    assert len(outcomes) > 5


def test_what_is_offered_parses_with_windows_line_ends(
    own_formulas: dict[str, str],
) -> None:
    texts = [text.replace("\n", "\r\n") for text in own_formulas.values()]
    assert attack(texts, 300, seed=2)["offered"] > 20


def test_what_is_offered_parses_in_published_formulas(corpus: dict[str, str]) -> None:
    texts = [text for text in corpus.values() if len(text) < 8_000]
    assert attack(texts, 300, seed=3)["offered"] > 20


def holes(texts: list[str], dice: random.Random) -> Iterator[tuple[str, int, str]]:
    """Formulas with the rest of a line cut away at a token: text, cursor, the rest."""
    while True:
        text = dice.choice(texts)
        token = dice.choice(tokenize(text)[:-1])
        line_end = text.find("\n", token.start)
        line_end = len(text) if line_end < 0 else line_end
        rest = text[token.start : line_end].rstrip()
        code = rest and not any(sign in rest for sign in ("/*", "*/", "#", "\u2028"))
        # Signs alone are never offered.
        if code and any(character.isalnum() for character in rest):
            end = token.start + len(rest)
            yield text[: token.start] + text[end:], token.start, rest


def fill(texts: list[str], count: int, seed: int) -> tuple[int, Counter[str]]:
    exact = 0
    missed: Counter[str] = Counter()
    for text, at, rest in islice(holes(texts, random.Random(seed)), count):
        completion = complete(text, at, Parrot(rest))
        check(text, at, completion)
        if completion.items and completion.items[0].text == rest:
            exact += 1
        else:
            missed[completion.reason or "cut short"] += 1
    return exact, missed


def test_what_the_author_wrote_is_offered(
    own_formulas: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    exact, missed = fill(list(own_formulas.values()), 400, seed=4)
    with capsys.disabled():
        print(f"\nown formulas: {exact} of 400 cut line ends are offered; {missed}")
    assert exact >= 0.95 * 400


def test_what_published_authors_wrote_is_offered(
    corpus: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    texts = [text for text in corpus.values() if len(text) < 8_000]
    exact, missed = fill(texts, 200, seed=5)
    with capsys.disabled():
        print(f"\ncorpus: {exact} of 200 cut line ends are offered; {missed}")
    assert exact >= 0.95 * 200


@pytest.mark.parametrize(
    "said",
    [
        "x" * 1_000_000,
        "a = 1\n" * 150_000,
        "(" * 1_000_000,
        "'" * 1_000_001,
        " " * 1_000_000,
        "/* " * 300_000,
        "IF a = 1 THEN (\n" * 60_000,
        "a, " * 300_000,
    ],
    ids=lambda said: said[:5],
)
@pytest.mark.parametrize("text", ["a = \nb = 2\n", "IF a = 1 THEN (\n"])
def test_a_megabyte_of_anything_is_survived(text: str, said: str) -> None:
    at = text.index("\n") if text.startswith("a") else len(text)
    completion = complete(text, at, Parrot(said))
    check(text, at, completion)
    assert all(len(item.text) < 5_000 for item in completion.items)


def test_the_inside_of_a_block_is_offered_whole() -> None:
    text = "IF a = 1 THEN\n(\n  \n)\nb = 2\n"
    said = "c = 1\n  d = 2\n)\ne = 3\n"
    completion = complete(text, text.index("\n)"), Parrot(said))
    assert [item.text for item in completion.items] == ["c = 1\n  d = 2"]


def test_a_header_comes_with_its_body() -> None:
    text = "a = 1\n\nb = 2\n"
    completion = complete(text, 6, Parrot("IF a = 1 THEN\n  c = 2\nd = 3\n"))
    assert [item.text for item in completion.items] == ["IF a = 1 THEN\n  c = 2"]


@pytest.mark.parametrize("said", ["b + 1\r\nc = 2", "b + 1\nc = 2", "b + 1\rc = 2"])
def test_line_ends_are_the_texts_own(said: str) -> None:
    text = "a = \r\nz = 3\r\n"
    completion = complete(text, 4, Parrot(said))
    assert [item.text for item in completion.items] == ["b + 1"]
    block = "IF a = 1 THEN (\r\n  \r\n)\r\n"
    completion = complete(block, 19, Parrot("b = 1\n  c = 2\n"))
    assert [item.text for item in completion.items] == ["b = 1\r\n  c = 2"]


def test_the_model_sees_the_text_around_the_cursor() -> None:
    backend = FakeBackend(("1",))
    complete("a = \r\nb = 2\r\n", 4, backend)
    (request,) = backend.requests
    assert request.prefix == "a = "
    assert request.suffix == "\nb = 2\n"


def test_the_model_is_not_asked_where_nothing_is_wanted() -> None:
    backend = FakeBackend(("1",))
    for text, at in (("/* a */", 4), ("a = 'b'", 6), ("# note", 6), ("abc = 1", 1)):
        completion = complete(text, at, backend)
        assert not completion.items
        assert completion.reason
    assert not backend.requests


def test_a_cancelled_request_is_not_answered() -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        complete("a = ", 4, FakeBackend(("1",)), cancelled=cancelled)


def test_why_nothing_is_offered_is_said() -> None:
    text = "a = \nb = 2\n"
    assert "nothing to say" in complete(text, 4, Parrot("  \n")).reason
    assert "fits" in complete(text, 4, Parrot(") ) )")).reason
    offered = complete(text, 4, Parrot("3"))
    assert offered.reason == ""
    assert offered.raw == "3"
    assert offered.milliseconds > 0


def test_the_tree_tells_parents_apart() -> None:
    """The measure of this file is itself held against a formula."""
    text = "a = 1 IF b = 1 THEN (c = 1) ELSE d = 1 WHILE e = 1 LOOP f = 1"
    tree = parse(text).tree
    found = {text[:end][-5:]: path for end, path in parents(tree).items()}
    assert found["c = 1"] == ("then",)
    assert found["d = 1"] in (("else",), ())
    assert sum(isinstance(node, Body) for node in walk(tree)) == 3
