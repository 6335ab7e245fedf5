"""The model and its status, without an editor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from fastformula_models import Backend, BackendError, BackendSettings, Request
from fastformula_models.fake import FakeBackend
from fastformula_server import model as model_module
from fastformula_server.model import Model, Status

FAKE = BackendSettings("fake", answers=("1",))
REMOTE = BackendSettings("remote", endpoint="http://127.0.0.1:9/v1", model="m")
HOLE = Request("", "")


def ask(backend: Backend) -> str:
    return backend.complete(HOLE)


async def until(statuses: list[Status], kind: str) -> None:
    while not statuses or statuses[-1].kind != kind:
        await asyncio.sleep(0.01)


def opens(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[BackendSettings], Backend]
) -> None:
    monkeypatch.setattr(model_module, "open_backend", make)


def test_the_status_goes_from_loading_to_ready_and_to_off() -> None:
    async def work() -> list[Status]:
        statuses: list[Status] = []
        model = Model(statuses.append)
        model.use(BackendSettings("off"))
        assert statuses == []
        model.use(FAKE)
        assert await model.run(ask) == "1"
        await until(statuses, "ready")
        model.use(FAKE)
        model.use(BackendSettings("off"))
        assert await model.run(ask) is None
        model.close()
        return statuses

    statuses = asyncio.run(work())
    assert [each.kind for each in statuses] == ["loading", "ready", "off"]
    assert "fake" in statuses[1].message


def test_what_was_replaced_while_it_was_loaded_has_no_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make(settings: BackendSettings) -> Backend:
        if settings.kind == "embedded" and settings.base:
            raise BackendError("there is none")
        return FakeBackend(settings.answers)

    async def work() -> list[Status]:
        statuses: list[Status] = []
        model = Model(statuses.append)
        model.use(BackendSettings("embedded", base="gone"))
        model.use(FAKE)
        await until(statuses, "ready")
        model.close()
        return statuses

    opens(monkeypatch, make)
    assert [each.kind for each in asyncio.run(work())] == ["loading", "ready"]


def test_another_model_answers_until_the_wanted_one_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make(settings: BackendSettings) -> Backend:
        if settings.kind == "embedded":
            return FakeBackend(("small",))
        raise BackendError("There is no server at the endpoint.")

    async def work() -> list[Status]:
        statuses: list[Status] = []
        model = Model(statuses.append)
        model.use(REMOTE)
        await until(statuses, "failing")
        assert await model.run(ask) == "small"
        model.fail("the small one has stumbled")
        model.recover()
        model.close()
        return statuses

    opens(monkeypatch, make)
    statuses = asyncio.run(work())
    messages = [each.message for each in statuses if each.kind == "failing"]
    assert "There is no server" in messages[0]
    assert "stumbled" in messages[1]
    assert messages[2] == messages[0]
