"""How long to wait for another keystroke before the model is asked.

The rule is that of Tabby's agent: the time of some keystrokes, of fewer where an answer
is more welcome, less what the model takes to answer anyway. Times are in seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

SHORTEST, LONGEST = 0.025, 0.4
"""Bounds of the pause. Editors add theirs: VS Code up to 0.05, Neovim 0.2."""

_QUICKEST, _SLOWEST = 0.1, 0.4
"""Bounds of the time between two keystrokes that the pause is reckoned from."""

_MOST, _FEWEST = 3.0, 1.5
"""So many keystrokes' time, from where an answer is least welcome to where most."""

_THINKING = 1.0
"""A longer time between two keystrokes says nothing about how fast one types."""

_OPENING = re.compile(r"(?:^|[=(,]|\b(?:THEN|ELSE|LOOP))[ \t]*\Z", re.I | re.M)
"""Behind these an author looks for what comes next."""

_LONGEST_OPENING = 100


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How fast one types in a document."""

    last: float = -inf
    """When the last key was struck."""
    interval: float = 0.15
    """The mean time between two, the latest counting most."""

    def beat(self, now: float) -> Rhythm:
        """The rhythm after a keystroke."""
        passed = now - self.last
        if passed >= _THINKING:
            return Rhythm(now, self.interval)
        return Rhythm(now, self.interval + (passed - self.interval) / 4)


def pause(text: str, offset: int, rhythm: Rhythm, answering: float) -> float:
    """How long to wait; the model takes `answering` to answer."""
    if _OPENING.search(text, max(0, offset - _LONGEST_OPENING), offset):
        return SHORTEST
    interval = max(_QUICKEST, min(rhythm.interval, _SLOWEST))
    keystrokes = _MOST - (_MOST - _FEWEST) * _welcome(text, offset)
    return max(SHORTEST, min(interval * keystrokes - answering, LONGEST))


def _welcome(text: str, offset: int) -> float:
    """How welcome an answer is, from 0 to 1, in Tabby's weights."""
    before = text[offset - 1 : offset]
    line_end = text.find("\n", offset)
    ends_line = not text[offset : len(text) if line_end < 0 else line_end].strip()
    ends_text = ends_line and not text[offset:].strip()
    return 0.5 * (not re.match(r"\w", before)) + 0.4 * ends_line + 0.1 * ends_text
