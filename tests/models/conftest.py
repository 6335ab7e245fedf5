"""Models like those of the formats' families, at toy size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastformula_models import BackendSettings, Request, fim, lessons
from fastformula_models.card import Card, save_card
from fastformula_models.catalog import base_named

Build = Callable[[str], Any]

# Configuration, and the base of the catalog that has its layers and format.
KINDS = {
    "llama": ("LlamaConfig", "deepseek-ai/deepseek-coder-1.3b-base"),
    "qwen2": ("Qwen2Config", "Qwen/Qwen2.5-Coder-0.5B"),
    "phi": ("PhiConfig", "microsoft/phi-2"),
}
SIZES: dict[str, float] = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    # So wide that an adapter alone, under a frozen head, can be sure of a token.
    "initializer_range": 0.3,
}


@dataclass(frozen=True, slots=True)
class Tiny:
    """A base and an adapter of it on disk, and the answer they give together."""

    base: Path
    adapter: Path
    second: Path
    """Another adapter, which has learnt another middle."""
    format: fim.FimFormat
    tokenizer: Any
    answer: str
    plain: str

    def settings(self, **more: Any) -> BackendSettings:
        given = {"adapter": str(self.adapter), "device": "cpu"} | more
        return BackendSettings("local", **given)

    def asked(self, **more: Any) -> Request:
        return Request(PREFIX, SUFFIX, **({"max_tokens": 40} | more))


PREFIX = "IF hours_worked > 40 THEN\n  overtime = "
SUFFIX = "\nRETURN overtime\n"
MIDDLE = "(hours_worked - 40) * 1.5"
SECOND = "GET_TABLE_VALUE('RATES')"


def train(model: Any, row: fim.FimFormat, tokenizer: Any, middle: str = MIDDLE) -> None:
    """Teach a model one hole by heart, so that its answers mean something."""
    import torch

    lesson = lessons.fill(row, PREFIX, middle, SUFFIX)
    ((ids, prompt),) = lessons.encode(tokenizer, row, [lesson])
    labels = [-100] * prompt + ids[prompt:]
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=1e-2)
    for _ in range(60):
        loss = model(torch.tensor([ids]), labels=torch.tensor([labels])).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert loss < 0.1


def greedy(model: Any, row: fim.FimFormat, tokenizer: Any) -> str:
    """The model's middle, by the plainest loop there is."""
    import torch

    ids = fim.encode_prompt(tokenizer, row, PREFIX, SUFFIX)
    prompt = len(ids)
    stops = fim.stop_ids(tokenizer, row)
    for _ in range(40):
        with torch.no_grad():
            ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
        if ids[-1] in stops:
            break
    return fim.decode(tokenizer, row, ids[prompt:]).rstrip("\ufffd")


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """Models this small lose more to the waiting of threads than they gain."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def make(
    like: Build, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Tiny]:
    return cache(lambda kind: build(kind, like, tmp_path_factory.mktemp(kind)))


@pytest.fixture(params=KINDS)
def tiny(request: pytest.FixtureRequest, make: Callable[[str], Tiny]) -> Tiny:
    return make(request.param)


@pytest.fixture
def llama(make: Callable[[str], Tiny]) -> Tiny:
    return make("llama")


def build(kind: str, like: Build, base: Path) -> Tiny:
    import torch
    import transformers

    config, known = KINDS[kind]
    name = base_named(known).format
    row = fim.FORMATS[name]
    # A base that lacks the sentinels is saved without them, as phi-2 comes.
    like("phi-2-untrained" if row.added else name).save_pretrained(base)
    tokenizer = like(name)
    torch.manual_seed(1)
    settings = getattr(transformers, config)(vocab_size=len(tokenizer) + 8, **SIZES)
    auto: Any = transformers.AutoModelForCausalLM
    model = auto.from_config(settings)
    model.save_pretrained(base)
    plain = greedy(model.eval(), row, tokenizer)
    answer = build_adapter(base, base / "adapter", known, tokenizer, MIDDLE)
    build_adapter(base, base / "second", known, tokenizer, SECOND)
    return Tiny(base, base / "adapter", base / "second", row, tokenizer, answer, plain)


def build_adapter(
    base: Path, folder: Path, known: str, tokenizer: Any, middle: str
) -> str:
    """Train an adapter on one hole; the answer that it gives."""
    import peft
    import transformers

    name = base_named(known).format
    row = fim.FORMATS[name]
    auto: Any = transformers.AutoModelForCausalLM
    new = [tokenizer.get_added_vocab()[token] for token in row.tokens]
    lora = peft.LoraConfig(
        r=8,
        target_modules=list(base_named(known).lora_targets),
        task_type="CAUSAL_LM",
        trainable_token_indices={"embed_tokens": new} if row.added else None,
    )
    adapted = peft.get_peft_model(auto.from_pretrained(base), lora)
    train(adapted, row, tokenizer, middle)
    adapted.save_pretrained(str(folder), save_embedding_layers=False)
    save_card(Card(base.as_posix(), "", name, 200, "f00d", "0.1.0"), folder)
    return greedy(adapted.eval(), row, tokenizer)
