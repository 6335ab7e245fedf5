"""A formula cut down to what has to do with some of its names.

Checking a whole formula for every offer takes too long. What an offer means hangs on
the statements that speak of the names in it, and on the headers around those. The tree
is cut down, not the text, so that what is found stands where it is found.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple, get_args

from fastformula import Parsed
from fastformula.analysis import Access, Analysis, Use
from fastformula.diagnostic import Diagnostic
from fastformula.syntax import Token
from fastformula.syntax.moving import move
from fastformula.syntax.parser import Placed
from fastformula.syntax.recovery import Run
from fastformula.syntax.rereading import Reread
from fastformula.syntax.tree import (
    Body,
    ChangeContexts,
    Declaration,
    Exit,
    Formula,
    If,
    Return,
    Statement,
    While,
)
from fastformula.text import Edit, Span

WHOLE = 1_000
"""Texts of so many code points are not cut down at all."""

_DECLARATIONS = get_args(Declaration)
_BLOCKS = (If, While, ChangeContexts)
_WAYS_OUT = (Exit, Return)
_OF_CONTEXTS = frozenset({Access.CONTEXT, Access.SET_CONTEXT})

MOST_SOURCES = 8
"""How many statements that give a name its values or declare it are kept at least."""


class Breadth(NamedTuple):
    """How much is kept."""

    nearest: int
    """Of the statements that speak of a name, how many on each side of the cursor."""
    sources: int
    """How many statements are kept because names in others hang on them."""
    ways_out: bool
    """Whether every RETURN and EXIT is kept."""


TIGHT = Breadth(2, 4, ways_out=False)
"""Enough to see that nothing is wrong. What it lacks may look like a mistake."""

WIDE = Breadth(16, 4, ways_out=False)
"""The same of what is said of a name everywhere."""

LOOSE = Breadth(16, 40, ways_out=True)
"""Enough to believe a mistake that is seen in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Where the names of a formula are spoken of; made once per text."""

    analysis: Analysis
    starts: Sequence[int]
    """Where each statement begins."""
    uses: Mapping[str, Sequence[Use]]
    """The places of a name, by its upper-case form."""
    declarations: Sequence[Statement]
    exits: Sequence[Statement]
    """Every RETURN and EXIT."""
    excusing: Sequence[Token]
    """The tokens that have a comment for the checks in front of them."""

    def sources(self, name: str) -> Iterator[Statement]:
        """The statements that give a name a value or declare it."""
        for use in self.uses.get(name, ()):
            if use.access.writes or use.access.declares:
                yield use.statement

    def words(self, statement: Statement) -> Iterator[str]:
        """The names in a statement, but for those in statements in it."""
        uses = self.analysis.uses
        at = bisect_left(uses, statement.span.start, key=_used_at)
        while at < len(uses) and uses[at].statement is statement:
            yield uses[at].name.key
            at += 1

    def parent(self, statement: Statement) -> Statement | None:
        """The statement around another."""
        at = bisect_left(self.starts, statement.span.start)
        node = self.analysis.statements[at].scope.node
        return None if isinstance(node, Formula) else node


def make_outline(analysis: Analysis) -> Outline:
    """Where names are spoken of in the text of `analysis`."""
    uses: dict[str, list[Use]] = {}
    others = [use for use in analysis.uses if use.access in _OF_CONTEXTS]
    for symbol in analysis.symbols.values():
        if symbol.alias is None and not symbol.key.startswith('"'):
            uses[symbol.key] = [*symbol.uses]
        else:
            others += symbol.uses
    for use in others:
        uses.setdefault(use.name.key, []).append(use)
    statements = [each.statement for each in analysis.statements]
    return Outline(
        analysis,
        [each.span.start for each in statements],
        uses,
        [each for each in statements if isinstance(each, _DECLARATIONS)],
        [each for each in statements if isinstance(each, _WAYS_OUT)],
        [*_excusing(analysis.parsed)],
    )


def choose(
    outline: Outline, names: Iterable[str], around: Span, breadth: Breadth
) -> set[Span] | None:
    """The places of the statements to keep when only `names` matter; None for all.

    What stands in `around` is kept whatever it says.
    """
    if len(outline.analysis.parsed.text) <= WHOLE:
        return None
    kept: set[Span] = set()

    def keep(statement: Statement) -> None:
        each: Statement | None = statement
        while each is not None and each.span not in kept:
            kept.add(each.span)
            each = outline.parent(each)

    placed = outline.analysis.statements
    behind = bisect_right(outline.starts, around.end)
    for at in range(behind - 1, -1, -1):
        statement = placed[at].statement
        if statement.span.end >= around.start:
            keep(statement)
        elif isinstance(placed[at].scope.node, Formula):
            break
    # Nothing but declarations may stand before one.
    late = bisect_right(outline.declarations, around.end, key=_start)
    for statement in outline.declarations[late : late + 1]:
        keep(statement)
    pending = list(dict.fromkeys(names))
    known = set(pending)
    near = around
    for name in pending:
        said = outline.uses.get(name, ())
        at = bisect_right(said, around.start, key=_used_at)
        for use in said[max(0, at - breadth.nearest) : at + breadth.nearest]:
            keep(use.statement)
            start, end = use.statement.span
            near = Span(min(near.start, start), max(near.end, end))
        # Its type has to agree in all of these.
        for statement in islice(outline.sources(name), MOST_SOURCES):
            keep(statement)
    near = Span(0, len(outline.analysis.parsed.text)) if breadth.ways_out else near
    first = bisect_left(outline.exits, near.start, key=_start)
    last = bisect_right(outline.exits, near.end, key=_start)
    for statement in outline.exits[first:last]:
        keep(statement)
    for name in pending:
        if len(known) > breadth.sources:
            break
        for source in islice(outline.sources(name), 2):
            keep(source)
            for word in outline.words(source):
                if word not in known:
                    known.add(word)
                    pending.append(word)
    return kept


def _start(statement: Statement) -> int:
    return statement.span.start


def _used_at(use: Use) -> int:
    return use.statement.span.start


@dataclass(slots=True)
class Excerpt:
    """What is kept of a formula, part by part."""

    kept: Collection[Span] | None
    statements: list[Statement] = field(default_factory=list)
    tokens: set[Token] = field(default_factory=set)

    def take(
        self,
        statements: Iterable[Statement],
        tokens: Sequence[Token],
        shift: int = 0,
        was: Callable[[Span], Span | None] = lambda span: span,
    ) -> None:
        """Take what is kept of `statements`, with their `tokens`, moved by `shift`.

        `was` says where one stood before, None for a new one, which is kept.
        """
        kept = self.kept
        gaps: list[Span] = []

        def staying(body: Body) -> tuple[Statement, ...]:
            left, gone = _staying(body, kept, was)
            gaps.extend(gone)
            return left

        for statement in statements:
            place = was(statement.span)
            if kept is not None and place is not None and place not in kept:
                continue
            gaps.clear()
            if shift or (kept is not None and isinstance(statement, _BLOCKS)):
                self.statements.append(move(statement, shift, staying))
            else:
                self.statements.append(statement)
            start = statement.span.start
            for gap in (*sorted(gaps), Span(statement.span.end, 0)):
                first = bisect_left(tokens, start, key=_token_start)
                last = bisect_left(tokens, gap.start, key=_token_start)
                self.take_tokens(tokens[first:last], shift)
                start = max(start, gap.end)

    def see(self, span: Span, tokens: Sequence[Token], shift: int = 0) -> None:
        """Take over the tokens beside a mistake, by which the checks tell its place."""
        first = bisect_left(tokens, span.start, key=_token_end)
        last = bisect_left(tokens, span.end, key=_token_start)
        self.take_tokens(tokens[max(0, first - 1) : last + 2], shift)

    def take_tokens(self, tokens: Iterable[Token], shift: int) -> None:
        """Take over tokens, moved by `shift`."""
        self.tokens.update(
            Token(kind, start + shift, end + shift, lead + shift)
            for kind, start, end, lead in tokens
        )

    def parsed(self, text: str, errors: Iterable[Diagnostic]) -> Parsed:
        """What is kept, as if it were all that there is."""
        tokens = sorted(self.tokens, key=_token_start)
        return replace(
            _NOTHING,
            text=_only(text, tokens),
            written=tuple(tokens),
            errors=tuple(errors),
            placed=tuple(Placed(each, 0) for each in self.statements),
        )


def _only(text: str, tokens: Iterable[Token]) -> str:
    """`text` with nothing but `tokens` and the trivia before them, in their places.

    Some checks look through all of a text, and blanks are quickly looked through.
    """
    pieces: list[str] = []
    at = 0
    for token in tokens:
        pieces.append(" " * (token.lead - at))
        pieces.append(text[max(at, token.lead) : token.end])
        at = max(at, token.end)
    return "".join(pieces)


_NOTHING = Parsed("", (), (), (), Run((), (), (), ()), (), False, False)


def _token_start(token: Token) -> int:
    return token.start


def _token_end(token: Token) -> int:
    return token.end


def _staying(
    body: Body,
    kept: Collection[Span] | None,
    was: Callable[[Span], Span | None],
) -> tuple[tuple[Statement, ...], list[Span]]:
    """The statements of a block that stay, and the places of those that go."""
    if kept is None:
        return body.statements, []
    chosen = [
        (place := was(each.span)) is None or place in kept for each in body.statements
    ]
    # What has a value behind the block hangs on the ways out of it.
    stays = [
        flag or isinstance(each, _WAYS_OUT)
        for each, flag in zip(body.statements, chosen, strict=True)
    ]
    if stays and not any(stays):
        # A block cannot be empty, unless the author has left it so.
        stays[0] = True
    left = zip(body.statements, stays, strict=True)
    gone = [
        each.span for each, flag in zip(body.statements, stays, strict=True) if not flag
    ]
    return tuple(each for each, flag in left if flag), gone


def cut_down(outline: Outline, kept: Collection[Span] | None) -> Parsed:
    """The formula with the statements at the places `kept` alone; None keeps all."""
    parsed = outline.analysis.parsed
    if kept is None:
        return parsed
    excerpt = Excerpt(kept)
    excerpt.take(parsed.tree.statements, parsed.tokens)
    for error in parsed.errors:
        excerpt.see(error.span, parsed.tokens)
    excerpt.take_tokens(outline.excusing, 0)
    excerpt.take_tokens(parsed.tokens[-1:], 0)
    return excerpt.parsed(parsed.text, parsed.errors)


def cut_down_anew(
    outline: Outline, kept: Collection[Span] | None, edit: Edit, again: Reread
) -> Parsed:
    """The same after an edit, of which all that is new is kept."""
    parsed = outline.analysis.parsed
    old, shift = parsed.tree.statements, again.shift
    end = edit.span.start + len(edit.new_text)

    def was(span: Span) -> Span | None:
        if span.end <= edit.span.start:
            return span
        return Span(span.start - shift, span.end - shift) if span.start >= end else None

    excerpt = Excerpt(kept)
    excerpt.take(old[: again.first], parsed.tokens)
    excerpt.take(again.statements, again.tokens, was=was)
    excerpt.take(again.freed or old[again.last :], parsed.tokens, shift)
    mended = {id(each) for each in parsed.run.errors}
    gone = {id(each) for each in parsed.run.errors[again.first_mend : again.last_mend]}
    above = parsed.tokens[: again.first_token]
    below = parsed.tokens[again.last_token :]
    errors = [*again.errors]
    for each in parsed.errors:
        start, stop = each.span
        if id(each) in gone:
            continue
        if start >= again.span.end:
            excerpt.see(each.span, below, shift)
            errors.append(replace(each, span=Span(start + shift, stop + shift)))
        elif start < again.span.start or id(each) in mended:
            excerpt.see(each.span, above)
            errors.append(each)
    for each in again.errors:
        excerpt.see(each.span, again.tokens)
    for token in outline.excusing:
        if token.start < again.span.start:
            excerpt.take_tokens((token,), 0)
        elif token.start >= again.span.end - shift:
            excerpt.take_tokens((token,), shift)
    excerpt.take_tokens(parsed.tokens[-1:], shift)
    return excerpt.parsed(again.text, errors)


_EXCUSE = "fastformula"
"""What stands in a comment that is for the checks, in lower case."""


def _excusing(parsed: Parsed) -> Iterator[Token]:
    """The tokens that have such a comment in front of them."""
    text, tokens = parsed.text.lower(), parsed.tokens
    start = text.find(_EXCUSE)
    while start >= 0:
        at = bisect_left(tokens, start, key=_token_start)
        if at < len(tokens) and tokens[at].lead <= start:
            yield tokens[at]
        start = text.find(_EXCUSE, start + 1)
