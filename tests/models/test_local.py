"""The local backend on two-layer models of three architectures, with adapters."""

import shutil
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from fastformula_models import BackendError, Cancelled, Request, fim, open_backend
from fastformula_models.backend import complete_many
from fastformula_models.card import FILE_NAME, Card, save_card

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]

PREFIX = "IF hours_worked > 40 THEN\n  overtime = "
SUFFIX = "\nRETURN overtime\n"
MIDDLE = "(hours_worked - 40) * 1.5"


def asked(**more: Any) -> Request:
    return Request(PREFIX, SUFFIX, **({"max_tokens": 40} | more))


def test_what_the_adapter_has_learnt_is_served(tiny: Any) -> None:
    assert tiny.answer == MIDDLE
    backend = open_backend(tiny.settings())
    assert backend.name == "local"
    assert backend.complete(asked()) == MIDDLE
    backend.close()


def test_without_an_adapter_the_base_answers(tiny: Any) -> None:
    base = tiny.settings(base=str(tiny.base), adapter="", format=tiny.format.name)
    answer = open_backend(base).complete(asked())
    assert answer == tiny.plain
    assert answer != MIDDLE


def test_an_adapter_with_its_tokenizer_beside_it_is_served_alike(
    tiny: Any, tmp_path: Path
) -> None:
    adapter = shutil.copytree(tiny.adapter, tmp_path / "adapter")
    tiny.tokenizer.save_pretrained(adapter)
    backend = open_backend(tiny.settings(adapter=str(adapter)))
    assert backend.complete(asked()) == MIDDLE


def test_the_model_is_shown_the_ids_of_the_training_row(
    tiny: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend: Any = open_backend(tiny.settings())
    shown: list[list[int]] = []
    generate = backend.model.generate

    def spy(**options: Any) -> Any:
        shown.append(options["input_ids"][0].tolist())
        return generate(**options)

    monkeypatch.setattr(backend.model, "generate", spy)
    backend.complete(asked())
    assert shown == [fim.encode_prompt(tiny.tokenizer, tiny.format, PREFIX, SUFFIX)]


def test_typing_on_gives_what_a_fresh_model_gives(tiny: Any) -> None:
    typing = open_backend(tiny.settings())
    for typed in ("", "(", "(hours_", "", "(hours_worked - 40", "0"):
        request = Request(PREFIX + typed, SUFFIX, max_tokens=40)
        fresh = open_backend(tiny.settings()).complete(request)
        assert typing.complete(request) == fresh


def test_only_what_is_new_is_read_again(
    tiny: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend: Any = open_backend(tiny.settings())
    backend.complete(asked())
    read: list[int] = []
    forward = type(backend.model).forward

    def spy(model: Any, input_ids: Any = None, **options: Any) -> Any:
        read.append(input_ids.shape[1])
        return forward(model, input_ids=input_ids, **options)

    monkeypatch.setattr(type(backend.model), "forward", spy)
    assert backend.complete(asked()) == MIDDLE
    assert read[0] == 1


def test_stop_sees_the_text_grow_and_ends_it(tiny: Any) -> None:
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


def test_cancelling_stops_the_model_and_the_next_answer_is_right(tiny: Any) -> None:
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


def test_sampling_follows_its_seed_and_leaves_the_process_alone(tiny: Any) -> None:
    import torch

    backend = open_backend(tiny.settings(base=str(tiny.base)))
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = [backend.complete(asked(temperature=5.0, seed=seed)) for seed in (1, 2, 1)]
    assert first[0] == first[2] != first[1]
    assert torch.rand(1) == expected


def test_a_formula_longer_than_the_context_is_answered(tiny: Any) -> None:
    long = "".join(f"l_{number} = {number}\n" for number in range(500))
    backend = open_backend(tiny.settings())
    backend.complete(Request(long + PREFIX, SUFFIX + long, max_tokens=20))
    endless = Request(long + PREFIX, SUFFIX + long, max_tokens=10_000)
    assert backend.complete(endless) == complete_many(backend, [endless])[0]


@pytest.mark.parametrize("quantization", ["int8", "nf4"])
def test_a_quantized_base_carries_the_adapter(tiny: Any, quantization: str) -> None:
    import torch

    backend: Any = open_backend(tiny.settings(quantization=quantization))
    stored = {weight.dtype for weight in backend.model.parameters()}
    assert stored & {torch.int8, torch.uint8}
    assert backend.complete(asked()).startswith("(hours")


def remade(tiny: Any, folder: Path, **card: Any) -> Path:
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


def test_an_adapter_in_a_pickle_is_refused(llama: Any, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    adapter = remade(llama, tmp_path)
    weights = adapter / "adapter_model.safetensors"
    torch.save(load_file(weights), adapter / "adapter_model.bin")
    weights.unlink()
    with pytest.raises(BackendError, match="as a pickle"):
        open_backend(llama.settings(adapter=str(adapter)))


def test_a_base_in_a_pickle_is_refused(llama: Any, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    base = shutil.copytree(llama.base, tmp_path / "base")
    torch.save(load_file(base / "model.safetensors"), base / "pytorch_model.bin")
    (base / "model.safetensors").unlink()
    with pytest.raises(BackendError, match="cannot be loaded from this machine"):
        open_backend(llama.settings(base=str(base)))


def test_code_that_comes_with_a_base_is_not_run(llama: Any, tmp_path: Path) -> None:
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
    llama: Any,
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
    llama: Any, tmp_path: Path, change: dict[str, int]
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
    llama: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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


def test_missing_or_damaged_files_are_named(llama: Any, tmp_path: Path) -> None:
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
