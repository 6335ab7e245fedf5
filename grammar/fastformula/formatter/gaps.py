"""What is written between two tokens: blanks, line ends, and every remark."""

from __future__ import annotations

from fastformula.formatter.source import Remark, Source
from fastformula.text import LINE_BREAK

MOST_BLANK_LINES = 2


def write_inside(source: Source, at: int, column: int, *, ends: bool) -> str:
    """The gap before token `at` within a statement.

    `ends` says whether a line ends here; the next begins at `column`.
    """
    gap, tight = source.gaps[at], source.is_tight(at)
    start = source.newline + " " * column
    if not gap.remarks:
        return start if ends else "" if tight else " "
    written = ""
    hashed = False
    for remark in gap.remarks:
        if remark.before or hashed:
            written += start + _moved(remark, column, source.newline)
        elif remark.is_separator or (not written and _opens(source, at - 1)):
            written += remark.text
        else:
            written += " " + remark.text
        hashed = remark.ends_line
    if hashed or gap.breaks or (ends and source.newline not in written):
        return written + start
    return written if tight else written + " "


def write_between(
    source: Source,
    at: int,
    column: int,
    outer: int = 0,
    *,
    opened: bool = False,
    packed: bool = False,
    pad: int = 0,
) -> str:
    """The gap before token `at`, which begins a line at `column`.

    Remarks stand at `outer`, and one behind code has `pad` more blanks before it. No
    blank lines are kept behind what has `opened` a block, nor before what is `packed`.
    """
    gap = source.gaps[at]
    written = ""
    hashed = on_line = False
    most = 1 if opened or at == 0 else MOST_BLANK_LINES + 1
    for remark in gap.remarks:
        if remark.is_separator and not hashed:
            written += remark.text
            continue
        if remark.before or hashed or at == 0:
            breaks = min(max(remark.before, 1), most) if at or written else 0
            written += source.newline * breaks + " " * outer
            written += _moved(remark, outer, source.newline)
            on_line = not LINE_BREAK.search(remark.text)
        else:
            written += " " * (1 + pad) + remark.text
        hashed = remark.ends_line
        most = MOST_BLANK_LINES + 1
    if on_line and not gap.breaks and not hashed:
        return written + " "
    if at == 0 and not written:
        return " " * column
    breaks = max(gap.breaks, 1)
    breaks = 1 if packed else min(breaks, most)
    return written + source.newline * breaks + " " * column


def write_end(source: Source, pad: int) -> str:
    """The gap behind the last statement: its remarks, and one line end."""
    at = len(source.tokens) - 1
    if at == 0 and not source.gaps[at].remarks:
        return ""
    written = write_between(source, at, 0, packed=True, pad=pad)
    if written.endswith(source.newline):
        return written
    return written.removesuffix(" ") + source.newline


def _opens(source: Source, at: int) -> bool:
    return source.tokens[at].kind in ("LPAR", "LSQB")


def _moved(remark: Remark, column: int, newline: str) -> str:
    """A remark that begins at `column`: its lines move along, so that it looks alike.

    Where they cannot all do so, they stay where they are.
    """
    first, *others = LINE_BREAK.split(remark.text)
    by = column - remark.column
    if not others or remark.column < 0 or not by:
        return remark.text
    moved = [first]
    for line in others:
        blanks = len(line) - len(line.lstrip(" "))
        if line[blanks : blanks + 1] == "\t" or (blanks + by < 0 and line.strip()):
            return remark.text
        moved.append(" " * (blanks + by) + line[blanks:] if line.strip() else line)
    return newline.join(moved)
