"""How unlikely a model finds a text behind the prompt that it is served with."""

from typing import Any

import pytest
from fastformula_models import Request, lessons, open_backend
from fastformula_models.backend import loss_of
from fastformula_models.embedded import EmbeddedBackend
from fastformula_models.fake import FakeBackend

PREFIX = "IF hours_worked > 40 THEN\n  overtime = "
SUFFIX = "\nRETURN overtime\n"
MIDDLE = "(hours_worked - 40) * 1.5"


@pytest.fixture(scope="module")
def embedded() -> EmbeddedBackend:
    return EmbeddedBackend()


def test_what_the_embedded_model_says_is_what_it_finds_likely(
    embedded: EmbeddedBackend,
) -> None:
    request = Request(PREFIX, SUFFIX, stop=lambda said: "\n" in said)
    said = embedded.complete(request).partition("\n")[0]
    likely, unlikely = (embedded.loss(request, text) for text in (said, "zzz ( '"))
    assert likely.nats / likely.tokens < 1.5 < unlikely.nats / unlikely.tokens


def test_the_embedded_loss_does_not_depend_on_what_was_read_before(
    embedded: EmbeddedBackend,
) -> None:
    request = Request(f"{PREFIX}hours_wor", SUFFIX)
    warm = [embedded.loss(request, "ked * 2") for _ in range(2)]
    cold = EmbeddedBackend().loss(request, "ked * 2")
    assert warm[0].tokens == warm[1].tokens == cold.tokens
    assert warm[0].nats == pytest.approx(cold.nats, rel=1e-4)
    assert warm[1].nats == pytest.approx(cold.nats, rel=1e-4)


def test_who_cannot_tell_is_not_asked() -> None:
    assert loss_of(FakeBackend(()), Request("", ""), MIDDLE) is None


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_a_local_loss_is_that_of_the_training_row(tiny: Any) -> None:
    import torch

    backend: Any = open_backend(tiny.settings())
    loss = backend.loss(Request(PREFIX, SUFFIX), MIDDLE)
    lesson = lessons.fill(tiny.format, PREFIX, MIDDLE, SUFFIX)
    ((ids, prompt),) = lessons.encode(tiny.tokenizer, tiny.format, [lesson])
    with torch.inference_mode():
        logits = backend.model(input_ids=torch.tensor([ids])).logits[0]
        nats = torch.nn.functional.cross_entropy(
            logits[prompt - 1 : -1].float(), torch.tensor(ids[prompt:]), reduction="sum"
        )
    assert loss.tokens == len(ids) - prompt
    assert loss.nats == pytest.approx(float(nats), rel=1e-3)
    # It has learnt this very row, and could not say anything else.
    assert loss.nats < backend.loss(Request(PREFIX, SUFFIX), "overtime").nats
