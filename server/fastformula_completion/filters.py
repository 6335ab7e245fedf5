"""What is wrong with a completion although it would fit."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_LOOP = re.compile(r"(\w{2,}?|\S{4,}?)\1{4,}")
"""A piece of text five times running: a small model that has lost its way."""

SAME = 0.95
"""Similarity from which two lines count as the same."""


def tidy(prefix: str, middle: str) -> str:
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


def refusal(prefix: str, middle: str, suffix: str) -> str:
    """Why `middle` should not be shown; "" if it should."""
    says_something = any(sign.isalnum() or sign == "'" for sign in middle)
    if not says_something and middle.strip() != "(":
        return "nothing but signs"
    lines = [line.strip() for line in middle.splitlines() if line.strip()]
    following = [line.strip() for line in suffix.splitlines() if line.strip()]
    if following and _same(lines[0], following[0]):
        return "repeats the next line"
    before = [line.strip() for line in prefix.splitlines() if line.strip()]
    alone = not prefix[prefix.rfind("\n") + 1 :].strip()
    if alone and before and len(lines) == 1 and lines[0] == before[-1]:
        return "repeats the line above"
    if _LOOP.search(middle) or any(lines.count(line) > 2 for line in lines):
        return "repeats itself"
    return ""


def _same(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.upper(), other.upper()).ratio() >= SAME
