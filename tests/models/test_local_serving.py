"""What makes the local backend fast, and several adapters in one process."""

import shutil
import threading
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
from fastformula_models.backend import complete_many
from fastformula_models.card import Card, save_card
from fastformula_models.lookup import guess_next

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]

MIDDLE = "(hours_worked - 40) * 1.5"
SECOND = "GET_TABLE_VALUE('RATES')"
QUANTIZATIONS = ("none", "int8", "nf4")


@pytest.fixture
def forwards(llama: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tokens each pass of a Llama was given."""
    import transformers

    del llama
    model: Any = transformers.LlamaForCausalLM
    forward = model.forward
    seen: list[int] = []

    def spy(self: Any, input_ids: Any = None, **options: Any) -> Any:
        seen.append(input_ids.shape[1])
        return forward(self, input_ids=input_ids, **options)

    monkeypatch.setattr(model, "forward", spy)
    return seen


def both(tiny: Any, **more: Any) -> BackendSettings:
    settings: BackendSettings = tiny.settings(adapters=(str(tiny.second),), **more)
    return settings


@pytest.mark.parametrize("quantization", QUANTIZATIONS)
def test_adapters_are_exchanged_between_requests(tiny: Any, quantization: str) -> None:
    backend = open_backend(both(tiny, quantization=quantization))
    # What few bits leave of a model this small need not be all of it.
    size = 6 if quantization != "none" else 100
    for name, middle in (
        ("", MIDDLE),
        ("second", SECOND),
        ("adapter", MIDDLE),
        ("second", SECOND),
    ):
        assert backend.complete(tiny.asked(adapter=name))[:size] == middle[:size]


def test_an_adapter_that_is_not_loaded_is_named_with_those_that_are(llama: Any) -> None:
    backend = open_backend(both(llama))
    with pytest.raises(BackendError, match=r"called third .* adapter, second\.$"):
        backend.complete(llama.asked(adapter="third"))
    with pytest.raises(BackendError, match=r"called third .*there are adapter\."):
        open_backend(llama.settings()).complete(llama.asked(adapter="third"))


def test_an_adapter_is_found_by_name_in_the_first_folder_that_has_it(
    llama: Any, tmp_path: Path
) -> None:
    places = (str(tmp_path), str(llama.base))
    settings = llama.settings(adapter="second", adapter_folders=places)
    assert open_backend(settings).complete(llama.asked()) == SECOND
    shutil.copytree(llama.adapter, tmp_path / "second")
    assert open_backend(settings).complete(llama.asked()) == MIDDLE


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ({"format": "starcoder2"}, "only adapters of one format"),
        ({"base": "microsoft/phi-2"}, r"trained on microsoft/phi-2, not on Qwen"),
    ],
)
def test_adapters_that_do_not_go_together_are_refused(
    llama: Any, tmp_path: Path, card: dict[str, str], message: str
) -> None:
    other = shutil.copytree(llama.second, tmp_path / "other")
    first = shutil.copytree(llama.adapter, tmp_path / "first")
    base = {"base": "Qwen/Qwen2.5-Coder-0.5B"} if "base" in card else {}
    values = {"base": str(llama.base), "revision": "", "format": llama.format.name}
    values |= {"budget": 200, "data_hash": "", "created_by": ""} | base
    save_card(Card(**values), first)
    save_card(Card(**(values | card)), other)
    settings = BackendSettings(
        "local", adapter=str(first), adapters=(str(other),), device="cpu"
    )
    with pytest.raises(BackendError, match=message):
        open_backend(settings)


def test_two_adapters_of_one_name_are_refused(llama: Any, tmp_path: Path) -> None:
    twin = shutil.copytree(llama.second, tmp_path / "adapter")
    with pytest.raises(BackendError, match="Two adapters are called adapter"):
        open_backend(llama.settings(adapters=(str(twin),)))


def test_a_second_adapter_in_a_pickle_is_refused(llama: Any, tmp_path: Path) -> None:
    other = shutil.copytree(llama.second, tmp_path / "other")
    (other / "adapter_model.safetensors").rename(other / "adapter_model.bin")
    with pytest.raises(BackendError, match="as a pickle"):
        open_backend(llama.settings(adapters=(str(other),)))


def test_changing_the_adapter_forgets_what_was_read_with_the_other(
    tiny: Any,
) -> None:
    backend: Any = open_backend(both(tiny))
    backend.complete(tiny.asked())
    whole = backend.tokens_read
    backend.complete(tiny.asked(adapter="second"))
    assert backend.tokens_read == len(prompt(tiny, tiny.asked()))
    backend.complete(tiny.asked(adapter="second"))
    assert backend.tokens_read == 1
    assert whole > 1


def prompt(tiny: Any, request: Request) -> list[int]:
    return fim.encode_prompt(
        tiny.tokenizer, tiny.format, request.prefix, request.suffix
    )


TYPED = ("", "(", "(hours_", "", "(hours_worked - 40", "0", "IF x THEN\n  y = ")


@pytest.mark.parametrize("chunk", [256, 7])
def test_answers_are_the_same_with_and_without_reuse_and_less_is_read(
    tiny: Any, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("fastformula_models.prefix_cache.CHUNK", chunk)
    typing: Any = open_backend(tiny.settings())
    fresh: Any = open_backend(tiny.settings())
    before: list[int] = []
    for typed in TYPED:
        request = Request(tiny.asked().prefix + typed, "\nRETURN overtime\n")
        fresh._prefix.clear()
        assert typing.complete(request) == fresh.complete(request)
        ids = prompt(tiny, request)
        assert fresh.tokens_read == len(ids)
        shared = 0
        while shared < min(len(ids) - 1, len(before)) and ids[shared] == before[shared]:
            shared += 1
        assert typing.tokens_read <= len(ids) - shared
        before = ids
    assert typing.tokens_read < fresh.tokens_read


def test_a_cancelled_prompt_is_not_read_from_its_beginning_again(
    llama: Any, monkeypatch: pytest.MonkeyPatch, forwards: list[int]
) -> None:
    monkeypatch.setattr("fastformula_models.prefix_cache.CHUNK", 5)
    backend: Any = open_backend(llama.settings())
    request = llama.asked()
    backend._prefix.clear()
    passes = len(forwards)

    class Later(threading.Event):
        """Set once two chunks have been read."""

        def is_set(self) -> bool:
            return len(forwards) >= passes + 2

    with pytest.raises(Cancelled):
        backend.complete(llama.asked(cancelled=Later()))
    assert len(forwards) == passes + 2
    assert backend.complete(request) == MIDDLE
    assert backend.tokens_read == len(prompt(llama, request)) - 10


def test_cancelling_ends_the_answer_within_one_token(
    llama: Any, forwards: list[int]
) -> None:
    backend = open_backend(llama.settings())
    cancelled = threading.Event()
    passes: list[int] = []

    def stop(_text: str) -> bool:
        if not passes:
            cancelled.set()
        passes.append(len(forwards))
        return False

    with pytest.raises(Cancelled):
        backend.complete(llama.asked(stop=stop, cancelled=cancelled))
    assert len(passes) == 1
    assert len(forwards) - passes[0] <= 1


def test_a_failure_in_the_middle_leaves_no_half_read_prompt(
    llama: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    import transformers

    backend: Any = open_backend(llama.settings())
    mlp: Any = transformers.models.llama.modeling_llama.LlamaMLP
    forward = mlp.forward
    calls: list[int] = []

    def break_down(self: Any, hidden: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, hidden)

    monkeypatch.setattr(mlp, "forward", break_down)
    with pytest.raises(BackendError, match="ran out of memory on cpu"):
        backend.complete(llama.asked())
    calls.clear()
    with pytest.raises(BackendError, match="ran out of memory on cpu"):
        complete_many(backend, [llama.asked(), llama.asked()])
    assert backend.complete(llama.asked()) == MIDDLE


@pytest.mark.parametrize("guesses", [1, 4, 10])
def test_guessing_from_the_text_changes_nothing_but_the_number_of_passes(
    llama: Any, forwards: list[int], guesses: int
) -> None:
    plain = open_backend(llama.settings())
    looking = open_backend(llama.settings(lookup_tokens=guesses))
    fewer = 0
    # The prefix says the middle already, so that there is something to find.
    for typed in (f"{MIDDLE}\n  overtime = ", "", "hours_worked > 40"):
        request = Request(llama.asked().prefix + typed, "\nRETURN overtime\n", 30)
        start = len(forwards)
        expected = plain.complete(request)
        middle = len(forwards)
        assert looking.complete(request) == expected
        fewer += (middle - start) - (len(forwards) - middle)
    assert fewer > 0
    # And what it keeps of them is right.
    for typed in TYPED:
        request = Request(llama.asked().prefix + typed, "\nRETURN overtime\n", 30)
        assert looking.complete(request) == plain.complete(request)


def test_guessing_asks_stop_token_by_token_and_can_be_cancelled(llama: Any) -> None:
    backend = open_backend(llama.settings(lookup_tokens=8))
    seen: list[str] = []

    def stop(text: str) -> bool:
        seen.append(text)
        return "worked" in text

    request = Request(
        f"{llama.asked().prefix}{MIDDLE}\n  overtime = ", "\nRETURN x\n", stop=stop
    )
    answer = backend.complete(request)
    assert answer == seen[-1]
    assert sum("worked" in text for text in seen) <= 1
    request.cancelled.set()
    with pytest.raises(Cancelled):
        backend.complete(request)


@pytest.mark.parametrize(
    ("ids", "guess"),
    [
        ([1, 2, 3, 4, 1, 2], [3, 4, 1]),
        ([1, 2, 9, 1, 2, 8, 1, 2], [8, 1, 2]),
        ([7, 1, 2, 3, 9, 1, 2, 5, 7, 1, 2], [3, 9, 1]),
        ([1, 2, 3], []),
        ([], []),
    ],
    ids=["earlier", "latest", "longest", "new", "nothing"],
)
def test_what_followed_the_last_tokens_is_guessed(
    ids: list[int], guess: list[int]
) -> None:
    assert guess_next(ids, 3) == guess


def holes(tiny: Any) -> list[Request]:
    prefixes = ["", "x = ", "IF hours_worked > 40 THEN\n", tiny.asked().prefix] * 3
    return [
        Request(prefix * (1 + number % 3), "\nRETURN overtime\n", 5 + number)
        for number, prefix in enumerate(prefixes)
    ]


@pytest.mark.parametrize("compiled", [False, True])
def test_holes_that_are_filled_together_have_the_middles_they_have_alone(
    tiny: Any, compiled: bool
) -> None:
    backend = open_backend(tiny.settings(compiled=compiled))
    requests = [tiny.asked(), *holes(tiny)]
    together = complete_many(backend, requests)
    assert together == [backend.complete(request) for request in requests]
    assert together[0] == MIDDLE


def test_holes_are_filled_in_common_passes(llama: Any, forwards: list[int]) -> None:
    backend = open_backend(llama.settings())
    start = len(forwards)
    for request in holes(llama)[:8]:
        backend.complete(request)
    alone = len(forwards) - start
    complete_many(backend, holes(llama)[:8])
    assert len(forwards) - start - alone < alone / 3


def test_each_hole_of_a_batch_has_its_own_adapter_stop_and_seed(llama: Any) -> None:
    backend = open_backend(both(llama))
    requests = [
        llama.asked(adapter="second"),
        llama.asked(stop=lambda text: "hours" in text),
        llama.asked(temperature=5.0, seed=2),
        llama.asked(repetition_penalty=1.3),
        llama.asked(),
        llama.asked(adapter="second", max_tokens=2),
    ]
    together = complete_many(backend, requests)
    assert together == [backend.complete(request) for request in requests]
    assert together[0] == SECOND
    assert together[1] in MIDDLE and "hours" in together[1]
    assert complete_many(backend, []) == []


def test_a_batch_can_be_cancelled(llama: Any) -> None:
    backend = open_backend(llama.settings())
    requests = holes(llama)[:3]
    asked: list[str] = []

    def stop(text: str) -> bool:
        asked.append(text)
        requests[0].cancelled.set()
        return False

    requests[2] = llama.asked(stop=stop)
    with pytest.raises(Cancelled):
        complete_many(backend, requests)
    assert len(asked) == 1


def test_a_static_cache_answers_as_a_growing_one(
    tiny: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = open_backend(tiny.settings(compiled=True))
    monkeypatch.setattr("fastformula_models.local.COMPILES_ON", ("cpu",))
    static: Any = open_backend(tiny.settings(compiled=True))
    assert static._prefix.length
    for typed in TYPED:
        request = Request(tiny.asked().prefix + typed, "\nRETURN overtime\n")
        assert static.complete(request) == growing.complete(request)
    assert static.tokens_read < len(prompt(tiny, request))
    static.complete(request)
    assert static.tokens_read == 1


def test_where_nothing_can_be_compiled_the_plain_decode_serves(
    llama: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    monkeypatch.setattr("fastformula_models.local.COMPILES_ON", ("cpu",))
    generate = transformers.GenerationMixin.generate

    def refuse(self: Any, **options: Any) -> Any:
        if isinstance(options.get("past_key_values"), transformers.StaticCache):
            raise RuntimeError("Cannot find a working triton installation")
        return generate(self, **options)

    monkeypatch.setattr(transformers.GenerationMixin, "generate", refuse)
    backend: Any = open_backend(llama.settings(compiled=True))
    assert not backend._prefix.length
    assert backend.complete(llama.asked()) == MIDDLE


def test_sampling_keeps_to_the_likeliest_and_a_penalty_changes_the_choice(
    llama: Any,
) -> None:
    backend = open_backend(llama.settings())
    narrow = [
        backend.complete(llama.asked(temperature=5.0, top_p=0.01, seed=seed))
        for seed in range(3)
    ]
    assert narrow == [MIDDLE] * 3
    assert backend.complete(llama.asked(repetition_penalty=100.0)) != MIDDLE


def test_the_first_request_finds_the_model_warm(
    llama: Any, forwards: list[int]
) -> None:
    backend = open_backend(llama.settings())
    assert forwards
    backend.close()
