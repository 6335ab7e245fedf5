"""A small local model that was trained on an instruction, and one that was not."""

import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastformula_completion.insertion import room_at
from fastformula_completion.repair import Commission, Progress
from fastformula_completion.writing import write
from fastformula_models import (
    BackendError,
    Cancelled,
    Request,
    follow,
    lessons,
    open_backend,
)
from fastformula_models.card import load_card, save_card

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]

WISH = "Pay hours above 40 at time and a half."
ANSWER = "overtime = (hours_worked - 40) * 1.5"


@pytest.fixture(scope="module")
def taught(make: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A Llama with an adapter that knows one answer by heart, and says so."""
    import peft
    import torch
    import transformers

    llama = make("llama")
    folder = tmp_path_factory.mktemp("taught")
    auto: Any = transformers.AutoModelForCausalLM
    lora = peft.LoraConfig(
        r=8, target_modules=["q_proj", "v_proj", "up_proj", "down_proj"]
    )
    model: Any = peft.get_peft_model(auto.from_pretrained(llama.base), lora)
    lesson = lessons.follow(llama.format, WISH, ANSWER)
    ((ids, prompt),) = lessons.encode(llama.tokenizer, llama.format, [lesson])
    labels = [-100] * prompt + ids[prompt:]
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=1e-2)
    for _ in range(120):
        loss = model(torch.tensor([ids]), labels=torch.tensor([labels])).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert loss < 0.1
    model.save_pretrained(str(folder), save_embedding_layers=False)
    save_card(replace(load_card(llama.adapter), instructions=True), folder)
    return replace(llama, adapter=folder)


def test_what_was_taught_is_written_and_seen_growing(taught: Any) -> None:
    grown: list[str] = []
    request = Request(
        "", "", instruction=WISH, stop=lambda said: bool(grown.append(said))
    )
    assert follow(open_backend(taught.settings()), request) == ANSWER
    assert len(grown) > 3
    assert ANSWER.startswith(grown[2])


def test_a_card_without_instructions_needs_a_word_of_the_author(
    taught: Any, tmp_path: Path
) -> None:
    adapter = shutil.copytree(taught.adapter, tmp_path / "adapter")
    save_card(replace(load_card(adapter), instructions=False), adapter)
    request = Request("", "", instruction=WISH)
    with pytest.raises(BackendError, match="not trained to follow instructions"):
        follow(open_backend(taught.settings(adapter=str(adapter))), request)
    trusted = taught.settings(adapter=str(adapter), instructed=True)
    assert follow(open_backend(trusted), request) == ANSWER


def test_the_answer_can_be_cancelled_in_the_middle(taught: Any) -> None:
    backend = open_backend(taught.settings())
    cancelled = threading.Event()

    def stop(said: str) -> bool:
        cancelled.set()
        return False

    with pytest.raises(Cancelled):
        follow(
            backend, Request("", "", instruction=WISH, stop=stop, cancelled=cancelled)
        )
    assert follow(backend, Request("", "", instruction=WISH)) == ANSWER


def test_a_long_instruction_is_refused_and_a_long_formula_cut(taught: Any) -> None:
    backend = open_backend(taught.settings())
    with pytest.raises(BackendError, match="longer than the model can read"):
        follow(backend, Request("", "", instruction=WISH * 40))
    follow(backend, Request("l_pay = 1\n" * 200, "", instruction=WISH, max_tokens=4))


def test_a_formula_is_written_by_it_from_the_author_s_words(taught: Any) -> None:
    backend = open_backend(taught.settings())
    told: list[Progress] = []
    commission = Commission(backend, lambda _text: (), repairs=0, report=told.append)
    draft = write(WISH, "", room_at("", 0), commission)
    assert draft.text == f"{ANSWER}\n"
    assert told[-1] == Progress(1, ANSWER)
