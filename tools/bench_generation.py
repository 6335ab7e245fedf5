"""How fast and how large the local backend is with a base of 6.7 billion weights.

    python tools/bench_generation.py [--device cuda] [--tiny] [--folder FOLDER]

Needs no network: the weights are random, in the architecture of
deepseek-coder-6.7b-base, and what is measured is the backend that serves. Each number
stands beside its limit: tokens per second cannot be more than the memory's bandwidth,
measured in the same run, divided by the bytes of weights that a token reads.

Without CUDA, or with --tiny, it is a model of two layers: the same code, and numbers
that say nothing of a graphics card. `docs/serving.md` explains the table.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import torch
from fastformula_models import BackendSettings, Request, fim
from fastformula_models.backend import complete_many
from fastformula_models.card import Card, save_card
from fastformula_models.local import LocalBackend

FORMAT = fim.FORMATS["deepseek-coder"]
VARIANTS = (
    ("none", False),
    ("none", True),
    ("int8", False),
    ("int8", True),
    ("nf4", False),
    ("nf4", True),
)
BATCH = 8
GOAL = 0.6
"""The share of the limit that a decode in bf16 should reach."""


class Scale(NamedTuple):
    """A model, and how much of it is measured."""

    config: dict[str, Any]
    prompts: tuple[int, ...]
    """Tokens of the prompts whose first answering token is waited for."""
    behind: int
    """Tokens of the prompt behind which tokens are written."""
    written: int
    response: int
    runs: int
    copied: int
    """Bytes that are copied to measure the bandwidth."""


# The numbers of config.json of deepseek-ai/deepseek-coder-6.7b-base.
WHOLE = Scale(
    {
        "vocab_size": 32256,
        "hidden_size": 4096,
        "intermediate_size": 11008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 32,
        "max_position_embeddings": 16384,
        "rms_norm_eps": 1e-6,
        "rope_parameters": {
            "rope_type": "linear",
            "factor": 4.0,
            "rope_theta": 100000.0,
        },
        "tie_word_embeddings": False,
    },
    prompts=(512, 2048, 8192),
    behind=512,
    written=128,
    response=512,
    runs=5,
    copied=4 << 30,
)
TINY = Scale(
    {
        "vocab_size": 512,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 4,
        "max_position_embeddings": 2048,
        "tie_word_embeddings": False,
    },
    prompts=(64, 128, 256),
    behind=64,
    written=16,
    response=32,
    runs=1,
    copied=64 << 20,
)


def main() -> None:
    """Measure all variants and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the 13.5 GB are kept")
    options = parser.parse_args()
    cuda = torch.cuda.is_available()
    device = options.device or ("cuda" if cuda else "cpu")
    tiny = options.tiny or not device.startswith("cuda")
    if tiny and not options.tiny:
        print("No CUDA device is used, so this is the tiny model.\n")
    scale = TINY if tiny else WHOLE
    if tiny:
        # A model this small loses more to the waiting of threads than it gains.
        torch.set_num_threads(1)
    bandwidth = measure_bandwidth(device, scale.copied)
    name = torch.cuda.get_device_name(device) if device.startswith("cuda") else "CPU"
    print(f"{name}, torch {torch.__version__}; copying {bandwidth / 1e9:,.1f} GB/s\n")
    with kept_in(options.folder) as folder:
        build(scale, device, folder)
        rows = [
            measure(scale, device, folder, quantization, compiled, bandwidth)
            for quantization, compiled in VARIANTS
        ]
    print_table(DECODE_HEADER, [row.decode for row in rows])
    print_table(
        ["weights", *(f"{size:,} tokens" for size in scale.prompts)],
        [line for row in rows for line in row.first],
    )
    if not tiny:
        share = rows[0].share, rows[1].share
        print(f"bf16: {max(share):.0%} of the limit; the goal is {GOAL:.0%}.")


class Measured(NamedTuple):
    """The cells of one variant."""

    decode: list[str]
    first: list[list[str]]
    share: float


DECODE_HEADER = [
    "weights",
    "decode",
    "GB of weights",
    "peak GB, one response",
    "peak GB, all",
    "tokens/s",
    "limit",
    "share",
    f"tokens/s, {BATCH} at once",
    "whole response, s",
]


def measure(
    scale: Scale,
    device: str,
    folder: Path,
    quantization: str,
    compiled: bool,
    bandwidth: float,
) -> Measured:
    """Load one variant and take all its numbers."""
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats(device)
    # A compiled decode reads its whole cache at each token, so it gets no longer
    # window than it needs.
    window = scale.behind if compiled else max(scale.prompts)
    save_card(Card(str(folder), "", FORMAT.name, window, "", ""), folder)
    settings = BackendSettings(
        "local",
        base=str(folder),
        device=device,
        quantization=quantization,  # type: ignore[arg-type]
        compiled=compiled,
    )
    backend = LocalBackend(settings)
    try:
        text = formula(backend, scale.behind)
        kept, read = weight_bytes(backend)
        speed = max(decode_speed(backend, text, scale.written) for _ in range(2))
        limit = bandwidth / read
        started = time.perf_counter()
        decode_speed(backend, formula(backend, scale.behind), scale.response)
        response = time.perf_counter() - started
        alone = peak_memory(device)
        together = batch_speed(backend, scale)
        first = [] if compiled else first_tokens(backend, scale, quantization)
        how = "compiled" if backend.is_compiled else "eager"
        if compiled and not backend.is_compiled:
            how = "compiled: not here"
        cells = [
            name_of(quantization, device),
            how,
            f"{kept / 1e9:.3g}",
            alone,
            peak_memory(device),
            f"{speed:,.1f}",
            f"{limit:,.1f}",
            f"{speed / limit:.0%}",
            f"{together:,.1f}",
            f"{response:.2f}",
        ]
        return Measured(cells, first, speed / limit)
    finally:
        backend.close()
        del backend
        gc.collect()


def peak_memory(device: str) -> str:
    """The most memory that was used since this variant was begun, in GB."""
    if not device.startswith("cuda"):
        return "-"
    return f"{torch.cuda.max_memory_allocated(device) / 1e9:.2f}"


def name_of(quantization: str, device: str) -> str:
    """What the weights are stored in."""
    if quantization != "none":
        return quantization
    return "bf16" if device.startswith("cuda") else "fp32"


def decode_speed(backend: LocalBackend, text: str, tokens: int) -> float:
    """Tokens per second behind the first one."""
    times: list[float] = []

    def stop(_text: str) -> bool:
        times.append(time.perf_counter())
        return False

    backend.complete(Request(text, "", max_tokens=tokens, stop=stop))
    # The last token is not shown to `stop`, for it ends the answer anyway.
    return (len(times) - 1) / (times[-1] - times[0])


def batch_speed(backend: LocalBackend, scale: Scale) -> float:
    """Tokens per second of some holes together."""
    requests = [
        Request(formula(backend, scale.behind), "", max_tokens=scale.written)
        for _ in range(BATCH)
    ]
    complete_many(backend, requests)
    started = time.perf_counter()
    complete_many(backend, requests)
    return BATCH * scale.written / (time.perf_counter() - started)


def first_tokens(
    backend: LocalBackend, scale: Scale, quantization: str
) -> list[list[str]]:
    """Milliseconds to the first token: of a new prompt, and of one typed on."""
    device = str(backend.device)
    name = name_of(quantization, device)
    cold, warm = [f"{name}, new prompt"], [f"{name}, one more word"]
    for size in scale.prompts:
        news, typed = [], []
        for _ in range(scale.runs):
            text = formula(backend, size)
            news.append(first_token(backend, text))
            read = backend.tokens_read
            typed.append(first_token(backend, text + " l_pay"))
        again = backend.tokens_read
        cold.append(f"{min(news):.1f} ms ({read:,} read)")
        warm.append(f"{min(typed):.1f} ms ({again:,} read)")
    return [cold, warm]


def first_token(backend: LocalBackend, text: str) -> float:
    """Milliseconds until there is a first token."""
    started = time.perf_counter()
    backend.complete(Request(text, "", max_tokens=1))
    return (time.perf_counter() - started) * 1000


_numbers = count(1)


def formula(backend: LocalBackend, tokens: int) -> str:
    """A text of nearly so many tokens, which shares no beginning with another."""
    number = next(_numbers)
    lines = [f"/* {number} */\n"]
    # The prompt has sentinels besides, and a word is added to it.
    room = tokens - 8 - backend.count_tokens(lines[0])
    while True:
        line = f"l_pay_{len(lines)} = l_pay_{len(lines) - 1} * 1.5 + {number}\n"
        room -= backend.count_tokens(line)
        if room < 0:
            return "".join(lines).rstrip("\n")
        lines.append(line)


def weight_bytes(backend: LocalBackend) -> tuple[int, int]:
    """The bytes of all weights, and of those that each token reads."""
    model = backend.model
    kept = 0
    for tensor in (*model.parameters(), *model.buffers()):
        kept += tensor.nbytes
        # The scales of nf4 are no parameters.
        scales = getattr(tensor, "quant_state", None)
        if scales is not None:
            kept += scales.absmax.nbytes
    table = model.get_input_embeddings().weight
    # Of the table of embeddings, a token reads its own row.
    return kept, kept - table.nbytes


def measure_bandwidth(device: str, size: int) -> float:
    """Bytes per second that a copy within the memory reads and writes."""
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    times = []
    for _ in range(6):
        wait_for(device)
        started = time.perf_counter()
        target.copy_(source)
        wait_for(device)
        times.append(time.perf_counter() - started)
    return 2 * size / min(times)


def wait_for(device: str) -> None:
    """Until the device has done what it was told."""
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def build(scale: Scale, device: str, folder: Path) -> None:
    """Write a base with random weights, its tokenizer and its card."""
    from transformers import AutoModelForCausalLM, LlamaConfig

    tokenizer = build_tokenizer()
    tokenizer.save_pretrained(folder)
    if (folder / "config.json").is_file():
        return
    half = device.startswith("cuda")
    torch.manual_seed(1)
    with torch.device(device):
        auto: Any = AutoModelForCausalLM
        model = auto.from_config(
            LlamaConfig(**scale.config), dtype=torch.bfloat16 if half else torch.float32
        )
    with torch.no_grad():
        # Other tokens always have a higher logit, so no answer ends early.
        model.lm_head.weight[fim.stop_ids(tokenizer, FORMAT)] = 0
    model.save_pretrained(folder)
    del model
    gc.collect()


def build_tokenizer() -> Any:
    """A small byte-level tokenizer with the format's tokens."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from tokenizers.trainers import BpeTrainer
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = BpeTrainer(vocab_size=400, initial_alphabet=letters, show_progress=False)
    tokenizer.train_from_iterator(["l_pay_1 = l_pay_0 * 1.5 + 1\n"], trainer)
    tokenizer.add_tokens([AddedToken(token) for token in FORMAT.tokens])
    wrap: Any = PreTrainedTokenizerFast
    return wrap(tokenizer_object=tokenizer)


@contextmanager
def kept_in(folder: Path | None) -> Iterator[Path]:
    """The folder that was given, or one that is deleted in the end."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """A table as Markdown has it."""
    for row in (header, ["---"] * len(header), *rows):
        print(f"| {' | '.join(row)} |")
    print()


if __name__ == "__main__":
    main()
