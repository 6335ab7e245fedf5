"""What the server answers about the colours of words: all, a part, or what changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import count
from typing import Any

from fastformula.editor.semantic_tokens import (
    MODIFIERS,
    TOKEN_TYPES,
    Modifier,
    SemanticToken,
    find_semantic_tokens,
)
from lsprotocol import types

from fastformula_server import convert
from fastformula_server.documents import Document
from fastformula_server.server import FormulaServer

_NUMBERS = count(1)


def change(
    before: Sequence[int], after: Sequence[int]
) -> list[types.SemanticTokensEdit]:
    """The one edit that makes `after` of `before`; none where they are the same."""
    if before == after:
        return []
    most = min(len(before), len(after))
    first = next((at for at in range(most) if before[at] != after[at]), most)
    same = 0
    while same < most - first and before[-1 - same] == after[-1 - same]:
        same += 1
    new = after[first : len(after) - same]
    return [types.SemanticTokensEdit(first, len(before) - first - same, new)]


def from_semantic_tokens(
    document: Document, tokens: Iterable[SemanticToken]
) -> types.SemanticTokens:
    """Five numbers for each word, its place counted from the word before."""
    data: list[int] = []
    starts, stop = document.lines.starts, len(document.text)
    first = behind = -1
    line = character = number = 0
    is_plain = False
    for (start, end), kind, modifiers in tokens:
        if not first <= start < behind:
            number = bisect_right(starts, start) - 1
            first = starts[number]
            behind = starts[number + 1] if number + 1 < len(starts) else stop
            is_plain = document.text[first:behind].isascii()
        # There are thousands of words, and nearly all stand in plain lines.
        if is_plain:
            column, length = start - first, end - start
        else:
            column = document.place(start).character
            length = document.place(end).character - column
        before = character if number == line else 0
        bits = _modifier_bits(modifiers)
        data += (number - line, column - before, length, _TYPES[kind], bits)
        line, character = number, column
    return types.SemanticTokens(data)


_TYPES = {name: number for number, name in enumerate(TOKEN_TYPES)}


@cache
def _modifier_bits(modifiers: frozenset[Modifier]) -> int:
    return sum(1 << MODIFIERS.index(each) for each in modifiers)


async def on_semantic_tokens(
    ls: FormulaServer, params: types.SemanticTokensParams
) -> types.SemanticTokens | None:
    """What each word is."""
    return await _colour(ls, params.text_document)


async def on_semantic_tokens_range(
    ls: FormulaServer, params: types.SemanticTokensRangeParams
) -> types.SemanticTokens | None:
    """What each word in the range is."""
    found = await ls.analysed(params.text_document)
    if found is None:
        return None
    document, analysis = found
    wanted = convert.to_span(document, params.range)
    return from_semantic_tokens(
        document,
        (
            each
            for each in find_semantic_tokens(analysis)
            if each.span.start < wanted.end and wanted.start < each.span.end
        ),
    )


async def on_semantic_tokens_delta(
    ls: FormulaServer, params: types.SemanticTokensDeltaParams
) -> types.SemanticTokens | types.SemanticTokensDelta | None:
    """What has changed since the answer that the client names; all if that is gone."""
    uri = params.text_document.uri
    before = ls.colours.get(uri)
    answer = await _colour(ls, params.text_document)
    if answer is None or before is None:
        return answer
    if before.result_id != params.previous_result_id:
        return answer
    edits = change(before.data, answer.data)
    return types.SemanticTokensDelta(edits, answer.result_id)


async def _colour(
    ls: FormulaServer, identifier: types.TextDocumentIdentifier
) -> types.SemanticTokens | None:
    found = await ls.analysed(identifier)
    if found is None:
        return None
    document, analysis = found
    answer = from_semantic_tokens(document, find_semantic_tokens(analysis))
    answer.result_id = str(next(_NUMBERS))
    ls.colours[document.uri] = answer
    return answer


_LEGEND = types.SemanticTokensLegend(list(TOKEN_TYPES), list(MODIFIERS))

FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, on_semantic_tokens, _LEGEND),
    (
        types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA,
        on_semantic_tokens_delta,
        _LEGEND,
    ),
    (types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, on_semantic_tokens_range, _LEGEND),
)
"""As in `handlers`."""
