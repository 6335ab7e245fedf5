"""What can be typed at the cursor: words, functions, and names that are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastformula.analysis import Analysis
from fastformula.editor.candidates import (
    Candidate,
    Item,
    Line,
    find_calls,
    find_words,
)
from fastformula.editor.known_names import (
    context_place,
    find_contexts,
    find_declarations,
    find_defaulted,
    find_inputs,
    find_items,
    find_names,
    find_returned,
    find_returns,
)
from fastformula.editor.quoted_names import find_arguments, find_quoted
from fastformula.editor.ranking import rank
from fastformula.editor.spot import Spot, find_spot
from fastformula.editor.wanted import array_before, wanted_types
from fastformula.syntax.tree import (
    Alias,
    Default,
    DefaultData,
    Inputs,
    NeedContext,
    Unknown,
)
from fastformula.text import Span

_BEFORE_THE_BODY = (Alias, Default, DefaultData, Inputs, NeedContext, Unknown)
"""What could not be read may be a declaration."""

_MOST = 100
"""Database items, quoted names and declarations that are offered at once."""


@dataclass(frozen=True, slots=True)
class Completion:
    """Items that all replace what stands at `span`, the likeliest first."""

    span: Span
    items: tuple[Item, ...]
    is_whole: bool = True
    """Whether nothing else would fit, whatever one types or takes back of the word."""


def complete(analysis: Analysis, offset: int, text: str | None = None) -> Completion:
    """What fits at `offset`: what the grammar takes, and every name that is meant.

    What has nothing to do with the part that is already typed comes last, as editors
    filter, and not at all where there is much else. Of the database items only those
    are offered that the typed part may mean. Nothing is offered in comments and in
    texts that name nothing.

    `text` is what stands there now, where it has been edited since it was analysed:
    names are then those of the analysis.
    """
    now = analysis.parsed.text if text is None else text
    spot = find_spot(analysis, offset, now)
    if spot is None:
        return Completion(Span(offset, offset), ())
    wanted = wanted_types(analysis, spot)
    groups, is_whole = _gather(analysis, spot, wanted)
    items, is_uncut = rank(groups, spot.typed, wanted)
    return Completion(spot.span, items, is_whole and is_uncut)


def _gather(
    analysis: Analysis, spot: Spot, wanted: frozenset[str]
) -> tuple[list[Sequence[Candidate]], bool]:
    """What fits, group by group; whether that is all."""
    if spot.quoted:
        found = tuple(find_quoted(analysis, spot))
        return [found[:_MOST]], len(found) <= _MOST
    if context_place(spot):
        return [find_contexts(analysis, spot)], True
    line = _read_line(analysis, spot)
    groups: list[Sequence[Candidate]] = []
    is_whole = True
    takes_item = False
    if "NAME" in spot.expected:
        takes_item = "NUMBER" in spot.expected or spot.last in ("ALIAS", "FOR")
        groups += _names(analysis, spot, line)
    groups.append([*find_words(spot, line)])
    if "NAME" in spot.expected:
        groups.append([*find_calls(spot, line)])
    if takes_item:
        items, is_whole = find_items(analysis, spot, wanted, _MOST)
        groups.append(items)
    return groups, is_whole


def _names(
    analysis: Analysis, spot: Spot, line: Line
) -> tuple[Sequence[Candidate], ...]:
    """The names that fit; none behind AS, where a new one is made up."""
    if spot.last == "AS":
        return ()
    if spot.last == "FOR":
        return ([*find_defaulted(analysis, spot, is_open=line.is_open)],)
    if "EXIT" in spot.expected:
        names = [*find_names(analysis, spot)]
        returns = [*find_returns(analysis, spot)]
        if line.is_body:
            return names, returns
        declared = [*find_declarations(analysis)][:_MOST]
        return names, declared, returns
    if _is_input(spot):
        return ([*find_inputs(analysis, spot)],)
    if "NUMBER" in spot.expected or spot.last == "ALIAS":
        arguments = [*find_arguments(analysis, spot)]
        return arguments, [*find_names(analysis, spot)]
    return ([*find_returned(analysis, spot)],)


def _is_input(spot: Spot) -> bool:
    """Whether the cursor is in the list of INPUTS ARE."""
    for token in reversed(spot.tokens):
        if token.kind == "ARE":
            return True
        if token.kind in ("RETURN", "RETURN_LIST"):
            return False
    return False


def _read_line(analysis: Analysis, spot: Spot) -> Line:
    behind = spot.code[spot.offset :].partition("\n")[0]
    return Line(
        is_open=not behind.strip(),
        is_called=behind.startswith("("),
        is_body=any(
            statement.span.start < spot.span.start
            and not isinstance(statement, _BEFORE_THE_BODY)
            for statement in analysis.parsed.tree.statements
        ),
        array=array_before(analysis, spot),
    )
