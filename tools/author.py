"""Somebody who writes formulas: the edits that a day's work is made of.

What tests and the soak have in common: they let the same author work, and look at
different things while he does.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from fastformula.syntax import tokenize
from fastformula.syntax.reparsing import find_edit
from fastformula.text import Edit, Span

LONGEST = 20_000
"""A text that has become longer (code points) is cut back."""

_WORDS = [
    *"abx1 =()+'\n,.;*/-\"[]|<>&{}",
    *("IF ", "THEN ", "ELSE ", "LOOP ", "x = 1\n", "RETURN ", "RETURN x\n", "F(", ") "),
    *(" || ", "/*", "*/", "\r\n", "\r", "END IF", "END IF;", "--", "ELSIF ", ":= "),
    *("IF x = 1 THEN (\n", ")\nELSE (\n", "WHILE i < 9 LOOP (\n", "'it''s'", "''"),
    *("INPUTS ARE a, b (TEXT)\n", "DEFAULT FOR c IS 0\n", "/* why? */", "# note\n"),
]
_ODD = [
    *("\U0001f600", "\u2028", "\u2029", "\x85", "\xa0", "\u2018", "\u2019", "\u201c"),
    *("\x00", "\ufeff", "e\u0301", "\x0b", "\x0c", "\t", "\u3000", "ß", "İ", "\ud83d"),
]
_BREAK = re.compile(r"\r\n|\n|\r")


class Step(NamedTuple):
    """One edit, and the text before and after it."""

    before: str
    edit: Edit
    after: str


def write(text: str, texts: Sequence[str], dice: random.Random) -> Iterator[Step]:
    """Endless work on `text`; what is pasted or copied by hand is from `texts`."""
    undone: list[str] = []
    past = [text]
    while True:
        habit = dice.choices(_DOINGS, _OFTEN)[0]
        if len(text) > LONGEST:
            plan = [Edit(Span(LONGEST // 4, len(text)), "")]
        elif dice.random() < 0.1:
            # Step by step back, and now and then forth again.
            back = [past.pop() for _ in range(min(len(past), dice.randint(1, 8)))]
            undone = back[::-1]
            plan = [find_edit(text, each) for each in back[-1:]]
        elif undone and dice.random() < 0.3:
            plan = [find_edit(text, undone.pop())]
        else:
            plan, undone = habit(text, texts, dice), []
        for edit in plan:
            start, end = edit.span
            after = text[:start] + edit.new_text + text[end:]
            yield Step(text, edit, after)
            past.append(text)
            text = after
        del past[:-50]
        past = past or [text]


def _typed(at: int, said: str) -> list[Edit]:
    return [Edit(Span(at + n, at + n), sign) for n, sign in enumerate(said)]


def _place(text: str, dice: random.Random) -> int:
    """Where a cursor goes: an edge of a word, a line's start or end, or anywhere."""
    at = dice.randrange(len(text) + 1)
    match dice.randrange(4):
        case 0:
            return at
        case 1:
            return text.rfind("\n", 0, at) + 1
        case 2:
            return end if (end := text.find("\n", at)) >= 0 else len(text)
    near = tokenize(text[at : at + 60])[0]
    return at + dice.choice((near.start, near.end))


def _lines(texts: Sequence[str], dice: random.Random, most: int) -> str:
    lines = dice.choice(texts).splitlines(keepends=True) or ["\n"]
    at = dice.randrange(len(lines))
    return "".join(lines[at : at + dice.randint(1, most)])


def _type_line(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    return _typed(_place(text, dice), _lines(texts, dice, 1)[:60])


def _type_word(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    at, said = _place(text, dice), dice.choice(_WORDS)
    return _typed(at, said) if dice.random() < 0.5 else [Edit(Span(at, at), said)]


def _type_odd(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    at = _place(text, dice)
    return [Edit(Span(at, at), dice.choice(_ODD))]


def _delete(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    """Backspace, again and again."""
    at = _place(text, dice)
    return [
        Edit(Span(at - n - 1, at - n), "")
        for n in range(min(at, dice.choice((1, 1, 2, 5, 12))))
    ]


def _cut(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    at = _place(text, dice)
    size = dice.choice((1, 2, 5, 30, 80, 400))
    end = min(len(text), at + size)
    if dice.random() < 0.4:
        at, end = text.rfind("\n", 0, at) + 1, text.find("\n", end) + 1 or len(text)
    return [Edit(Span(at, max(at, end)), "")]


def _paste(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    at = _place(text, dice)
    end = at if dice.random() < 0.7 else min(len(text), at + dice.choice((1, 5, 40)))
    said = _lines(texts, dice, 12)
    if dice.random() < 0.3:
        start = dice.randrange(len(said))
        said = said[start : start + dice.choice((1, 3, 10, 60))]
    return [Edit(Span(at, end), said)]


def _quote(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    """Open something, write in it, and close it or not."""
    at = _place(text, dice)
    opened, closed = dice.choice((("'", "'"), ('"', '"'), ("/*", "*/"), ("(", ")")))
    said = dice.choice(("", "x", "it is ", "a = 1", "b\n"))
    if dice.random() < 0.3:
        # The editor puts the second in with the first, and takes it over when typed.
        return [Edit(Span(at, at), opened + closed), *_typed(at + len(opened), said)]
    return _typed(at, opened + said + (closed if dice.random() < 0.7 else ""))


def _comment_out(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    start, end = sorted(_place(text, dice) for _ in range(2))
    end = min(end, start + 300)
    return [Edit(Span(start, start), "/* "), Edit(Span(end + 3, end + 3), " */")]


def _break_lines(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    """Other line ends, in one place or everywhere."""
    breaks = [Span(*match.span()) for match in _BREAK.finditer(text)]
    new = dice.choice(("\n", "\r\n", "\r", "\n\n"))
    if not breaks:
        return [Edit(Span(0, 0), new)]
    if dice.random() < 0.2:
        return [find_edit(text, _BREAK.sub(new, text))]
    span = dice.choice(breaks)
    if len(span.text_in(text)) == 2 and dice.random() < 0.5:
        half = dice.choice((span.start, span.start + 1))
        return [Edit(Span(half, half + 1), "")]
    return [Edit(span, new)]


def _indent(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    first = dice.randrange(len(starts))
    chosen = starts[first : first + dice.randint(1, 5)]
    return [Edit(Span(at, at), "  ") for at in reversed(chosen)]


def _move_line(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    lines = text.splitlines(keepends=True)
    if len(lines) < 2:
        return []
    at = dice.randrange(len(lines) - 1)
    start = sum(map(len, lines[:at]))
    one, two = lines[at : at + 2]
    return [Edit(Span(start, start + len(one) + len(two)), two + one)]


def _drop_word(text: str, texts: Sequence[str], dice: random.Random) -> list[Edit]:
    return [Edit(dice.choice(tokenize(text)).span, "")]


_Habit = Callable[[str, Sequence[str], random.Random], list[Edit]]
_HABITS: tuple[tuple[_Habit, int], ...] = (
    (_type_line, 4),
    (_type_word, 12),
    (_type_odd, 3),
    (_delete, 8),
    (_cut, 4),
    (_paste, 5),
    (_quote, 4),
    (_comment_out, 1),
    (_break_lines, 2),
    (_indent, 1),
    (_move_line, 1),
    (_drop_word, 3),
)
_DOINGS = [habit for habit, _ in _HABITS]
_OFTEN = [often for _, often in _HABITS]
