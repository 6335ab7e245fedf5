"""Comments that excuse a place: `/* fastformula: ignore RULE, RULE reason */`.

Such a comment speaks of the statement that it stands in or behind; alone on its line,
of the next one. `ignore-file` speaks of the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from fastformula.diagnostic import Diagnostic, Fix, Severity
from fastformula.linter.codes import SYNTAX
from fastformula.linter.regions import head, overlap
from fastformula.syntax import Parsed, Token, trivia
from fastformula.syntax.tree import Statement
from fastformula.text import Edit, LineIndex, Span

CODE = "ignore-comment"

# Behind a comma the reason may begin, and every rule has a hyphen in its name.
_FURTHER = r"[ \t]*,[ \t]*(?:\w+(?:-\w+)+|semicolon\b)"
_COMMENT = re.compile(
    r"fastformula:\s*(?P<kind>ignore-file|ignore)(?![\w-])[ \t]*"
    rf"(?P<names>[\w-]+(?:{_FURTHER})*)?",
    re.IGNORECASE,
)


_MARK = "fastformula:"
"""What stands in every such comment, in lower case; quickly looked for."""


class Excuse(NamedTuple):
    """One rule in one comment."""

    rule: str
    span: Span
    """Of the rule's name."""
    comment: Span
    region: Span | None
    """Where what the rule finds is excused; None for everywhere."""

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether the diagnostic is one that is excused."""
        return diagnostic.code == self.rule and (
            self.region is None
            or self.region.start <= diagnostic.span.start < self.region.end
        )


def read_excuses(parsed: Parsed, statements: Sequence[Statement]) -> list[Excuse]:
    """What the comments of a text excuse; `statements` are all that it has."""
    found: list[Excuse] = []
    for token, comment, match in _comments(parsed):
        region = None
        if match["kind"].lower() == "ignore":
            region = _region(parsed, statements, token, comment)
        names = match["names"] or ""
        start = comment.start + max(match.start("names"), 0)
        if not names:
            found.append(Excuse("", comment, comment, region))
        for name in re.finditer(r"[\w-]+", names):
            span = Span(start + name.start(), start + name.end())
            found.append(Excuse(name.group().lower(), span, comment, region))
    return found


def _comments(parsed: Parsed) -> Iterator[tuple[Token, Span, re.Match[str]]]:
    """The comments that are for us, each with the token behind it."""
    text = parsed.text
    if _MARK not in text.lower():
        return
    for token in parsed.tokens:
        for piece in trivia(text, token):
            if piece.kind in ("comment", "hash-comment") and (
                match := re.match(
                    r"(?:/\*|#)\s*" + _COMMENT.pattern,
                    piece.span.text_in(text),
                    re.IGNORECASE,
                )
            ):
                yield token, piece.span, match


def _region(
    parsed: Parsed, statements: Sequence[Statement], following: Token, comment: Span
) -> Span:
    lines = LineIndex(parsed.text)

    def whole_lines(start: int, end: int) -> Span:
        first, last = lines.position(start).line, lines.position(end).line
        return Span(lines.starts[first], lines.line_span(last)[1])

    region = whole_lines(comment.start, comment.end)
    before = parsed.text[region.start : comment.start]
    after = parsed.text[comment.end : region.end]
    if not before.strip() and not after.strip():
        region = whole_lines(following.start, following.start)
    heads = [span for each in statements if overlap(span := head(each), region)]
    return Span(
        min([region.start, *(span.start for span in heads)]),
        max([region.end, *(span.end for span in heads)]),
    )


def judge_excuses(
    excuses: Sequence[Excuse], used: set[Excuse], known: frozenset[str]
) -> Iterator[Diagnostic]:
    """What is wrong with the comments themselves.

    `used` are the excuses that covered something or may have; `known` the names that
    can be excused.
    """
    for excuse in excuses:
        if message := _objection(excuse, excuse in used, known):
            alone = all(
                each.rule == excuse.rule
                for each in excuses
                if each.comment == excuse.comment
            )
            fix = Fix("Remove the comment", (Edit(excuse.comment, ""),))
            yield Diagnostic(
                CODE,
                Severity.HINT,
                excuse.span,
                message,
                (fix,) if alone and excuse.rule else (),
                unnecessary=excuse.rule in known,
            )


def _objection(excuse: Excuse, is_used: bool, known: frozenset[str]) -> str:
    name = excuse.rule
    if not name:
        return (
            "Behind `ignore` stand the names of the rules, then the reason. "
            "`fastformula rules` lists them."
        )
    if name in SYNTAX:
        return f"`{name}` is a syntax error, which no comment can excuse."
    if name not in known:
        near = get_close_matches(name, sorted(known), 1)
        advice = f"Did you mean `{near[0]}`?" if near else "See `fastformula rules`."
        return f"There is no rule `{name}`. {advice}"
    if not is_used:
        where = "in this formula" if excuse.region is None else "here"
        return f"`{name}` finds nothing {where}, so there is nothing to ignore."
    return ""
