"""A guide among the tokens of the local backend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from fastformula_models import BackendSettings, Request, open_backend
from fastformula_models.backend import complete_many

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]

MIDDLE = "(hours_worked - 40) * 1.5"


@dataclass(frozen=True)
class Rule:
    """A guide that a function of all that is said makes."""

    passes: Callable[[str], bool]
    ends: Callable[[str], bool] = lambda said: True
    said: bytes = b""

    def after(self, piece: bytes) -> Rule | None:
        said = self.said + piece
        return replace(self, said=said) if self.passes(said.decode()) else None

    def may_end(self) -> bool:
        return self.ends(self.said.decode())


ANYTHING = Rule(lambda said: True)
NO_STAR = Rule(lambda said: "*" not in said)
DIGITS = Rule(str.isdigit)
NOTHING = Rule(lambda said: False)


def test_a_guide_that_refuses_nothing_changes_nothing(tiny: Any) -> None:
    backend = open_backend(tiny.settings())
    assert backend.complete(tiny.asked(guide=ANYTHING)) == MIDDLE


def test_what_the_model_means_ends_where_it_is_refused(tiny: Any) -> None:
    backend = open_backend(tiny.settings())
    assert backend.complete(tiny.asked(guide=NO_STAR)).rstrip() == (
        "(hours_worked - 40)"
    )
    assert backend.complete(tiny.asked(guide=NOTHING)) == ""


def untrained(tiny: Any) -> BackendSettings:
    """A base whose next tokens are all nearly as likely."""
    settings: BackendSettings = tiny.settings(
        base=str(tiny.base), adapter="", format=tiny.format.name
    )
    return settings


@pytest.mark.parametrize("guesses", [0, 4])
@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_nothing_but_what_passes_is_said(
    llama: Any, monkeypatch: pytest.MonkeyPatch, temperature: float, guesses: int
) -> None:
    monkeypatch.setattr("fastformula_models.guided.FAINT", 1e-30)
    monkeypatch.setattr("fastformula_models.guided.MOST_REFUSED", 1000)
    backend = open_backend(replace(untrained(llama), lookup_tokens=guesses))
    request = Request(
        "x = ",
        "\nRETURN 12 12 12",
        20,
        temperature=temperature,
        guide=replace(DIGITS, ends=lambda said: len(said) > 5),
    )
    answer = backend.complete(request)
    assert answer.isdigit()
    assert len(answer) > 5
    drawn = {backend.complete(replace(request, seed=seed)) for seed in range(4)}
    assert (len(drawn) > 1) == (temperature > 0)


def test_each_hole_of_a_batch_has_its_own_guide(tiny: Any) -> None:
    backend = open_backend(tiny.settings())
    requests = [
        tiny.asked(guide=NO_STAR),
        tiny.asked(),
        tiny.asked(guide=NOTHING),
        tiny.asked(guide=ANYTHING),
    ]
    together = complete_many(backend, requests)
    assert together == [backend.complete(request) for request in requests]
    assert together[1:] == [MIDDLE, "", MIDDLE]


def test_an_end_that_may_not_be_is_passed_by(llama: Any) -> None:
    backend = open_backend(llama.settings())
    guide = replace(ANYTHING, ends=lambda said: len(said) > 40)
    seen: list[str] = []
    backend.complete(llama.asked(guide=guide, stop=lambda text: seen.append(text)))
    assert MIDDLE in seen
    assert seen[-1] == MIDDLE, "what is left of the vocabulary is not said"
