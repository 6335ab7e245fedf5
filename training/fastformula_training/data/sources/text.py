"""Bytes to text: what editors and exports write, without asking anybody.

A byte order mark decides, then UTF-8 where it fits, then CP1252, which is what
Windows editors write.
"""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO, TextIO

NOT_TEXT = "is not text in UTF-8, UTF-16 or CP1252"

_CHUNK = 1024 * 1024
_BLANKS = "\t\r\n\f\v\x1a"


def decode(data: bytes) -> str:
    """The text of a whole file; raises ValueError for what is none."""
    with open_text(io.BytesIO(data)) as stream:
        return checked(stream.read())


def open_text(data: BinaryIO) -> TextIO:
    """Open a file as text, with its line ends as they are.

    It is read twice, in pieces. Raises ValueError for what is no text.
    """
    encoding = _encoding(data)
    data.seek(0)
    return io.TextIOWrapper(data, encoding, newline="")


def checked(text: str) -> str:
    """The text, or ValueError where it has signs that no text has."""
    if any(ord(letter) < 32 and letter not in _BLANKS for letter in text):
        raise ValueError(NOT_TEXT)
    return text


def _encoding(data: BinaryIO) -> str:
    head = data.read(_CHUNK)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return _fitting(data, encoding)
    if b"\0" in head:
        # UTF-16 without a mark has a zero beside nearly every letter.
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) < len(head) // 4:
            raise ValueError(NOT_TEXT)
        return _fitting(data, "utf-16-le" if odd > even else "utf-16-be")
    try:
        return _fitting(data, "utf-8")
    except ValueError:
        return _fitting(data, "cp1252")


def _fitting(data: BinaryIO, encoding: str) -> str:
    """The encoding, or ValueError where some of the file is not written in it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    data.seek(0)
    try:
        while chunk := data.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise ValueError(NOT_TEXT) from None
    return encoding
