"""The model and its process, without an editor."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastformula.text import Span
from fastformula_completion.explanation import explain
from fastformula_completion.pipeline import Sampling
from fastformula_completion.repair import Commission, Progress
from fastformula_models import BackendError, BackendSettings, Cancelled
from fastformula_models.sampling import Sampling as Choice
from fastformula_server import model as model_module
from fastformula_server.briefing import Briefing
from fastformula_server.documents import DocumentStore
from fastformula_server.facts_file import FactsFile
from fastformula_server.messages import Commissioned, Found, Hole, Status
from fastformula_server.model import Model
from fastformula_server.neighbours import Neighbours
from fastformula_server.workspace import Workspace

FAKE = BackendSettings("fake", answers=("10",))
TEXT = "INPUTS ARE l_hours\nl_pay = "
HOLE = Hole("file:///pay.ff", f"{TEXT}\n", len(TEXT), False, 1, Sampling())


def remote(slow_model: Any) -> BackendSettings:
    completion = slow_model.options["completion"]
    return BackendSettings(
        "remote",
        endpoint=completion["endpoint"],
        model=completion["model"],
        format=completion["format"],
    )


def make_neighbours() -> Neighbours:
    """Such as reads nothing."""
    nowhere = FactsFile(Path("facts.sqlite"))
    return Neighbours(lambda: None, lambda *_: nullcontext(lambda *_: None), nowhere)


@asynccontextmanager
async def started(
    wanted: BackendSettings, idle_seconds: float = 0.0
) -> AsyncIterator[tuple[Model, list[Status]]]:
    """A model, and the statuses that it reports."""
    documents = DocumentStore()
    neighbours = make_neighbours()
    workspace = Workspace(neighbours.library)
    statuses: list[Status] = []
    model = Model(statuses.append, Briefing(documents, workspace, neighbours))
    model.use(wanted, idle_seconds)
    try:
        yield model, statuses
    finally:
        model.close()
        await nothing_runs()


async def nothing_runs() -> None:
    """Wait until there is no process of ours any more."""
    async with asyncio.timeout(30):
        while multiprocessing.active_children():
            await asyncio.sleep(0.01)


async def until(statuses: list[Status], kind: str, times: int = 1) -> None:
    async with asyncio.timeout(30):
        while [each.kind for each in statuses].count(kind) < times:
            await asyncio.sleep(0.01)


def offers(found: Found | None) -> list[str]:
    assert found is not None
    return [item.text for item in found.items]


async def kill() -> None:
    """End the model's process as the system does when memory is short."""
    (child,) = multiprocessing.active_children()
    child.kill()
    await asyncio.to_thread(child.join, 30)


async def asked(slow_model: Any) -> None:
    """Wait until the endpoint has got another request."""
    assert await asyncio.to_thread(slow_model.asked.acquire, timeout=30)


async def test_the_status_goes_from_loading_to_ready_and_to_off() -> None:
    async with started(BackendSettings("off")) as (model, statuses):
        assert await model.complete(HOLE) is None
        assert statuses == []
        model.use(FAKE, 0.0)
        assert offers(await model.complete(HOLE)) == ["10"]
        assert model.name == "fake"
        model.use(FAKE, 0.0)
        model.use(BackendSettings("off"), 0.0)
        assert await model.complete(HOLE) is None
    assert [each.kind for each in statuses] == ["loading", "ready", "off"]
    assert "fake" in statuses[1].message


async def test_what_waits_for_a_model_that_is_replaced_is_given_up(
    slow_model: Any,
) -> None:
    async with started(remote(slow_model)) as (model, statuses):
        await until(statuses, "ready")
        waiting = asyncio.create_task(model.complete(HOLE))
        await asked(slow_model)
        model.use(FAKE, 0.0)
        with pytest.raises(Cancelled):
            await waiting
        assert offers(await model.complete(HOLE)) == ["10"]


async def test_a_process_that_is_killed_is_said_once_and_started_again(
    slow_model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_module, "FIRST_PAUSE", 0.0)
    async with started(remote(slow_model)) as (model, statuses):
        await until(statuses, "ready")
        waiting = asyncio.create_task(model.complete(HOLE))
        await asked(slow_model)
        await kill()
        with pytest.raises(BackendError, match="its process has failed"):
            await waiting
        slow_model.let.set()
        await until(statuses, "ready", times=2)
        assert offers(await model.complete(HOLE)) == ["l_hours * 2"]
    kinds = ["loading", "ready", "failing", "loading", "ready"]
    assert [each.kind for each in statuses] == kinds
    assert "It is started again." in statuses[2].message


async def test_a_process_that_fails_again_and_again_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model_module, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(model_module, "RESTARTS", 1)
    async with started(FAKE) as (model, statuses):
        for times in (1, 2):
            await until(statuses, "ready", times)
            await kill()
        await until(statuses, "failing", times=2)
        with pytest.raises(BackendError, match="has failed 2 times"):
            await model.complete(HOLE)
        await nothing_runs()
        model.use(BackendSettings("fake", answers=("20",)), 0.0)
        assert offers(await model.complete(HOLE)) == ["20"]


async def test_a_question_that_nobody_waits_for_holds_up_no_other(
    slow_model: Any,
) -> None:
    async with started(remote(slow_model)) as (model, statuses):
        await until(statuses, "ready")
        given_up = asyncio.create_task(model.complete(HOLE))
        await asked(slow_model)
        never_begun = asyncio.create_task(model.complete(HOLE))
        await asyncio.sleep(0)
        never_begun.cancel()
        given_up.cancel()
        second = asyncio.create_task(model.complete(HOLE))
        await asked(slow_model)
        slow_model.let.set()
        assert offers(await second) == ["l_hours * 2"]
        assert len(slow_model.requests) == 2


async def test_memory_is_given_back_while_nobody_asks() -> None:
    async with started(FAKE, idle_seconds=0.05) as (model, statuses):
        for _ in range(2):
            assert offers(await model.complete(HOLE)) == ["10"]
            await nothing_runs()
    assert [each.kind for each in statuses] == ["loading", "ready"] * 2


async def test_a_text_that_is_written_can_be_followed_and_is_overtaken(
    slow_model: Any,
) -> None:
    slow_model.holds = lambda request: "Instruction" in request["prompt"]
    work: Any = partial(explain, HOLE.text, Span(0, len(TEXT)))
    commissioned = Commissioned(HOLE.uri, work, 0, Choice(), "")
    said: list[Progress] = []
    async with started(remote(slow_model)) as (model, statuses):
        await until(statuses, "ready")
        writing = asyncio.create_task(model.write(commissioned, said.append))
        await asked(slow_model)
        assert offers(await model.complete(HOLE)) == ["l_hours * 2"]
        assert not writing.done()
        slow_model.let.set()
        assert await writing == "l_hours * 2"
    assert [each.said for each in said] == ["l_hours * 2"]


async def test_a_mistake_of_ours_is_a_sentence_and_the_process_goes_on() -> None:
    async with started(FAKE) as (model, statuses):
        broken = Commissioned(HOLE.uri, fail, 0, Choice(), "")
        with pytest.raises(BackendError, match="division by zero"):
            await model.write(broken, print)
        assert offers(await model.complete(HOLE)) == ["10"]
    assert [each.kind for each in statuses] == ["loading", "ready"]


def fail(_commission: Commission) -> None:
    1 / 0  # noqa: B018


async def test_another_model_answers_until_the_wanted_one_is_there() -> None:
    wanted = BackendSettings("remote", endpoint="nonsense")
    async with started(wanted) as (model, statuses):
        assert await model.complete(HOLE) is not None
        await until(statuses, "failing")
        assert model.name == "embedded"
    assert "http" in statuses[-1].message
    assert statuses[-1].message.endswith("The embedded model answers in its place.")


async def test_a_process_that_cannot_be_started_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_context: object) -> None:
        raise OSError("Cannot allocate memory")

    monkeypatch.setattr(multiprocessing.context.SpawnContext, "Pipe", refuse)
    monkeypatch.setattr(model_module, "RESTARTS", 0)
    async with started(FAKE) as (_model, statuses):
        await until(statuses, "failing")
    assert "Cannot allocate memory" in statuses[-1].message


def test_the_briefing_tells_only_what_is_new(tmp_path: Path) -> None:
    documents = DocumentStore()
    neighbours = make_neighbours()
    workspace = Workspace(neighbours.library, (tmp_path,))
    briefing = Briefing(documents, workspace, neighbours)

    def news(uri: str) -> list[tuple[str, ...]]:
        return [
            (type(each).__name__, *map(str, each[:1])) for each in briefing.news(uri)
        ]

    documents.open("a", 1, "l_a = 1")
    documents.open("b", 1, "l_b = 1")
    assert [each[0] for each in news("a")] == ["Workplace", "Shown"]
    assert news("a") == []
    documents.open("b", 2, "l_b = 2")
    assert news("a") == [("Shown", "b")]
    assert news("b") == [("Shown", "a")]
    documents.close("b")
    briefing.outdate()
    assert news("a") == [("Shown", "b"), ("Outdated",)]
    briefing.forget()
    assert [each[0] for each in news("a")] == ["Workplace"]
