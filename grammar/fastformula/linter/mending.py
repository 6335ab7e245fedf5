"""Fixes that can be made unseen, made until there is nothing left to fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from fastformula.diagnostic import Diagnostic, Fix, Severity
from fastformula.linter.rules import RULES
from fastformula.text import Edit, apply_edits

SAFE_CODES: frozenset[str] = frozenset(
    {
        "semicolon",
        "syntax-and",
        "syntax-assignment",
        "syntax-change-contexts",
        "syntax-comment",
        "syntax-elsif",
        "syntax-end-if",
        "syntax-end-loop",
        "syntax-equality",
        "syntax-inputs",
        "syntax-or",
        "syntax-quoted-context",
        "syntax-quotes",
    }
)
"""What the parser reads as the fix writes it, and nobody can have meant otherwise."""

ROUNDS = 10
"""How often a text is looked at again, since one fix may make room for another."""

Find = Callable[[str], tuple[Diagnostic, ...]]
"""What is wrong with a text."""


class Mended(NamedTuple):
    """A text with its safe fixes made."""

    text: str
    fixes: int
    """How many were made."""
    left: tuple[Diagnostic, ...]
    """What is still wrong."""


def safe_fix(diagnostic: Diagnostic) -> Fix | None:
    """The diagnostic's fix where it surely means the same."""
    safe = diagnostic.code in SAFE_CODES or any(
        rule.safe for rule in RULES if rule.name == diagnostic.code
    )
    return diagnostic.fixes[0] if safe and diagnostic.fixes else None


def only_fix(diagnostic: Diagnostic) -> Fix | None:
    """The diagnostic's fix where there is nothing to choose."""
    is_safe = safe_fix(diagnostic) is not None
    return diagnostic.fixes[0] if is_safe or len(diagnostic.fixes) == 1 else None


def mend(text: str, find: Find, code: str | None = None) -> Mended:
    """Make the safe fixes in `text`; a fix that would bring a new error is not made.

    With a `code`, those of its diagnostics that leave nothing to choose.
    """
    left = find(text)
    count = 0
    for _ in range(ROUNDS):
        if code is None:
            fixes = _side_by_side(map(safe_fix, left))
        else:
            fixes = _side_by_side(only_fix(each) for each in left if each.code == code)
        step = _make(text, left, fixes, find)
        if step is None and len(fixes) > 1:
            # One of them does harm; find those that do not.
            for fix in fixes:
                step = step or _make(text, left, [fix], find)
        if step is None:
            break
        text, left = step.text, step.left
        count += step.fixes
    return Mended(text, count, left)


def _side_by_side(fixes: Iterable[Fix | None]) -> list[Fix]:
    """Fixes that do not touch each other, the first of two that do."""
    taken: list[Edit] = []
    chosen = []
    for fix in fixes:
        if fix is None:
            continue
        if not any(_clash(one, other) for one in fix.edits for other in taken):
            taken += fix.edits
            chosen.append(fix)
    return chosen


def _clash(one: Edit, other: Edit) -> bool:
    if one.span == other.span and _is_line(one) and _is_line(other):
        # Declarations come one below the other, the same one once.
        return one.new_text == other.new_text
    first, second = sorted((one.span, other.span))
    return first.start == second.start or second.start < first.end


def _is_line(edit: Edit) -> bool:
    is_whole = edit.new_text.startswith("\n") or edit.new_text.endswith("\n")
    return edit.span.start == edit.span.end and is_whole


def _make(
    text: str, left: Sequence[Diagnostic], fixes: Sequence[Fix], find: Find
) -> Mended | None:
    """All of `fixes` made, if that changes the text and brings no new error."""
    newline = "\r\n" if "\r\n" in text else "\n"
    edits = [
        Edit(edit.span, edit.new_text.replace("\r\n", "\n").replace("\n", newline))
        for fix in fixes
        for edit in fix.edits
    ]
    after = apply_edits(text, edits)
    if after == text:
        return None
    found = find(after)
    if _errors(found) > _errors(left):
        return None
    return Mended(after, len(fixes), found)


def _errors(diagnostics: Iterable[Diagnostic]) -> int:
    return sum(each.severity is Severity.ERROR for each in diagnostics)
