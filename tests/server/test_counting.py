"""Counting what is accepted and kept, with time that passes when the test says so."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from fastformula.text import Span
from fastformula_completion import Item
from fastformula_server.counting import SEEN_AFTER, Counting
from fastformula_server.documents import Change, DocumentStore
from fastformula_server.stats import Row
from fastformula_server.tally import Tally, TallyError

TEXT = "pay = \nRETURN pay\n"
URI = "file:///pay.ff"
NOW = 1_700_000_000


class Desk:
    """A formula that is being written, and a clock that stands still."""

    def __init__(self, folder: Path) -> None:
        self.documents = DocumentStore()
        self.tally = Tally(folder / "data" / "offers.sqlite")
        self.said: list[str] = []
        self.time = 0.0
        self.waiting: list[tuple[float, Callable[[], None]]] = []
        self.counting = Counting(
            self.documents,
            self.tally.path,
            lambda sentence, _failure: self.said.append(sentence),
            lambda seconds, action: self.waiting.append((self.time + seconds, action)),
            now=lambda: NOW + self.time,
        )
        self.documents.open(URI, 1, TEXT)

    @property
    def text(self) -> str:
        document = self.documents.get(URI)
        assert document is not None
        return document.text

    def offer(self, *texts: str, offset: int = 6) -> int:
        document = self.documents.get(URI)
        assert document is not None
        items = tuple(Item(text, Span(offset, offset)) for text in texts)
        return self.counting.offered(document, items, "embedded", manual=False)

    def write(self, text: str) -> None:
        before = self.documents.get(URI)
        after = self.documents.change(URI, 2, [Change(text)])
        assert before is not None and after is not None
        self.counting.changed(before, after)

    def insert(self, text: str, offset: int) -> None:
        self.write(f"{self.text[:offset]}{text}{self.text[offset:]}")

    def pass_time(self, seconds: float) -> None:
        self.time += seconds
        due = [each for each in self.waiting if each[0] <= self.time]
        self.waiting = [each for each in self.waiting if each[0] > self.time]
        for _, action in due:
            action()

    def rows(self) -> list[Row]:
        """What is in the file once all is written."""
        self.counting.close()
        return self.tally.rows()


def at_desk(folder: Path, work: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        await work(Desk(folder))

    asyncio.run(run())


def test_an_offer_that_stands_for_a_while_was_shown(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        desk.offer("hours * 2")
        desk.pass_time(SEEN_AFTER)
        assert desk.rows() == [Row(NOW, "embedded", False, 9)]

    at_desk(tmp_path, work)


def test_an_offer_that_is_typed_over_at_once_was_not_shown(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        desk.offer("hours * 2")
        desk.insert("1", 6)
        desk.pass_time(SEEN_AFTER)
        assert desk.rows() == []
        assert not desk.tally.path.exists()

    at_desk(tmp_path, work)


def test_the_rest_of_an_offer_is_no_other_offer(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        first = desk.offer("hours * 2")
        desk.pass_time(SEEN_AFTER)
        desk.insert("h", 6)
        assert desk.offer("ours * 2", offset=7) == first
        desk.pass_time(SEEN_AFTER)
        (row,) = desk.rows()
        assert (row.characters, row.taken) == (9, 0)

    at_desk(tmp_path, work)


def test_an_accepted_text_is_looked_at_three_times(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        desk.offer("hours * 2")
        desk.insert("hours * 2", 6)
        desk.pass_time(30)
        desk.write(desk.text.replace("hours", "days"))
        desk.pass_time(90)
        desk.write(TEXT)
        desk.pass_time(480)
        (row,) = desk.rows()
        assert (row.taken, row.accepted) == (9, True)
        # The s of hours is the s of days.
        assert row.kept == (1.0, 5 / 9, 0.0)
        assert not desk.waiting

    at_desk(tmp_path, work)


def test_words_that_are_accepted_one_by_one_are_one_offer(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        desk.offer("hours * 2")
        desk.insert("hours", 6)
        desk.offer(" * 2", offset=11)
        desk.insert(" * 2", 11)
        (row,) = desk.rows()
        assert (row.characters, row.taken, row.accepted) == (9, 9, True)

    at_desk(tmp_path, work)


def test_a_part_counts_as_a_part(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        desk.offer("hours * 2")
        desk.insert("hours", 6)
        desk.insert(" + 1", 11)
        desk.pass_time(30)
        (row,) = desk.rows()
        assert (row.taken, row.accepted, row.kept[0]) == (5, False, 1.0)

    at_desk(tmp_path, work)


def test_the_editors_word_counts_where_the_text_says_less(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        name = desk.offer("hours", "rate")
        desk.write("  pay = rate\nRETURN pay\n")
        desk.counting.accepted(name, 1)
        desk.counting.accepted(name, 1)
        desk.counting.accepted(name + 7, 0)
        desk.pass_time(30)
        (row,) = desk.rows()
        assert (row.taken, row.accepted, row.kept[0]) == (4, True, 1.0)

    at_desk(tmp_path, work)


def test_what_becomes_of_a_closed_text_is_not_known(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        desk.offer("hours")
        desk.insert("hours", 6)
        desk.counting.forget(URI)
        desk.pass_time(600)
        (row,) = desk.rows()
        assert row.accepted
        assert row.kept == (None, None, None)

    at_desk(tmp_path, work)


def test_no_formula_text_is_written(tmp_path: Path) -> None:
    async def work(desk: Desk) -> None:
        desk.offer("hours * 2")
        desk.insert("hours * 2", 6)
        desk.pass_time(600)
        assert desk.rows()
        data = desk.tally.path.read_bytes()
        assert b"hours" not in data
        assert b"pay" not in data

    at_desk(tmp_path, work)


def test_a_file_that_cannot_be_written_is_mentioned_once(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder", encoding="utf-8")

    async def work(desk: Desk) -> None:
        for _ in range(3):
            desk.offer("hours")
            desk.insert("hours", 6)
            desk.write(TEXT)
        desk.counting.close()
        await asyncio.sleep(0)
        (sentence,) = desk.said
        assert "cannot be counted" in sentence

    at_desk(tmp_path, work)


def test_the_oldest_are_forgotten(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("fastformula_server.tally.MOST_ROWS", 3)
    tally = Tally(tmp_path / "offers.sqlite")
    for number in range(5):
        tally.add(Row(number, "embedded", False, 1))
    assert [row.at for row in tally.rows()] == [2, 3, 4]


def test_a_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "offers.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(TallyError, match="another version"):
        Tally(path).add(Row(1, "embedded", False, 1))
    assert path.read_bytes() == before
