"""What is taken off a completion, or makes it worthless, although it would fit.

The chain and most of its thresholds are those of Tabby's agent, which are the best
documented ones; what the parser sees to is left out. Each filter gets the text before
the cursor, what is to be offered, and the text behind the cursor.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher

Trim = Callable[[str, str, str], str]
Objection = Callable[[str, str, str], bool]

SAME_LINES = 3
"""How many lines are compared with those behind the cursor."""

_LONG_WAY_ROUND = re.compile(r"(\S.{2,}?)\1{4,}[^\n]*\Z|(\S.{9,}?)\2{2,}[^\n]*\Z")
"""At the end of a line, three characters five times running, or ten three times."""

_LOOP = re.compile(r"(\w{2,}?|\S{4,}?)\1{4,}")
"""A piece of text five times running: a small model that has lost its way."""


def tidy(prefix: str, middle: str, suffix: str) -> str:
    """`middle` without blanks that would only be left behind it."""
    middle = middle.rstrip()
    line = prefix[prefix.rfind("\n") + 1 :]
    if not line.strip() and middle.startswith("\n"):
        # On a blank line the text belongs here, not one line further down.
        middle = middle.lstrip("\r\n")
        indent = len(middle) - len(middle.lstrip(" \t"))
        if line and middle[:indent].startswith(line):
            middle = middle[len(line) :]
    return middle


def end_before_repetition(prefix: str, middle: str, suffix: str) -> str:
    """Without the last line where it goes round in circles."""
    start = middle.rfind("\n") + 1
    found = _LONG_WAY_ROUND.search(middle, start)
    return middle if found is None else middle[:start].rstrip()


def end_before_following(prefix: str, middle: str, suffix: str) -> str:
    """Without last lines that stand behind the cursor already."""
    following = _lines(suffix)[:SAME_LINES]
    lines = middle.split("\n")
    if not following or len(lines) == 1:
        return middle
    for count in range(min(len(lines) - 1, len(following)), 0, -1):
        ours = [line.strip() for line in lines[-count:]]
        # A bracket closes whatever block: the parser knows whether it is ours.
        if any(map(_says_something, ours)) and all(map(_same, ours, following[:count])):
            return "\n".join(lines[:-count])
    return middle


def end_at_smaller_indent(prefix: str, middle: str, suffix: str) -> str:
    """Of several lines, those before one that stands further left than the cursor's."""
    line = prefix[prefix.rfind("\n") + 1 :]
    indent = len(line) - len(line.lstrip())
    lines = middle.split("\n")
    for number, each in enumerate(lines[1:], start=1):
        if each.strip() and len(each) - len(each.lstrip()) < indent:
            return "\n".join(lines[:number])
    return middle


def is_only_signs(prefix: str, middle: str, suffix: str) -> bool:
    """Whether there is no word, number or text in it, nor an opening bracket."""
    return not _says_something(middle) and middle.strip() != "("


def repeats_following(prefix: str, middle: str, suffix: str) -> bool:
    """Whether it begins as what stands behind the cursor does."""
    ours, following = _lines(middle), _lines(suffix)
    return bool(ours and following) and _same(ours[0], following[0])


def repeats_line_above(prefix: str, middle: str, suffix: str) -> bool:
    """Whether it is the line above once more."""
    if prefix[prefix.rfind("\n") + 1 :].strip():
        return False
    before = _lines(prefix)
    return bool(before) and _lines(middle) == before[-1:]


def goes_in_circles(prefix: str, middle: str, suffix: str) -> bool:
    """Whether words, lines or blocks of lines come again and again."""
    ours = [line.upper() for line in _lines(middle)]
    if _LOOP.search(middle) or any(ours.count(line) > 2 for line in ours):
        return True
    half = len(ours) // 2
    is_even = half >= SAME_LINES and len(ours) == 2 * half
    return is_even and all(map(_same, ours[:half], ours[half:]))


TRIMS: tuple[Trim, ...] = (
    tidy,
    end_before_repetition,
    end_at_smaller_indent,
    end_before_following,
)
"""What is done to all that was said, before it is made to fit."""

OBJECTIONS: tuple[tuple[Objection, str], ...] = (
    (is_only_signs, "nothing but signs"),
    (repeats_following, "repeats the next line"),
    (repeats_line_above, "repeats the line above"),
    (goes_in_circles, "repeats itself"),
)
"""Why what fits is not shown."""


def trim(prefix: str, middle: str, suffix: str) -> str:
    """What is left of `middle` behind all trims."""
    for each in TRIMS:
        middle = each(prefix, middle, suffix)
    return middle


def refusal(prefix: str, middle: str, suffix: str) -> str:
    """Why `middle` should not be shown; "" if it should."""
    for objects, reason in OBJECTIONS:
        if objects(prefix, middle, suffix):
            return reason
    return ""


def _lines(text: str) -> list[str]:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line]


def _says_something(text: str) -> bool:
    return any(sign.isalnum() or sign == "'" for sign in text)


def _same(one: str, other: str) -> bool:
    """Whether two lines differ by one character, or by a twentieth of them.

    Short ones have to be equal: `a = 1` and `b = 1` differ by one character.
    """
    one, other = one.upper(), other.upper()
    if one == other:
        return True
    if min(len(one), len(other)) < _SHORT:
        return False
    return SequenceMatcher(None, one, other).ratio() >= 1 - _FEW


_SHORT = 20
_FEW = 0.05
