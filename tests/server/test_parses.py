"""The parse of an open document is made from that of the version before."""

import asyncio

import pytest
from fastformula import parse
from fastformula_server import parses
from fastformula_server.documents import Change, DocumentStore, Place
from fastformula_server.parses import Parses


def test_a_version_is_parsed_from_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documents = DocumentStore("utf-32")
    known = Parses(documents)
    document = documents.open("file:///a.ff", 1, "a = 1\nb = 2\nRETURN a, b\n")
    assert known.at_once(document) == parse(document.text)

    def refuse(text: str) -> None:
        raise AssertionError("parsed from nothing")

    monkeypatch.setattr(parses, "parse", refuse)
    for version, typed in enumerate("c = a", 2):
        place = Place(1, version - 2)
        change = Change(typed, place, place)
        changed = documents.change("file:///a.ff", version, [change])
        assert changed is not None
        found = known.at_once(changed)
        assert found == parse(changed.text)
        assert found.tree == parse(changed.text).tree


def test_versions_that_were_not_looked_at_are_passed_over() -> None:
    documents = DocumentStore("utf-32")
    known = Parses(documents)
    document = documents.open("file:///a.ff", 1, "a = 1\n")
    known.at_once(document)
    for version, text in enumerate(("a = (\n", "a = (2\n", "b = 3\n"), 2):
        changed = documents.change("file:///a.ff", version, [Change(text)])
    assert changed is not None
    assert known.at_once(changed) == parse("b = 3\n")


@pytest.mark.parametrize(("typed", "is_near"), [("1", True), ("'", False)])
def test_a_long_text_is_parsed_at_once_where_little_has_changed(
    typed: str, is_near: bool
) -> None:
    documents = DocumentStore("utf-32")
    known = Parses(documents)
    text = "".join(f"a{number} = {number}\n" for number in range(5_000))
    document = documents.open("file:///a.ff", 1, text)
    assert known.at_once(document) is None
    assert asyncio.run(known.of(document)) == parse(text)
    place = Place(2_000, len("a2000 = "))
    changed = documents.change("file:///a.ff", 2, [Change(typed, place, place)])
    assert changed is not None
    assert (known.at_once(changed) is not None) == is_near
