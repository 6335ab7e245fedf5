"""When the model has said enough."""

from __future__ import annotations

import re
from collections.abc import Callable

LINES_IN_A_BLOCK = 8
"""How many lines of a block are offered at once."""

LONGEST_LINE = 200
"""Characters on one line behind which nothing useful comes."""

_LINE_END = re.compile(r"\n")
_HEADER_END = re.compile(r"(?:\b(?:THEN|ELSE|LOOP)|\()\s*\Z", re.IGNORECASE)


def enough(*, several_lines: bool, following: str = "") -> Callable[[str], bool]:
    """The stop condition for a completion of one line, or of the inside of a block.

    `following` is the next line of the text: a model that has come to it is through.
    """
    done = _block_is_done if several_lines else _line_is_done

    def is_enough(generated: str) -> bool:
        return done(generated) or _is_through(generated, following)

    return is_enough


def next_line(suffix: str) -> str:
    """The first line below the cursor's that is not blank."""
    lines = (line.strip() for line in suffix.split("\n")[1:])
    return next((line for line in lines if line), "")


def _is_through(generated: str, following: str) -> bool:
    """Whether the last whole line is the text's next one, or stands there thrice."""
    if not generated.endswith("\n"):
        return False
    lines = [line.strip().upper() for line in generated.splitlines() if line.strip()]
    if not lines:
        return False
    last = lines[-1]
    if last not in _BRACKETS and last == following.upper():
        return True
    return lines[-_IN_CIRCLES:] == [last] * _IN_CIRCLES


_BRACKETS = ("(", ")")
"""Lines that may well come again."""

_IN_CIRCLES = 3
"""How many equal lines in a row show that a model has lost its way."""


def cut(generated: str, *, several_lines: bool) -> str:
    """What of `generated` was asked for: a backend may stop later than it should."""
    done = enough(several_lines=several_lines)
    blank = len(generated) - len(generated.lstrip())
    for match in _LINE_END.finditer(generated, blank):
        if done(generated[: match.end()]):
            return generated[: match.start()]
    return generated


def _line_is_done(generated: str) -> bool:
    """One line, or a header with its body: a header alone could not stand."""
    line, line_end, rest = generated.lstrip().partition("\n")
    if not line_end:
        return len(line) > LONGEST_LINE
    if not _HEADER_END.search(line):
        return True
    depth = line.count("(") - line.count(")")
    if depth <= 0 and rest.lstrip() and not rest.lstrip().startswith("("):
        return "\n" in rest.lstrip()
    body = rest.rstrip("\n")
    depth += body.count("(") - body.count(")")
    closed = bool(body.strip()) and depth <= 0 and rest.endswith("\n")
    return closed or rest.count("\n") >= LINES_IN_A_BLOCK


def _block_is_done(generated: str) -> bool:
    """A block is done when its bracket closes, at a blank line, or when it is long."""
    body = generated.lstrip()
    depth = 0
    for character in body:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return True
    return "\n\n" in body or body.count("\n") >= LINES_IN_A_BLOCK
