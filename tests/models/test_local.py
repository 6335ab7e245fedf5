"""The local backend on two-layer models of three architectures, with adapters."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastformula_models import (
    BackendError,
    BackendSettings,
    Cancelled,
    Request,
    fim,
    open_backend,
)
from fastformula_models.card import FILE_NAME, Card, save_card
from fastformula_models.catalog import base_named

pytestmark = pytest.mark.slow

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
    format: fim.FimFormat
    tokenizer: Any
    answer: str
    plain: str

    def settings(self, **more: Any) -> BackendSettings:
        given = {"adapter": str(self.adapter), "device": "cpu"} | more
        return BackendSettings("local", **given)


PREFIX = "IF hours_worked > 40 THEN\n  overtime = "
SUFFIX = "\nRETURN overtime\n"
MIDDLE = "(hours_worked - 40) * 1.5"


def asked(**more: Any) -> Request:
    return Request(PREFIX, SUFFIX, **({"max_tokens": 40} | more))


def train(model: Any, row: fim.FimFormat, tokenizer: Any) -> None:
    """Teach a model one hole by heart, so that its answers mean something."""
    import torch

    ids, labels = fim.encode_row(tokenizer, row, PREFIX, MIDDLE, SUFFIX)
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


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Models this small lose more to the waiting of threads than they gain."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
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
    import peft
    import torch
    import transformers

    config, known = KINDS[kind]
    name = base_named(known).format
    row = fim.FORMATS[name]
    adapter = base / "adapter"
    # A base that lacks the sentinels is saved without them, as phi-2 comes.
    like("phi-2-untrained" if row.added else name).save_pretrained(base)
    tokenizer = like(name)
    torch.manual_seed(1)
    settings = getattr(transformers, config)(vocab_size=len(tokenizer) + 8, **SIZES)
    auto: Any = transformers.AutoModelForCausalLM
    model = auto.from_config(settings)
    model.save_pretrained(base)
    plain = greedy(model.eval(), row, tokenizer)
    new = [tokenizer.get_added_vocab()[token] for token in row.tokens]
    lora = peft.LoraConfig(
        r=8,
        target_modules=list(base_named(known).lora_targets),
        task_type="CAUSAL_LM",
        trainable_token_indices={"embed_tokens": new} if row.added else None,
    )
    adapted = peft.get_peft_model(model, lora)
    train(adapted, row, tokenizer)
    adapted.save_pretrained(str(adapter), save_embedding_layers=False)
    save_card(Card(base.as_posix(), "", name, 200, "f00d", "0.1.0"), adapter)
    answer = greedy(adapted.eval(), row, tokenizer)
    return Tiny(base, adapter, row, tokenizer, answer, plain)


def test_what_the_adapter_has_learnt_is_served(tiny: Tiny) -> None:
    assert tiny.answer == MIDDLE
    backend = open_backend(tiny.settings())
    assert backend.name == "local"
    assert backend.complete(asked()) == MIDDLE
    backend.close()


def test_without_an_adapter_the_base_answers(tiny: Tiny) -> None:
    base = tiny.settings(base=str(tiny.base), adapter="", format=tiny.format.name)
    answer = open_backend(base).complete(asked())
    assert answer == tiny.plain
    assert answer != MIDDLE


def test_an_adapter_with_its_tokenizer_beside_it_is_served_alike(
    tiny: Tiny, tmp_path: Path
) -> None:
    adapter = shutil.copytree(tiny.adapter, tmp_path / "adapter")
    tiny.tokenizer.save_pretrained(adapter)
    backend = open_backend(tiny.settings(adapter=str(adapter)))
    assert backend.complete(asked()) == MIDDLE


def test_the_model_is_shown_the_ids_of_the_training_row(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend: Any = open_backend(tiny.settings())
    shown: list[list[int]] = []
    generate = backend._model.generate

    def spy(**options: Any) -> Any:
        shown.append(options["input_ids"][0].tolist())
        return generate(**options)

    monkeypatch.setattr(backend._model, "generate", spy)
    backend.complete(asked())
    ids, _ = fim.encode_row(tiny.tokenizer, tiny.format, PREFIX, MIDDLE, SUFFIX)
    assert shown == [ids[: len(shown[0])]]


def test_typing_on_gives_what_a_fresh_model_gives(tiny: Tiny) -> None:
    typing = open_backend(tiny.settings())
    for typed in ("", "(", "(hours_", "", "(hours_worked - 40", "0"):
        request = Request(PREFIX + typed, SUFFIX, max_tokens=40)
        fresh = open_backend(tiny.settings()).complete(request)
        assert typing.complete(request) == fresh


def test_only_what_is_new_is_read_again(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend: Any = open_backend(tiny.settings())
    backend.complete(asked())
    read: list[int] = []
    forward = type(backend._model).forward

    def spy(model: Any, input_ids: Any = None, **options: Any) -> Any:
        read.append(input_ids.shape[1])
        return forward(model, input_ids=input_ids, **options)

    monkeypatch.setattr(type(backend._model), "forward", spy)
    assert backend.complete(asked()) == MIDDLE
    assert read[0] == 1


def test_stop_sees_the_text_grow_and_ends_it(tiny: Tiny) -> None:
    seen: list[str] = []

    def stop(text: str) -> bool:
        seen.append(text)
        return "work" in text

    answer = open_backend(tiny.settings()).complete(asked(stop=stop))
    assert answer == seen[-1]
    assert MIDDLE.startswith(answer)
    assert "work" in answer
    assert len(answer) < len(MIDDLE)
    assert all(MIDDLE.startswith(text) for text in seen)


def test_cancelling_stops_the_model_and_the_next_answer_is_right(tiny: Tiny) -> None:
    backend = open_backend(tiny.settings())
    cancelled = threading.Event()
    pieces: list[str] = []

    def stop(text: str) -> bool:
        pieces.append(text)
        if len(pieces) == 3:
            cancelled.set()
        return False

    with pytest.raises(Cancelled):
        backend.complete(asked(stop=stop, cancelled=cancelled))
    assert len(pieces) <= 4
    assert backend.complete(asked()) == MIDDLE


def test_sampling_follows_its_seed_and_leaves_the_process_alone(tiny: Tiny) -> None:
    import torch

    backend = open_backend(tiny.settings(base=str(tiny.base)))
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = [backend.complete(asked(temperature=5.0, seed=seed)) for seed in (1, 2, 1)]
    assert first[0] == first[2] != first[1]
    assert torch.rand(1) == expected


def test_a_formula_longer_than_the_context_is_answered(tiny: Tiny) -> None:
    long = "".join(f"l_{number} = {number}\n" for number in range(500))
    backend = open_backend(tiny.settings())
    backend.complete(Request(long + PREFIX, SUFFIX + long, max_tokens=20))


@pytest.mark.parametrize("quantization", ["int8", "nf4"])
def test_a_quantized_base_carries_the_adapter(tiny: Tiny, quantization: str) -> None:
    import torch

    backend: Any = open_backend(tiny.settings(quantization=quantization))
    stored = {weight.dtype for weight in backend._model.parameters()}
    assert stored & {torch.int8, torch.uint8}
    assert backend.complete(asked()).startswith("(hours")


def remade(tiny: Tiny, folder: Path, **card: Any) -> Path:
    """A copy of the adapter with another card."""
    adapter = shutil.copytree(tiny.adapter, folder / "adapter")
    values: dict[str, Any] = {
        "base": tiny.base.as_posix(),
        "revision": "",
        "budget": 200,
    }
    values |= {"format": tiny.format.name, "data_hash": "", "created_by": ""}
    save_card(Card(**(values | card)), adapter)
    return adapter


def test_an_adapter_in_a_pickle_is_refused(llama: Tiny, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    adapter = remade(llama, tmp_path)
    weights = adapter / "adapter_model.safetensors"
    torch.save(load_file(weights), adapter / "adapter_model.bin")
    weights.unlink()
    with pytest.raises(BackendError, match="as a pickle"):
        open_backend(llama.settings(adapter=str(adapter)))


def test_a_base_in_a_pickle_is_refused(llama: Tiny, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    base = shutil.copytree(llama.base, tmp_path / "base")
    torch.save(load_file(base / "model.safetensors"), base / "pytorch_model.bin")
    (base / "model.safetensors").unlink()
    with pytest.raises(BackendError, match="cannot be loaded from this machine"):
        open_backend(llama.settings(base=str(base)))


def test_code_that_comes_with_a_base_is_not_run(llama: Tiny, tmp_path: Path) -> None:
    import json

    base = shutil.copytree(llama.base, tmp_path / "base")
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    config |= {"auto_map": {"AutoConfig": "own.C", "AutoModelForCausalLM": "own.M"}}
    config["model_type"] = "own"
    (base / "config.json").write_text(json.dumps(config), encoding="utf-8")
    trace = tmp_path / "trace"
    (base / "own.py").write_text(f"open({str(trace)!r}, 'w')\n", encoding="utf-8")
    with pytest.raises(BackendError, match="cannot be loaded"):
        open_backend(
            llama.settings(base=str(base), adapter="", format=llama.format.name)
        )
    assert not trace.exists()


@pytest.mark.parametrize(
    ("card", "settings", "message"),
    [
        ({"base": "microsoft/phi-2"}, {"base": "Qwen/Qwen2.5-Coder-0.5B"}, "not on"),
        ({"base": "microsoft/phi-2"}, {}, "cannot be loaded from this machine"),
        ({"base": "gpt-9"}, {}, "'gpt-9' is neither a folder nor a known base"),
        ({"format": "gpt-9"}, {}, "no prompt format called 'gpt-9'"),
        (
            {"format": "starcoder2"},
            {"format": "codellama"},
            "trained with .*starcoder2",
        ),
        ({"format": "codegemma"}, {}, "no token"),
        ({}, {"device": "cuda:99"}, "no device cuda:99"),
        ({}, {"device": "abacus"}, "no device abacus"),
    ],
)
def test_a_mismatch_is_told_before_anything_is_answered(
    llama: Tiny,
    tmp_path: Path,
    card: dict[str, str],
    settings: dict[str, str],
    message: str,
) -> None:
    adapter = remade(llama, tmp_path, **card)
    with pytest.raises(BackendError, match=message):
        open_backend(llama.settings(adapter=str(adapter), **settings))


@pytest.mark.parametrize(
    "change", [{"num_hidden_layers": 1}, {"num_hidden_layers": 3}, {"hidden_size": 32}]
)
def test_an_adapter_of_another_base_is_refused(
    llama: Tiny, tmp_path: Path, change: dict[str, int]
) -> None:
    import transformers

    for file in llama.base.glob("tokenizer*.json"):
        shutil.copy(file, tmp_path)
    auto: Any = transformers.AutoModelForCausalLM
    config = transformers.AutoConfig.from_pretrained(llama.base, **change)
    config.head_dim = config.hidden_size // config.num_attention_heads
    auto.from_config(config).save_pretrained(tmp_path)
    with pytest.raises(BackendError, match="does not fit the base"):
        open_backend(llama.settings(base=str(tmp_path)))


def test_nothing_is_asked_of_the_network(
    llama: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def refuse(*address: object, **_options: object) -> None:
        calls.append(address)
        raise OSError("there is no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    adapter = remade(llama, tmp_path, base="microsoft/phi-2")
    with pytest.raises(BackendError, match="cannot be loaded from this machine"):
        open_backend(llama.settings(adapter=str(adapter)))
    assert open_backend(llama.settings()).complete(asked()) == MIDDLE
    assert calls == []


def test_missing_or_damaged_files_are_named(llama: Tiny, tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="no adapter folder"):
        open_backend(llama.settings(adapter=str(tmp_path / "none")))
    with pytest.raises(BackendError, match="Set the base model"):
        open_backend(llama.settings(adapter=""))
    with pytest.raises(BackendError, match=r"format of .* is not known"):
        open_backend(llama.settings(adapter="", base=str(llama.base)))
    adapter = remade(llama, tmp_path)
    (adapter / FILE_NAME).unlink()
    with pytest.raises(BackendError, match=r"has no fastformula\.json"):
        open_backend(llama.settings(adapter=str(adapter)))
    adapter = remade(llama, tmp_path / "second")
    weights = adapter / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(BackendError, match="damaged"):
        open_backend(llama.settings(adapter=str(adapter)))
