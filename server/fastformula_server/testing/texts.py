"""The texts of one moment: the open ones first, then those on disk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from fastformula.text import LineIndex

from fastformula_server.documents import Document, Encoding
from fastformula_server.files import TextFile, absolute, read_file
from fastformula_server.workspace import to_path


class Texts:
    """What formulas and case files say; what was read once stays as it was then."""

    def __init__(self, shown: Iterable[Document], encoding: Encoding) -> None:
        """`shown` are the documents that are open."""
        self._encoding = encoding
        self._shown = {
            file_key(path): document
            for document in shown
            if (path := to_path(document.uri)) is not None
        }
        self._read: dict[str, Document] = {}

    def read(self, path: Path) -> TextFile:
        """As `read_file` does."""
        return TextFile(path, self.document(path).text)

    def document(self, path: Path) -> Document:
        """The text of a file with its lines; raises FileError."""
        known = self.known(path)
        if known is None:
            text = read_file(path).text
            uri = absolute(path).as_uri()
            known = Document(uri, 0, text, LineIndex(text), self._encoding)
            self._read[file_key(path)] = known
        return known

    def hold(self, path: Path, document: Document) -> None:
        """Take `document`, which was read before, for what the file says."""
        if self.known(path) is None:
            self._read[file_key(path)] = document

    def known(self, path: Path) -> Document | None:
        """The text of the file, where it is open or was read."""
        key = file_key(path)
        return self._shown.get(key) or self._read.get(key)

    def shown(self, path: Path) -> Document | None:
        """The document in which the file is open."""
        return self._shown.get(file_key(path))

    def uri(self, path: Path) -> str:
        """What the client calls the file."""
        document = self.shown(path)
        return absolute(path).as_uri() if document is None else document.uri


def file_key(path: Path) -> str:
    """The same for all spellings of a path."""
    return os.path.normcase(absolute(path))
