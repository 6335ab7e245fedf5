"""Judging a document while what surrounds it changes."""

from __future__ import annotations

import asyncio
import threading

from fastformula.analysis import Environment
from fastformula.linter import Configuration
from fastformula_server.analyses import Analyses
from fastformula_server.documents import DocumentStore
from fastformula_server.parses import Parses
from fastformula_server.workspace import Surroundings

SECONDS = 30


async def test_who_asks_after_a_change_is_not_told_of_what_was_before() -> None:
    documents = DocumentStore()
    document = documents.open("file:///pay.ff", 1, "l_pay = 1\nRETURN l_pay\n")
    before = Surroundings(Environment(), Configuration())
    after = Surroundings(Environment(product="ebs"), Configuration())
    answers = iter((before, after))
    looking, changed = threading.Event(), threading.Event()

    def look(_uri: str) -> Surroundings:
        found = next(answers)
        looking.set()
        assert changed.wait(SECONDS)
        return found

    analyses = Analyses(documents, Parses(documents), look, lambda *_said: None)
    early = asyncio.create_task(analyses.of(document))
    assert await asyncio.to_thread(looking.wait, SECONDS)
    analyses.outdate()
    late = asyncio.create_task(analyses.of(document))
    await asyncio.sleep(0)
    changed.set()
    first, second = await early, await late
    assert first and second
    assert (first.surroundings, second.surroundings) == (before, after)
    assert first.number != second.number
