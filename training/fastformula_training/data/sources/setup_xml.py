"""XML files, as exports of Functional Setup Manager hold them, to records.

An element with a FormulaText (or FORMULA_TEXT) among its children or attributes is a
record. What the elements around are called differs and does not matter. Entities and
document types, by which an XML file may grow or reach for others, are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from fastformula_training.data.sources.records import Record, plain_key

COLUMN = "formulatext"

_CHUNK = 64 * 1024


def read_setup_xml(file: BinaryIO) -> Iterator[Record]:
    """The records of a file; raises ValueError where it is not XML."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    open_elements: list[tuple[int, dict[str, str], list[str]]] = []
    found: list[Record] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        fields = {plain_key(key): value for key, value in attributes.items()}
        open_elements.append((parser.CurrentLineNumber, fields, []))

    def data(text: str) -> None:
        if open_elements:
            open_elements[-1][2].append(text)

    def end(name: str) -> None:
        line, fields, parts = open_elements.pop()
        if fields.get(COLUMN, "").strip():
            found.append(Record(line, fields))
        elif open_elements:
            above = open_elements[-1][1]
            fields.setdefault(plain_key(name.rpartition(" ")[2]), "".join(parts))
            for key, value in fields.items():
                if value.strip():
                    above.setdefault(key, value)

    def refuse(*_: object) -> None:
        raise ValueError("has a document type, which no export has")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = refuse
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
            yield from found
            found.clear()
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(f"is not XML: {error}") from None
    yield from found
