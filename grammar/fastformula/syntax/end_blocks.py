"""Blocks closed with END IF and END LOOP, read as blocks in parentheses.

In PL/SQL style every branch is a list, so without its brackets the second statement
would end the IF and the next ELSE be an error as well. The brackets that the author
did not write are put into the token stream instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from fastformula.diagnostic import Diagnostic, Fix
from fastformula.syntax.rewriting import OPERATORS, made_up, mistake, opens_block, word
from fastformula.syntax.tokens import Token
from fastformula.text import Edit, Span

_JOINED = {
    "ENDIF": "IF",
    "END_IF": "IF",
    "ENDLOOP": "WHILE",
    "END_LOOP": "WHILE",
    "ENDWHILE": "WHILE",
}
_APART = {"IF": "IF", "LOOP": "WHILE", "WHILE": "WHILE"}

END_WORDS = frozenset({*_JOINED, "END"})
"""The names that may close a block."""


@dataclass(slots=True)
class _Block:
    """An IF or WHILE whose end has not been seen."""

    kind: str
    at: int
    depth: int
    header: int | None = None
    orelse: int | None = None


def close_blocks(
    text: str, tokens: Sequence[Token]
) -> tuple[list[Token], list[Diagnostic]]:
    """`tokens` with brackets for END IF and END LOOP, and an error for each of them."""
    ends = _find_ends(text, tokens)
    if not ends:
        return list(tokens), []
    inserted: dict[int, list[str]] = defaultdict(list)
    errors = []
    for at, closed in _match(tokens, ends):
        size, kind = ends[at]
        closers = inserted[at].count("RPAR")
        edits = []
        for block in closed:
            edits += _bracket(tokens, block, at, inserted)
        span = Span(tokens[at].start, tokens[at + size - 1].end)
        edits.append(Edit(span, ")" * (inserted[at].count("RPAR") - closers)))
        errors.append(_describe(text, span, kind, edits if closed else []))
    out: list[Token] = []
    skip = 0
    for at, token in enumerate(tokens):
        out += (made_up(kind, token) for kind in inserted[at])
        if at in ends:
            skip = ends[at][0]
        if skip:
            skip -= 1
        else:
            out.append(token)
    return out, errors


def _describe(text: str, span: Span, kind: str, edits: Sequence[Edit]) -> Diagnostic:
    written = " ".join(span.text_in(text).upper().split())
    shape = "IF … THEN ( … ) ELSE ( … )" if kind == "IF" else "WHILE … LOOP ( … )"
    fixes = [Fix("Put the statements in parentheses", tuple(edits))] if edits else []
    return mistake(
        "end-if" if kind == "IF" else "end-loop",
        span,
        f"There is no {written}. Several statements are grouped with parentheses: "
        f"{shape}.",
        *fixes,
    )


def _find_ends(text: str, tokens: Sequence[Token]) -> dict[int, tuple[int, str]]:
    """From the index of each END to how many tokens it takes and what it closes."""
    ends = {}
    for at, token in enumerate(tokens):
        if token.kind != "NAME":
            continue
        before = tokens[max(0, at - 2) : at]
        # The IF of one END IF may stand right before the next.
        misplaced = OPERATORS - {"IF", "WHILE"}
        if before and before[-1].kind in misplaced and not opens_block(before):
            continue
        written = word(text, token)
        follower = tokens[at + 1].kind
        if written in _JOINED and follower not in ("EQUAL", "LPAR", "LSQB", "DOT"):
            ends[at] = (1, _JOINED[written])
        elif written == "END" and follower in _APART:
            ends[at] = (2, _APART[follower])
    return ends


def _match(
    tokens: Sequence[Token], ends: dict[int, tuple[int, str]]
) -> list[tuple[int, list[_Block]]]:
    """For each END the blocks that it closes, innermost first."""
    depth = 0
    open_blocks: list[_Block] = []
    matches = []
    inside_end = 0
    for at, token in enumerate(tokens):
        if inside_end:
            inside_end -= 1
            continue
        if at in ends:
            size, kind = ends[at]
            inside_end = size - 1
            following = ends.get(at + size)
            matches.append((at, _close(open_blocks, kind, depth, following)))
        elif token.kind == "LPAR":
            depth += 1
        elif token.kind == "RPAR":
            depth -= 1
            while open_blocks and open_blocks[-1].depth > depth:
                open_blocks.pop()
            block = open_blocks[-1] if open_blocks else None
            if block and block.header is not None and block.depth == depth:
                body = block.header if block.orelse is None else block.orelse
                bracketed = tokens[body + 1].kind == "LPAR"
                if bracketed and tokens[at + 1].kind != "ELSE" and at + 1 not in ends:
                    open_blocks.pop()
        elif token.kind in ("IF", "WHILE"):
            open_blocks.append(_Block(token.kind, at, depth))
        elif token.kind in ("THEN", "LOOP"):
            if open_blocks and open_blocks[-1].header is None:
                open_blocks[-1].header = at
        elif token.kind == "ELSE":
            for block in reversed(open_blocks):
                if block.kind == "IF" and block.orelse is None:
                    block.orelse = at
                    break
    return matches


def _close(
    open_blocks: list[_Block],
    kind: str,
    depth: int,
    following: tuple[int, str] | None,
) -> list[_Block]:
    at = len(open_blocks) - 1
    while at >= 0 and open_blocks[at].kind != kind:
        at -= 1
    if at < 0 or open_blocks[at].depth != depth:
        return []
    closed = [open_blocks[at]]
    del open_blocks[at:]
    # One END IF for a whole chain of ELSE IFs, unless each brings its own.
    while (
        open_blocks
        and following is None
        and open_blocks[-1].orelse is not None
        and open_blocks[-1].orelse + 1 == closed[-1].at
    ):
        closed.append(open_blocks.pop())
    return closed


def _bracket(
    tokens: Sequence[Token], block: _Block, end: int, inserted: dict[int, list[str]]
) -> list[Edit]:
    """Note the brackets that `block`, which ends at `end`, lacks; the same as edits.

    The closing bracket at `end` itself is left to the edit that replaces the END.
    """
    edits = []
    bodies = [(block.header, block.orelse if block.orelse is not None else end)]
    bodies.append((block.orelse, end))
    for header, stop in bodies:
        if header is None or tokens[header + 1].kind == "LPAR":
            continue
        if header == block.orelse and tokens[header + 1].kind == "IF":
            continue
        inserted[header + 1].append("LPAR")
        inserted[stop].insert(0, "RPAR")
        edits.append(Edit(Span(tokens[header].end, tokens[header].end), " ("))
        if stop != end:
            edits.append(Edit(Span(tokens[stop].start, tokens[stop].start), ") "))
    return edits
