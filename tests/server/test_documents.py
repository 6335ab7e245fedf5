"""The text store, against a client that keeps its text as code units."""

from __future__ import annotations

import re

import pytest
from fastformula.text import LineIndex
from fastformula_server.documents import Change, DocumentStore, Encoding, Place
from hypothesis import given, settings
from hypothesis import strategies as st

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
# What breaks lines, what looks as if it did, and what takes 1, 2, 3 and 4 bytes.
ALPHABET = "ab =\t\r\n\v\f\x85\u2028\u2029é😀𝒳"
TEXTS = st.text(ALPHABET, max_size=40)
WIDTHS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}


class Client:
    """An editor that counts as the protocol says, written without any of our code."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.text = text
        self.encoding = encoding

    def lines(self) -> list[str]:
        """With their breaks."""
        return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z|\Z", self.text)

    def places(self) -> list[tuple[Place, int]]:
        """Every place a cursor can be at, and the offset there."""
        found = []
        offset = 0
        lines = self.lines()
        if len(lines) > 1 and lines[-1] == "" and not lines[-2].endswith(("\r", "\n")):
            del lines[-1]
        for number, line in enumerate(lines):
            body = line.rstrip("\r\n")
            for column in range(len(body) + 1):
                units = len(body[:column].encode(CODECS[self.encoding]))
                place = Place(number, units // WIDTHS[self.encoding])
                found.append((place, offset + column))
            offset += len(line)
        return found

    def replace(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]


def store(text: str, encoding: Encoding) -> DocumentStore:
    documents = DocumentStore(encoding)
    documents.open("u", 1, text)
    return documents


@settings(max_examples=120, deadline=None)
@given(st.data(), TEXTS, st.sampled_from(ENCODINGS))
def test_random_edits_leave_the_text_that_the_client_has(
    data: st.DataObject, text: str, encoding: Encoding
) -> None:
    client, documents = Client(text, encoding), store(text, encoding)
    for version in range(2, 6):
        changes = []
        for _ in range(data.draw(st.integers(1, 3))):
            first, second = sorted(
                data.draw(st.tuples(*[st.sampled_from(client.places())] * 2)),
                key=lambda place: place[1],
            )
            new = data.draw(TEXTS)
            changes.append(Change(new, first[0], second[0]))
            client.replace(first[1], second[1], new)
        document = documents.change("u", version, changes)
        assert document is not None
        assert document.text == client.text
        assert document.version == version
        fresh = LineIndex(client.text)
        assert (document.lines.starts, document.lines.length) == (
            fresh.starts,
            fresh.length,
        )
        for place, offset in client.places():
            assert document.offset(place) == offset
            assert document.place(offset) == place


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.sampled_from(ENCODINGS), st.integers(0, 60), st.integers(0, 60))
def test_any_place_is_clamped_to_one_that_exists(
    text: str, encoding: Encoding, line: int, character: int
) -> None:
    document = store(text, encoding).get("u")
    assert document is not None
    offset = document.offset(Place(line, character))
    known = {offset: place for place, offset in Client(text, encoding).places()}
    assert offset in known
    if line < len(document.lines.starts):
        assert known[offset].line == line
        assert known[offset].character <= character
    else:
        assert offset == len(text)


def test_a_place_inside_a_character_is_before_it() -> None:
    for encoding, inside in (("utf-8", (2, 3, 4)), ("utf-16", (2,))):
        document = store("a😀b", encoding).get("u")
        assert document is not None
        assert [document.offset(Place(0, units)) for units in inside] == [1] * len(
            inside
        )


def test_u2028_does_not_end_a_line() -> None:
    documents = store("/* one\u2028still one */\nx = 1\n", "utf-16")
    change = Change("2", Place(1, 4), Place(1, 5))
    document = documents.change("u", 2, [change])
    assert document is not None
    assert document.text == "/* one\u2028still one */\nx = 2\n"


@pytest.mark.parametrize(
    ("text", "start", "end", "new", "after"),
    [
        ("a\rb", Place(1, 0), Place(1, 0), "\n", "a\r\nb"),
        ("a\r\nb", Place(0, 1), Place(1, 0), "\r", "a\rb"),
        ("a\rX\nb", Place(1, 0), Place(1, 1), "", "a\r\nb"),
        ("a\nb", Place(0, 1), Place(0, 1), "\r", "a\r\nb"),
        ("a\n\nb", Place(1, 0), Place(1, 0), "\r", "a\n\r\nb"),
    ],
)
def test_line_breaks_that_an_edit_joins_or_parts(
    text: str, start: Place, end: Place, new: str, after: str
) -> None:
    document = store(text, "utf-16").change("u", 2, [Change(new, start, end)])
    assert document is not None
    assert document.text == after
    assert document.lines.starts == LineIndex(after).starts


def test_a_snapshot_stays_what_it_was() -> None:
    documents = store("x = 1", "utf-16")
    before = documents.get("u")
    assert before is not None and documents.is_current(before)
    documents.change("u", 2, [Change("y", Place(0, 0), Place(0, 1))])
    assert (before.text, before.version) == ("x = 1", 1)
    assert not documents.is_current(before)


def test_the_same_text_opened_again_is_another_document() -> None:
    documents = store("x = 1", "utf-16")
    before = documents.get("u")
    assert before is not None
    documents.close("u")
    assert documents.get("u") is None
    documents.open("u", 1, "x = 1")
    assert not documents.is_current(before)


def test_a_change_of_the_whole_text_and_of_an_unknown_one() -> None:
    documents = store("x = 1", "utf-8")
    document = documents.change("u", 7, [Change("y\r\nz")])
    assert document is not None
    assert (document.text, document.version) == ("y\r\nz", 7)
    assert document.lines.starts == [0, 3]
    assert documents.change("elsewhere", 2, [Change("y")]) is None


def test_a_range_that_ends_before_it_starts_inserts() -> None:
    document = store("abcd", "utf-8").change(
        "u", 2, [Change("X", Place(0, 3), Place(0, 1))]
    )
    assert document is not None
    assert document.text == "abcXd"


def test_half_a_surrogate_pair_is_another_character_of_its_length() -> None:
    for encoding in ENCODINGS:
        document = store("a\ud83db", encoding).change(
            "u", 2, [Change("\ude00", Place(0, 0), Place(0, 0))]
        )
        assert document is not None
        assert document.text == "\ufffda\ufffdb"
        assert document.offset(document.place(3)) == 3
