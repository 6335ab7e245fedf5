"""Many formulas are read in another process, each once, and by whoever asks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastformula.analysis import Library
from fastformula_server import indexing
from fastformula_server.facts_file import FactsFile
from fastformula_server.indexing import Source, look_at
from fastformula_server.neighbours import Neighbours, Step

MANY = indexing.IN_THIS_PROCESS + 10


def write(folder: Path, number: int, more: str = "") -> Path:
    path = folder / f"pay_{number}.ff"
    text = f"INPUTS ARE hours{more}\nCALL_FORMULA('PAY_0')\nRETURN hours\n"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "formulas"
    (folder / ".git").mkdir(parents=True)
    for number in range(MANY):
        write(folder, number)
    return folder


class Reader:
    """Neighbours without a server, and what they show and do."""

    def __init__(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shown: list[tuple[int, int]] = []
        self.stop_at = 0
        self.examined: list[str] = []
        self.apart = 0
        self.neighbours = Neighbours(lambda: None, self.show, FactsFile(file))
        examine, apart = indexing.examine, indexing._read_apart

        def note(source: Source) -> Any:
            self.examined.append(source.path.stem)
            return examine(source)

        async def note_apart(paths: Any, *more: Any) -> None:
            self.apart += len(paths)
            await apart(paths, *more)

        monkeypatch.setattr(indexing, "examine", note)
        monkeypatch.setattr(indexing, "_read_apart", note_apart)

    @contextmanager
    def show(self, _title: str, cancel: Callable[[], object]) -> Iterator[Step]:
        loop = asyncio.get_running_loop()

        def step(done: int, total: int) -> None:
            self.shown.append((done, total))
            if self.stop_at and done >= self.stop_at:
                loop.call_soon_threadsafe(cancel)

        yield step


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Reader]:
    return lambda: Reader(tmp_path / "cache" / "facts.sqlite", monkeypatch)


def inputs(library: Library, number: int) -> list[str]:
    found = library.find(f"PAY_{number}")
    assert found is not None
    return list(found.inputs)


async def test_what_is_as_before_is_not_read_again(
    folder: Path, start: Callable[[], Reader]
) -> None:
    first = start()
    library = await first.neighbours.whole(folder)
    assert (first.apart, len(library.names())) == (MANY, MANY)
    assert first.examined == [], "who types waits for nothing"
    assert first.shown[-1] == (MANY, MANY)
    write(folder, 7, ", rate")
    (folder / "pay_8.ff").unlink()
    second = start()
    library = await second.neighbours.whole(folder)
    assert (second.apart, second.examined) == (0, ["pay_7"])
    assert inputs(library, 7) == ["HOURS", "RATE"]
    assert inputs(library, 6) == ["HOURS"]
    assert library.find("PAY_8") is None


async def test_a_process_that_cannot_be_started_is_done_without(
    folder: Path, start: Callable[[], Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("multiprocessing.context.SpawnContext.Pipe", refuse)
    reader = start()
    library = await reader.neighbours.whole(folder)
    assert len(library.names()) == len(reader.examined) == MANY


async def test_who_stops_it_is_not_told_half_of_it(
    folder: Path, start: Callable[[], Reader]
) -> None:
    reader = start()
    reader.stop_at = 1
    library = await reader.neighbours.whole(folder)
    assert library.names() == () and library.is_alone()
    reader.stop_at = 0
    reader.shown.clear()
    library = await reader.neighbours.whole(folder)
    assert len(library.names()) == MANY
    done, total = reader.shown[0]
    assert 0 < done <= total, "what was read before it was stopped is remembered"


async def test_a_project_that_means_something_else_is_read_again(
    folder: Path, start: Callable[[], Reader]
) -> None:
    (folder / "rate.ff").write_text("rate = ACME_RATE\nRETURN rate\n")
    for number in range(MANY):
        (folder / f"pay_{number}.ff").unlink()
    file = folder / "fastformula.toml"
    reader = start()

    async def reads(text: str) -> str | None:
        file.write_text(text)
        os.utime(file, ns=(len(text), len(text)))
        reader.neighbours.read_all_again([file])
        library = await reader.neighbours.whole(folder)
        found = library.find("RATE")
        assert found is not None
        return found.outputs["RATE"]

    assert await reads("") is None
    assert await reads("[globals]\nACME_RATE = 'NUMBER'") == "NUMBER"
    assert await reads("[globals]\nACME_RATE = 'TEXT'") == "TEXT"
    assert len(reader.examined) == 3
    assert (
        await reads("[rules]\nsemicolon='off'\n[globals]\nACME_RATE='TEXT'") == "TEXT"
    )
    assert len(reader.examined) == 3, "rules change nothing of what a formula is"


def test_equal_texts_have_the_same_key_wherever_they_are(folder: Path) -> None:
    keys = [look_at(folder / f"pay_{number}.ff") for number in (1, 2)]
    other = look_at(folder / "pay_1.ff", "RETURN x")
    assert keys[0] and keys[1] and other
    assert keys[0].key == keys[1].key != other.key
