"""The smallest change that lets parsing go on after a token that does not fit.

Local repair as of Burke-Fisher and CPCT+: near the bad token, try to delete a token,
to insert one, to replace one or to swap two, run on from there, and take what gets
furthest for least. Where nothing helps, skip to the next statement. One mistake then
costs one error, because the parser goes on as if the author had written it right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from fastformula.syntax.recogniser import Stack, recogniser
from fastformula.syntax.rewriting import REACH, find_unclosed
from fastformula.syntax.tokens import END, NAMES, Token

LOOK_AHEAD = 20
"""How many tokens past the bad one a repair is run on for, at most."""

LOOK_BACK = 4
"""How many tokens before the bad one a repair may change."""

_ENOUGH = 3
"""How many tokens from the bad one on must fit for a repair to be believed."""

Action = Literal["delete", "insert", "replace", "swap", "skip"]


class Repair(NamedTuple):
    """Put `tokens` in place of the `removed` tokens that begin at index `at`."""

    action: Action
    at: int
    removed: int
    tokens: tuple[Token, ...]


_COSTS: dict[Action, float] = {
    "delete": 1.1,
    "insert": 1.0,  # of one token
    "replace": 1.4,
    "swap": 1.2,
}
_PAIR_COST = 1.6
_BACK_COST = 0.3
_HEADER_COST = 1.5
_STARTER_COST = 0.4
"""On top, for inserting the first word of a statement: it is rarely forgotten."""
_LINE_END_BONUS = 0.5
"""Off the cost of an insertion at a line's end, where typing most often stops."""
_BRACKET_COST = 1.3
"""Of deleting a bracket: its partner is out of sight, so a swap is tried first."""

# What an author is likely to have left out, likeliest first: on a tie the first wins.
_INSERTABLE = """
    NAME RPAR EQUAL COMMA THEN LPAR CONCAT AND LOOP RSQB LSQB ARE IS FOR ELSE IF
    RETURN_LIST MORETHAN LESSTHAN NUMBER TEXT DEFAULT AS DOT WAS DEFAULTED LIKE
    TYPE_DATE EXISTS WHILE INPUTS ALIAS CHANGE_CONTEXTS CALL_FORMULA
    """.split()

# What is left out together: a condition without its comparison, or a header that the
# author has not finished typing. Dearer than one token, cheaper than two.
_INSERTABLE_PAIRS = (
    ("EQUAL", "NAME"),
    ("NAME", "THEN"),
    ("NAME", "RPAR"),
    ("NAME", "RSQB"),
    ("NAME", "LOOP"),
    ("NAME", "EQUAL", "NAME"),
)

_STARTERS = frozenset(
    "ALIAS CALL_FORMULA CHANGE_CONTEXTS DEFAULT DEFAULT_DATA_VALUE EXIT IF INPUTS"
    " NEED_CONTEXT RETURN RETURN_LIST WHILE WSA_DELETE".split()
)


def starts_statement(tokens: Sequence[Token], at: int) -> bool:
    """Whether a statement seems to begin at `tokens[at]`."""
    kind = tokens[at].kind
    if kind in _STARTERS:
        return True
    return kind in NAMES and tokens[at + 1].kind == "EQUAL"


def find_repair(
    text: str, stacks: Sequence[Stack], tokens: Sequence[Token], bad: int
) -> Repair:
    """The repair for `tokens[bad]`, the first that did not fit.

    `stacks[i]` is the stack before `tokens[i]`, for every i up to `bad`. The result
    always gets past the bad token, so that repairing comes to an end.
    """
    if tokens[bad].kind in ("RPAR", "ELSE", END):
        far = _find_bracket(text, stacks, tokens, bad)
        if far:
            return far
    block = _adopt_branch(text, stacks, tokens, bad)
    block = block or _find_doubled(stacks, tokens, bad)
    if block:
        return block
    best: tuple[float, Repair] | None = None
    for repair, after, following, cost in _candidates(text, stacks, tokens, bad):
        window = LOOK_AHEAD + bad - following + 1
        kinds = (token.kind for token in tokens[following : following + window])
        end, fitted = recogniser().advance(after, kinds)
        reach = min(following + fitted, bad + LOOK_AHEAD)
        done = fitted >= window or following + fitted >= len(tokens)
        if reach <= bad:
            continue
        if not done and reach - bad < _ENOUGH:
            # Short of that, the next line may hold a mistake of its own.
            whole = recogniser().feed(end, "UNKNOWN") is not None
            rest = tokens[following + fitted]
            if not (whole and rest.kind != END and _first_on_line(text, rest)):
                continue
        score = reach - cost
        if best is None or score > best[0]:
            best = (score, repair)
    return best[1] if best else _skip(stacks, tokens, bad)


def _find_bracket(
    text: str, stacks: Sequence[Stack], tokens: Sequence[Token], bad: int
) -> Repair | None:
    """A bracket further up that explains why `tokens[bad]` does not fit.

    A `)` too many behind an expression closes the block around it, one too few keeps
    it open; either shows only where the block really ends. The layout tells which:
    the `)` of a block of several lines stands first on its line, and what follows a
    block is indented no deeper than its header.
    """
    surplus = tokens[bad].kind != END
    likely: list[Repair] = []
    possible: list[Repair] = []
    openers: list[int] = []
    headers: list[int] = []
    left: set[int] = set()
    patience = 4 * REACH
    for at in range(max(0, bad - REACH), bad):
        token = tokens[at]
        inside = bool(openers) and not surplus and openers[-1] not in left
        if inside and _falls_back(text, tokens, openers[-1], at):
            left.add(openers[-1])
            place = token.lead
            new = (Token("RPAR", place, place, place),)
            likely.append(Repair("insert", at, 0, new))
        if surplus and token.kind == "RPAR":
            likely += _lost_openers(text, tokens, headers, openers, at)
        if token.kind in ("THEN", "ELSE", "LOOP"):
            headers.append(at)
        if token.kind == "LPAR":
            openers.append(at)
        elif token.kind == "RPAR" and openers:
            opener = openers.pop()
            if surplus and _closes_inline(text, tokens, opener, at):
                deeper = _line_indent(text, tokens[at + 1]) > (
                    _line_indent(text, tokens[opener])
                )
                suspects = likely if deeper else possible
                suspects.append(Repair("delete", at, 1, ()))
    if tokens[bad].kind == "RPAR":
        likely += _lost_openers(text, tokens, headers, openers, bad)
    for repair in (likely[::-1] + possible[::-1])[:_SUSPECTS]:
        stack: Stack | None = stacks[repair.at]
        for new_token in repair.tokens:
            stack = stack and recogniser().feed(stack, new_token.kind)
        if stack is None:
            continue
        rest = tokens[repair.at + repair.removed : bad + LOOK_AHEAD]
        _, fitted = recogniser().advance(stack, (token.kind for token in rest))
        if fitted == len(rest):
            return repair
        patience -= fitted
        if patience < 0:
            break
    return None


def _adopt_branch(
    text: str, stacks: Sequence[Stack], tokens: Sequence[Token], bad: int
) -> Repair | None:
    """A header in place of an ELSE whose IF has ended, for the block behind it."""
    token, kinds = tokens[bad], ("IF", "NAME", "EQUAL", "NAME", "THEN")
    if token.kind != "ELSE" or tokens[bad + 1].kind != "LPAR":
        return None
    advance = recogniser().advance
    rest = (*kinds, *(each.kind for each in tokens[bad + 1 : bad + 1 + _ENOUGH]))
    if advance(stacks[bad], rest)[1] < len(rest):
        return None
    if advance(stacks[bad], ("RPAR", "ELSE"))[1] == 2:
        opener = tokens[find_unclosed(tokens, bad)]
        if _line_indent(text, token) <= _line_indent(text, opener):
            # It belongs to the IF of the block around, which only lacks its `)`.
            return None
    first = Token(kinds[0], token.start, token.end, token.lead)
    others = (Token(kind, token.end, token.end, token.end) for kind in kinds[1:])
    return Repair("replace", bad, 1, (first, *others))


def _find_doubled(
    stacks: Sequence[Stack], tokens: Sequence[Token], bad: int
) -> Repair | None:
    """A `(` written twice where one opens a block, if that is what is unclosed."""
    if recogniser().expected(stacks[bad]) != {"RPAR"}:
        return None
    at = find_unclosed(tokens, bad)
    if at < 0:
        return None
    rest = tokens[at + 1 : bad + LOOK_AHEAD]
    _, fitted = recogniser().advance(stacks[at], (each.kind for each in rest))
    return Repair("delete", at, 1, ()) if fitted == len(rest) else None


_SUSPECTS = 12
"""How many brackets are tried; the nearest first."""


def _opens_block(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].kind in ("THEN", "ELSE", "LOOP", "LPAR", "RPAR")


def _falls_back(text: str, tokens: Sequence[Token], opener: int, at: int) -> bool:
    """Whether the line that `tokens[at]` begins is no longer inside the block."""
    return (
        tokens[at].kind != "RPAR"
        and _first_on_line(text, tokens[at])
        and _opens_block(tokens, opener)
        and not _first_on_line(text, tokens[opener])
        and _line_indent(text, tokens[at]) <= _line_indent(text, tokens[opener])
    )


def _lost_openers(
    text: str,
    tokens: Sequence[Token],
    headers: Sequence[int],
    openers: Sequence[int],
    at: int,
) -> Iterator[Repair]:
    """A `(` behind the header that `tokens[at]`, a `)`, belongs to by its column."""
    for header in reversed(headers):
        if openers and header < openers[-1]:
            return
        if _lost_opener(text, tokens, header, at):
            place = tokens[header].end
            new = (Token("LPAR", place, place, place),)
            yield Repair("insert", header + 1, 0, new)
            return


def _lost_opener(text: str, tokens: Sequence[Token], header: int, at: int) -> bool:
    """Whether `tokens[at]`, a `)`, closes the body that begins behind `header`.

    It does by the layout: the `)` stands alone below the header, in its column, and
    the body between them does not begin with a `(`.
    """
    return (
        tokens[header].kind in ("THEN", "ELSE", "LOOP")
        and tokens[header + 1].kind != "LPAR"
        and _first_on_line(text, tokens[header + 1])
        and _first_on_line(text, tokens[at])
        and (tokens[at + 1].kind == "ELSE" or _first_on_line(text, tokens[at + 1]))
        and _line_indent(text, tokens[at]) == _line_indent(text, tokens[header])
    )


def _closes_inline(text: str, tokens: Sequence[Token], opener: int, at: int) -> bool:
    """Whether `tokens[at]` closes a block of several lines behind an expression."""
    return (
        _opens_block(tokens, opener)
        and not _first_on_line(text, tokens[at])
        and "\n" in text[tokens[opener].end : tokens[at].start]
    )


def _first_on_line(text: str, token: Token) -> bool:
    line = text.rfind("\n", 0, token.start) + 1
    return not text[line : token.start].strip()


def _line_indent(text: str, token: Token) -> int:
    line = text.rfind("\n", 0, token.start) + 1
    written = text[line : token.start + 1].expandtabs(8)
    return len(written) - len(written.lstrip())


def _candidates(
    text: str, stacks: Sequence[Stack], tokens: Sequence[Token], bad: int
) -> Iterator[tuple[Repair, Stack, int, float]]:
    """Repairs, each with the stack after it, the token to go on with, and its cost."""
    feed = recogniser().feed
    header = {"THEN": "IF", "LOOP": "WHILE"}.get(tokens[bad].kind)
    if header:
        at = next(n for n in range(bad, -1, -1) if feed(stacks[n], "UNKNOWN"))
        after = feed(stacks[at], header)
        if after:
            place = tokens[at].lead
            new = (Token(header, place, place, place),)
            yield Repair("insert", at, 0, new), after, at, _HEADER_COST
    for back in range(min(LOOK_BACK, bad + 1)):
        at = bad - back
        stack, token, extra = stacks[at], tokens[at], back * _BACK_COST
        last = token.kind == END
        line_start = last or (
            back > 0 and _first_on_line(text, token) and feed(stack, "UNKNOWN") is None
        )
        if not last:
            delete = Repair("delete", at, 1, ())
            cost = _BRACKET_COST if token.kind in ("LPAR", "RPAR") else _COSTS["delete"]
            yield delete, stack, at + 1, cost + extra
        for kind in _INSERTABLE:
            after = feed(stack, kind)
            if after is None or (kind == "RPAR" and tokens[at - 1].kind == "LPAR"):
                continue
            place = token.lead
            new = (Token(kind, place, place, place),)
            insert = Repair("insert", at, 0, new)
            cost = _COSTS["insert"] + extra - (_LINE_END_BONUS if line_start else 0)
            if kind in _STARTERS:
                cost += _STARTER_COST
            yield insert, after, at, cost
            if not last:
                stand_in = (Token(kind, token.start, token.end, token.lead),)
                replace = Repair("replace", at, 1, stand_in)
                yield replace, after, at + 1, _COSTS["replace"] + extra
        for kinds in _INSERTABLE_PAIRS:
            after, fitted = recogniser().advance(stack, kinds)
            if fitted == len(kinds):
                place = token.lead
                pair = tuple(Token(kind, place, place, place) for kind in kinds)
                cost = _PAIR_COST + extra - (_LINE_END_BONUS if line_start else 0)
                yield Repair("insert", at, 0, pair), after, at, cost
        if not last and tokens[at + 1].kind != END:
            first = feed(stack, tokens[at + 1].kind)
            second = feed(first, token.kind) if first else None
            if second:
                # Each stands empty where the other was: spans must stay in order.
                other = tokens[at + 1]
                swapped = (
                    Token(other.kind, token.start, token.start, token.lead),
                    Token(token.kind, other.start, other.start, other.lead),
                )
                swap = Repair("swap", at, 2, swapped)
                yield swap, second, at + 2, _COSTS["swap"] + extra


def _skip(stacks: Sequence[Stack], tokens: Sequence[Token], bad: int) -> Repair:
    """Give up the statement: one UNKNOWN for all up to a token that fits again."""
    feed, advance = recogniser().feed, recogniser().advance
    statement_starts: list[tuple[int, Stack]] = []
    for at in range(bad, max(-1, bad - REACH), -1):
        unknown = feed(stacks[at], "UNKNOWN")
        # Statements of one list begin with equal stacks: the nearest stands for all.
        if unknown and not any(
            start < bad and _same_list(unknown, known)
            for start, known in statement_starts
        ):
            statement_starts.append((at, unknown))
        if len(statement_starts) > _SUSPECTS:
            break
    for end in range(bad, len(tokens)):
        kind = tokens[end].kind
        if end == bad and kind != END and not starts_statement(tokens, end):
            continue
        if not (kind in ("RPAR", "ELSE", END) or starts_statement(tokens, end)):
            continue
        ahead = [token.kind for token in tokens[end : end + 4]]
        for at, unknown in statement_starts:
            if at == end:
                continue
            if advance(unknown, ahead)[1] == len(ahead):
                return _unknown(tokens, at, end)
    return skip_rest(stacks, tokens, bad)


def _same_list(one: Stack, other: Stack) -> bool:
    """Whether two statements, each on top of its stack, follow the same ones."""
    left, right = one.below, other.below
    assert left is not None and right is not None
    return left.state == right.state and left.below is right.below


def skip_rest(stacks: Sequence[Stack], tokens: Sequence[Token], bad: int) -> Repair:
    """Give up all from the statement around `tokens[bad]` to the end."""
    feed = recogniser().feed
    for at in range(bad, 0, -1):
        unknown = feed(stacks[at], "UNKNOWN")
        if unknown and feed(unknown, END):
            return _unknown(tokens, at, len(tokens) - 1)
    return _unknown(tokens, 0, len(tokens) - 1)


def _unknown(tokens: Sequence[Token], at: int, end: int) -> Repair:
    first = tokens[at]
    last = tokens[end - 1] if end > at else first
    whole = Token("UNKNOWN", first.start, max(first.start, last.end), first.lead)
    return Repair("skip", at, end - at, (whole,))
