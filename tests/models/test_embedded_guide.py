"""The embedded model writes what its guide lets pass, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from fastformula_models.backend import Request
from fastformula_models.embedded import EmbeddedBackend

PREFIX = "INPUTS ARE hours_worked (NUMBER)\nl_days = 5\nl_pay = "
SUFFIX = "\nRETURN l_pay\n"


@dataclass(frozen=True)
class Without:
    """A guide that refuses some characters, and an end before so many bytes."""

    refused: bytes
    least: int = 0
    said: bytes = b""

    def after(self, piece: bytes) -> Without | None:
        if set(piece) & set(self.refused):
            return None
        return replace(self, said=self.said + piece)

    def may_end(self) -> bool:
        return len(self.said) >= self.least


@pytest.fixture(scope="module")
def backend() -> EmbeddedBackend:
    return EmbeddedBackend()


def request(guide: Without | None, prefix: str = PREFIX) -> Request:
    return Request(
        prefix, SUFFIX, max_tokens=12, stop=lambda text: "\n" in text, guide=guide
    )


def test_what_is_refused_is_not_written(backend: EmbeddedBackend) -> None:
    free = backend.complete(request(None))
    first = free.strip()[0]
    guided = backend.complete(request(Without(first.encode())))
    assert first in free
    assert first not in guided


def test_a_guide_that_refuses_nothing_changes_nothing(backend: EmbeddedBackend) -> None:
    assert backend.complete(request(Without(b""))) == backend.complete(request(None))


def test_where_all_is_refused_nothing_is_written(backend: EmbeddedBackend) -> None:
    everything = Without(bytes(range(256)), least=1)
    assert backend.complete(request(everything)) == ""


@pytest.mark.parametrize("seed", range(4))
def test_what_is_drawn_passes_the_guide_too(
    backend: EmbeddedBackend, seed: int
) -> None:
    warm = replace(request(Without(b"lh")), temperature=1.5, seed=seed)
    assert not set(backend.complete(warm)) & set("lh")


def test_the_word_at_the_cursor_is_none_of_the_guides_business(
    backend: EmbeddedBackend,
) -> None:
    """It is written again, but it stands there already."""
    answer = backend.complete(request(Without(b"ho"), PREFIX + "ho"))
    assert not set(answer) & set("ho")


def test_a_narrow_choice_is_drawn_as_the_likeliest(backend: EmbeddedBackend) -> None:
    free = backend.complete(request(None))
    narrow = replace(request(None), temperature=2.0, top_p=1e-6, seed=3)
    assert backend.complete(narrow) == free


def test_a_penalty_makes_what_was_written_less_likely(backend: EmbeddedBackend) -> None:
    prefix = PREFIX + "1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + "
    free = backend.complete(request(None, prefix))
    penalised = replace(request(None, prefix), repetition_penalty=3.0)
    assert backend.complete(penalised) != free
