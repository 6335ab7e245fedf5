"""Whatever a model says, what is offered fits; and what is right is offered."""

import os
import random
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import pytest
from fastformula import Parsed, Severity, parse
from fastformula.analysis import analyze
from fastformula.linter import lint
from fastformula.syntax import Token, tokenize
from fastformula.syntax.tree import Body, ChangeContexts, Formula, If, Node, While
from fastformula_completion import Completion, complete
from fastformula_models import Request
from pytest import CaptureFixture

HEADER = re.compile(r"(THEN|ELSE|LOOP|CHANGE_CONTEXTS\s*\([^()]*\))\s*\Z", re.I)
"""Behind these what follows may be the body by accident only."""

SOAK = os.environ.get("FASTFORMULA_SOAK") == "1"
CURSORS = 20_000
SAMPLE = 150
LONGEST = 8_000
"""Code points of the longest formula that is asked in."""

GRAVE = (Severity.ERROR, Severity.WARNING)


class Parrot:
    """A model that says one thing, all of it, and does not stop when told."""

    name = "parrot"

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def complete(self, request: Request) -> str:
        return self.answer

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Cursor:
    """A place in a formula that was whole before something was cut out of it."""

    kind: Literal["whole", "line cut", "nothing below", "broken below"]
    text: str
    offset: int
    cut: str
    """The rest of the line that was cut, or that stands there still."""


def cursors(texts: list[str], dice: random.Random) -> Iterator[Cursor]:
    """Cursors at and in tokens, in whole formulas and in ones with something cut."""
    while True:
        text = dice.choice(texts)
        tokens = tokenize(text)
        token = dice.choice(tokens)
        at = dice.choice((token.start, token.end, dice.randint(token.lead, token.end)))
        line_end = text.find("\n", at)
        line_end = len(text) if line_end < 0 else line_end
        cut = text[at:line_end]
        below = text[line_end:]
        yield dice.choice(
            (
                Cursor("whole", text, at, cut),
                Cursor("line cut", text[:at] + below, at, cut),
                Cursor("nothing below", text[:at], at, cut),
                Cursor("broken below", text[:at] + below.replace(")", "", 1), at, cut),
            )
        )


Adversary = Callable[[Cursor, list[Token], random.Random], str]

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


def _right(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    return cursor.cut


def _truncated(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    return cursor.cut[: dice.randint(0, len(cursor.cut))]


def _random_tokens(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    chosen = dice.choices(tokens, k=dice.randint(1, 9))
    return " ".join(token.text_in(cursor.text) for token in chosen)


def _elsewhere(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    start = dice.choice(tokens).start
    return cursor.text[start : start + dice.randint(1, 160)]


def _lines(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    lines = cursor.text.splitlines(keepends=True) or [""]
    start = dice.randrange(len(lines))
    return "".join(lines[start : start + dice.randint(1, 4)])


def _suffix(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    return cursor.text[cursor.offset : cursor.offset + dice.randint(1, 300)]


def _sentinels(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    return cursor.cut + dice.choice(SENTINELS) + _elsewhere(cursor, tokens, dice)


def _prose(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    return cursor.cut * dice.randint(0, 1) + dice.choice(PROSE)


def _opener(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    opener = dice.choice(["/*", "'", '"', "(", "#", "IF a = 1 THEN (", "{", "‘"])
    return opener + cursor.cut


def _megabytes(cursor: Cursor, tokens: list[Token], dice: random.Random) -> str:
    piece = cursor.cut + dice.choice(["\n", " ", "(", ""]) or "x"
    return piece * (1_000_000 // len(piece))


ADVERSARIES: tuple[Adversary, ...] = (
    _right,
    _truncated,
    _random_tokens,
    _elsewhere,
    _lines,
    _suffix,
    _sentinels,
    _prose,
    _opener,
    _megabytes,
)


def say_anything(cursor: Cursor, dice: random.Random) -> str:
    """What a model might say at a cursor."""
    return dice.choice(ADVERSARIES)(cursor, tokenize(cursor.text), dice)


def errors(parsed: Parsed) -> int:
    return sum(each.severity is Severity.ERROR for each in parsed.errors)


def graves(text: str) -> set[tuple[str, int, int]]:
    """What Oracle's compiler would object to, but for syntax."""
    return {
        (each.code, *each.span)
        for each in lint(analyze(parse(text)))
        if each.severity is Severity.ERROR and not each.code.startswith("syntax")
    }


def fresh_graves(text: str, at: int, middle: str) -> set[tuple[str, int, int]]:
    """What the compiler would object to with `middle`, and would not without."""
    known = {(code, start) for code, start, _ in graves(text)}
    shift = len(middle)
    return {
        each
        for each in graves(text[:at] + middle + text[at:])
        if each[:2] not in known and (each[0], each[1] - shift) not in known
    }


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


def moves_following(text: str, offset: int, middle: str) -> bool:
    """Whether a statement below the line of the cursor gets another parent."""
    was = parents(parse(text).tree)
    now = parents(parse(text[:offset] + middle + text[offset:]).tree)
    shift = len(middle)
    line_end = text.find("\n", offset)
    return any(
        now[place + shift] != path
        for place, path in was.items()
        if 0 <= line_end < place and place + shift in now
    )


def check(cursor: Cursor, completion: Completion) -> None:
    """What is offered parses in its place and leaves the rest where it was."""
    if not completion.items:
        assert completion.reason
        return
    before = parse(cursor.text)
    for item in completion.items:
        assert item.text.strip()
        assert item.text == item.text.rstrip()
        assert item.span == (cursor.offset, cursor.offset)
        check_item(cursor, before, item.text)


def check_item(cursor: Cursor, before: Parsed, middle: str) -> None:
    text, at = cursor.text, cursor.offset
    end = at + len(middle)
    new = text[:at] + middle + text[at:]
    after = parse(new)
    if cursor.kind == "broken below":
        assert errors(after) <= errors(before), middle
    elif errors(after):
        # Blocks that lacked their bracket may be closed on later lines.
        assert errors(before), middle
        assert any(not errors(parse(new + "\n)" * more)) for more in range(1, 9)), (
            middle
        )
    found = graves(new)
    inside = {each for each in found if each[1] < end and each[2] > at}
    assert not inside, (middle, inside)
    if errors(before):
        return
    fresh = fresh_graves(text, at, middle)
    assert not fresh, (middle, fresh)
    if not HEADER.search(text[:at]):
        assert not moves_following(text, at, middle), middle


def whole(texts: dict[str, str]) -> list[str]:
    return [
        text
        for text in texts.values()
        if len(text) < LONGEST and not errors(parse(text))
    ]


def attack(texts: list[str], count: int, seed: int, capsys: CaptureFixture[str]) -> int:
    """Ask at so many cursors, check what is offered, and say how much was."""
    dice = random.Random(seed)
    outcomes: Counter[str] = Counter()
    times: list[float] = []
    for cursor in islice(cursors(texts, dice), count):
        model = Parrot(say_anything(cursor, dice))
        manual = dice.random() < 0.5
        completion = complete(cursor.text, cursor.offset, model, manual=manual)
        check(cursor, completion)
        outcomes["offered" if completion.items else "nothing offered"] += 1
        times.append(decision(completion))
    with capsys.disabled():
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"\n{count} cursors: {dict(outcomes)}; decided in {p95:.1f} ms (p95)")
    return outcomes["offered"]


def decision(completion: Completion) -> float:
    """Milliseconds from the model's answer to what is offered of it."""
    behind = ("trim", "fit", "filter", "meaning")
    return sum(each.milliseconds for each in completion.steps if each.stage in behind)


def test_what_is_offered_fits_in_own_formulas(
    own_formulas: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    count = CURSORS // 4 if SOAK else SAMPLE
    assert attack(whole(own_formulas), count, 1, capsys) > count // 12


def test_what_is_offered_fits_with_windows_line_ends(
    own_formulas: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    texts = [text.replace("\n", "\r\n") for text in whole(own_formulas)]
    count = CURSORS // 20 if SOAK else SAMPLE // 3
    assert attack(texts, count, 2, capsys) > count // 12


def test_what_is_offered_fits_in_published_formulas(
    corpus: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    count = CURSORS * 3 // 4 if SOAK else SAMPLE
    assert attack(whole(corpus), count, 3, capsys) > count // 12


def fill(texts: list[str], count: int, seed: int, capsys: CaptureFixture[str]) -> float:
    """The share of line ends that are offered where the model says them.

    Line ends are left out that the checks flag where they stand, and those that would
    draw statements below them into a block, since no text tells that this is meant.
    """
    dice = random.Random(seed)
    flagged: dict[str, list[tuple[int, int]]] = {}
    missed: Counter[str] = Counter()
    right = 0
    while right + missed.total() < count:
        text = dice.choice(texts)
        token = dice.choice(tokenize(text)[:-1])
        line_end = text.find("\n", token.start)
        rest = text[token.start : None if line_end < 0 else line_end].rstrip()
        cut = text[: token.start] + text[token.start + len(rest) :]
        cursor = Cursor("line cut", cut, token.start, rest)
        if text not in flagged:
            found = lint(analyze(parse(text)))
            flagged[text] = [each.span for each in found if each.severity in GRAVE]
        if not is_code(rest) or any(
            start < token.start + len(rest) and end > token.start
            for start, end in flagged[text]
        ):
            continue
        if not errors(parse(cut)) and (
            moves_following(cut, token.start, rest)
            or fresh_graves(cut, token.start, rest)
        ):
            continue
        completion = complete(cut, token.start, Parrot(rest))
        check(cursor, completion)
        if [item.text for item in completion.items] == [rest]:
            right += 1
        else:
            missed[completion.reason[:60] or "cut short"] += 1
    with capsys.disabled():
        print(f"\n{right} of {count} right line ends are offered; {dict(missed)}")
    return right / count


def is_code(rest: str) -> bool:
    """Whether it says something, is no comment and no piece of a broken-up text."""
    return (
        any(character.isalnum() for character in rest)
        and not any(sign in rest for sign in ("/*", "*/", "#", "\u2028"))
        and rest.count("'") % 2 == 0
    )


def test_what_the_author_wrote_is_offered(
    own_formulas: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    count = 1_000 if SOAK else SAMPLE
    assert fill(whole(own_formulas), count, 4, capsys) >= 0.97


def test_what_published_authors_wrote_is_offered(
    corpus: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    count = 2_000 if SOAK else SAMPLE
    assert fill(whole(corpus), count, 5, capsys) >= 0.97


@pytest.mark.parametrize("kind", ["whole", "line cut", "nothing below"])
def test_the_check_sees_what_does_not_fit(kind: str) -> None:
    """The measure of this file is itself held against what must not be offered."""
    text = "IF a = 1 THEN\n  b = 2\n"
    cursor = Cursor(kind, "INPUTS ARE a\nb = a\n", 19, "")  # type: ignore[arg-type]
    for bad in ("* (1", "+ nowhere", "+ 'x'"):
        with pytest.raises(AssertionError):
            check_item(cursor, parse(cursor.text), bad)
    check_item(cursor, parse(cursor.text), " + 1")
    assert moves_following("a = 1\n\nb = 2\n", 6, "IF a = 1 THEN (c = 1) ELSE")
    assert not moves_following(text, 0, "INPUTS ARE a\n")
