r"""The texts that editors have open, as values: every change makes a new one.

Who holds a `Document` has a snapshot, and a result belongs to the text now open
exactly when its document is the one in the store. Lines end as the Language Server
Protocol says (`\n`, `\r\n`, `\r`) and nowhere else. Nothing here speaks the
protocol; places are plain pairs of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from fastformula.text import LINE_BREAK, LineIndex

Encoding = Literal["utf-8", "utf-16", "utf-32"]
"""In what a client counts the characters of a line."""

_HALF = re.compile("[\ud800-\udfff]")
"""Half a surrogate pair, which JSON may bring and no encoding can write."""


class Place(NamedTuple):
    """Line and character from 0, the latter in units of the client's encoding."""

    line: int
    character: int


class Change(NamedTuple):
    """New text between two places, or for the whole document where they are None."""

    text: str
    start: Place | None = None
    end: Place | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One version of an open text; two are equal only if they are the same."""

    uri: str
    version: int
    text: str
    lines: LineIndex
    encoding: Encoding

    def offset(self, place: Place) -> int:
        """The offset of `place`, clamped to its line and to the text.

        A place within a character is the one before it.
        """
        if place.line < 0:
            return 0
        if place.line >= len(self.lines.starts):
            return len(self.text)
        start, line = self._line(place.line)
        return start + _column(line, place.character, self.encoding)

    def place(self, offset: int) -> Place:
        """Where the client sees `offset`; within a line break, the end of the line."""
        position = self.lines.position(offset)
        _, line = self._line(position.line)
        return Place(
            position.line, _units(line[: max(0, position.column)], self.encoding)
        )

    def changed(self, version: int, changes: Iterable[Change]) -> Document:
        """The document after `changes`, each counted in what the last one left."""
        document = self
        for change in changes:
            document = document._with(change)
        return Document(self.uri, version, document.text, document.lines, self.encoding)

    def _line(self, line: int) -> tuple[int, str]:
        """Where `line` starts, and its text without the line break."""
        start, end = self.lines.line_span(line)
        text = self.text[start:end]
        if text.endswith("\n"):
            text = text[:-1]
        return start, text.removesuffix("\r")

    def _with(self, change: Change) -> Document:
        if change.start is None or change.end is None:
            text = _mended(change.text)
            lines = LineIndex(text)
        else:
            start = self.offset(change.start)
            end = max(start, self.offset(change.end))
            text = f"{self.text[:start]}{_mended(change.text)}{self.text[end:]}"
            lines = _index_after(self.lines, text, start, end, len(change.text))
        return Document(self.uri, self.version, text, lines, self.encoding)


class DocumentStore:
    """The open documents by their URI."""

    def __init__(self, encoding: Encoding = "utf-16") -> None:
        self.encoding = encoding
        self._documents: dict[str, Document] = {}

    def open(self, uri: str, version: int, text: str) -> Document:
        """Hold `text`; what was open under the URI is forgotten."""
        text = _mended(text)
        document = Document(uri, version, text, LineIndex(text), self.encoding)
        self._documents[uri] = document
        return document

    def change(
        self, uri: str, version: int, changes: Iterable[Change]
    ) -> Document | None:
        """Make `changes`; None when no such document is open."""
        document = self._documents.get(uri)
        if document is not None:
            document = document.changed(version, changes)
            self._documents[uri] = document
        return document

    def close(self, uri: str) -> None:
        """Forget the document, if it is open."""
        self._documents.pop(uri, None)

    def get(self, uri: str) -> Document | None:
        """The present version of a document, or None when it is not open."""
        return self._documents.get(uri)

    def all(self) -> tuple[Document, ...]:
        """The present version of every open document."""
        return tuple(self._documents.values())

    def is_current(self, document: Document) -> bool:
        """Whether `document` is still what the editor shows."""
        return self._documents.get(document.uri) is document


def _mended(text: str) -> str:
    """`text` with a character as long in every encoding in place of halves of one."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def _units(text: str, encoding: Encoding) -> int:
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-8":
        return len(text.encode())
    return len(text.encode("utf-16-le")) // 2


def _column(line: str, units: int, encoding: Encoding) -> int:
    if encoding == "utf-32" or line.isascii():
        return max(0, min(units, len(line)))
    used = 0
    for column, character in enumerate(line):
        used += _units(character, encoding)
        if used > units:
            return column
    return len(line)


def _index_after(
    lines: LineIndex, text: str, start: int, end: int, inserted: int
) -> LineIndex:
    r"""The index of `text`, got from `lines` by replacing `start` to `end`.

    Only the lines that the edit touches are read again, from the character before
    it on, since a `\r` there and a `\n` that was inserted are one line break.
    """
    delta = inserted - (end - start)
    first = lines.position(max(0, start - 1)).line
    last = lines.position(end).line
    after = lines.starts[last + 1 :]
    stop = after[0] + delta if after else len(text)
    found = LINE_BREAK.finditer(text, lines.starts[first], stop)
    index = LineIndex("")
    index.length = len(text)
    index.starts = lines.starts[: first + 1]
    index.starts += (match.end() for match in found)
    if after:
        # The last of those found is the break that `after` begins behind.
        index.starts += (old + delta for old in after[1:])
    return index
