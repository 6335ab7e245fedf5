"""Rows that share a block are to each other as if they did not."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from fastformula_training.encoding.dataset import Encoded
from fastformula_training.encoding.packing import (
    Block,
    collate,
    flash_arguments,
    make_blocks,
)

LENGTHS = (7, 3, 12, 1, 5, 9, 2, 4)


@pytest.fixture(scope="module")
def encoded() -> Encoded:
    """Rows of random tokens, of which the last third is the middle."""
    dice = np.random.default_rng(1)
    starts = np.cumsum((0, *LENGTHS))
    middle = np.concatenate([np.arange(n) >= n - max(1, n // 3) for n in LENGTHS])
    ids = dice.integers(1, 99, sum(LENGTHS)).astype(np.int32)
    return Encoded(ids, middle, starts, 0, 0, 0)


def test_blocks_hold_every_row_once_and_nothing_else(encoded: Encoded) -> None:
    blocks = make_blocks(encoded, 16, True, 0.25, 1)
    assert sorted(len(block.ids) for block in blocks) == [11, 16, 16]
    found = []
    for block in blocks:
        starts = np.flatnonzero(block.positions == 0).tolist()
        for start, end in zip(starts, [*starts[1:], len(block.ids)], strict=True):
            row = slice(start, end)
            assert block.positions[row].tolist() == list(range(end - start))
            assert block.targets[row].tolist()[:-1] == block.ids[row].tolist()[1:]
            assert block.weights[end - 1] == 0
            found.append(tuple(block.ids[row].tolist()))
    bounds = list(pairwise(encoded.starts))
    assert sorted(found) == sorted(tuple(encoded.ids[a:b].tolist()) for a, b in bounds)
    assert [len(b.ids) for b in make_blocks(encoded, 16, False, 0.0, 1)] != LENGTHS


@pytest.mark.parametrize("prompt_weight", [0.0, 0.25, 1.0])
def test_the_loss_is_on_the_middle_or_on_all(
    encoded: Encoded, prompt_weight: float
) -> None:
    (block,) = make_blocks(encoded, 100, True, prompt_weight, 1)
    middles = sum(max(1, n // 3) for n in LENGTHS if n > 1)
    prompts = sum(LENGTHS) - len(LENGTHS) - middles
    assert block.weights.sum() == pytest.approx(middles + prompt_weight * prompts)
    assert set(block.weights.tolist()) <= {0.0, prompt_weight, 1.0}


CONFIGS = {"llama": "LlamaConfig", "qwen2": "Qwen2Config", "phi": "PhiConfig"}


@pytest.fixture(scope="module", params=CONFIGS)
def model(request: pytest.FixtureRequest) -> Any:
    """Two layers with random weights, so wide that attention matters."""
    import torch
    import transformers

    torch.manual_seed(1)
    config = getattr(transformers, CONFIGS[request.param])(
        vocab_size=99,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        initializer_range=0.5,
    )
    auto: Any = transformers.AutoModelForCausalLM
    return auto.from_config(config).eval()


def logits(model: Any, batch: dict[str, Any], **more: Any) -> Any:
    """As the training step computes them."""
    import torch

    with torch.no_grad():
        return model(
            input_ids=batch["input_ids"],
            position_ids=batch["position_ids"],
            use_cache=False,
            **more,
        ).logits


def apart(model: Any, encoded: Encoded) -> dict[tuple[int, ...], Any]:
    """The logits of each row alone in the plainest call there is."""
    import torch

    found = {}
    for start, end in pairwise(encoded.starts):
        ids = torch.tensor([encoded.ids[start:end].tolist()])
        with torch.no_grad():
            found[tuple(ids[0].tolist())] = model(input_ids=ids).logits[0]
    return found


def differences(
    blocks: list[Block], together: Any, alone: dict[tuple[int, ...], Any]
) -> list[float]:
    """How far each row's logits in a batch of blocks are from those of it alone."""
    found = []
    for number, block in enumerate(blocks):
        starts = np.flatnonzero(block.positions == 0).tolist()
        for start, end in zip(starts, [*starts[1:], len(block.ids)], strict=True):
            row = alone[tuple(block.ids[start:end].tolist())]
            found.append(float((together[number, start:end] - row).abs().max()))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_a_packed_row_has_the_logits_of_the_row_alone(
    model: Any, encoded: Encoded, attention: str
) -> None:
    import torch

    model.set_attn_implementation(attention)
    alone = apart(model, encoded)
    for blocks in ([make_blocks(encoded, 100, True, 0, 1)], _pairs(encoded)):
        for each in blocks:
            batch = collate(each, 0)
            assert max(differences(each, logits(model, batch), alone)) < 1e-4
    # With positions that run on, rows would see each other.
    plain = torch.arange(batch["input_ids"].shape[1])[None].expand_as(
        batch["input_ids"]
    )
    leaking = logits(model, {**batch, "position_ids": plain})
    assert max(differences(each, leaking, alone)) > 0.1


def _pairs(encoded: Encoded) -> list[list[Block]]:
    """Batches of two blocks of several rows, one of them padded."""
    blocks = make_blocks(encoded, 16, True, 0, 1)
    return [blocks[:2], blocks[1:]]


@pytest.mark.slow
def test_flash_attention_is_told_where_rows_end(model: Any, encoded: Encoded) -> None:
    """Its kernel needs a GPU; one that reads the same arguments stands in for it."""
    import torch
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import flash_attention_mask

    def varlen(
        module: Any, query: Any, key: Any, value: Any, mask: Any, **told: Any
    ) -> tuple[Any, None]:
        assert mask is None
        batch, heads, _, width = query.shape
        sides = []
        for side in (query, key, value):
            side = side.repeat_interleave(heads // side.shape[1], 1)
            sides.append(side.transpose(1, 2).reshape(-1, heads, width).transpose(0, 1))
        bounds = told["cu_seq_lens_q"].tolist()
        assert told["cu_seq_lens_k"].tolist() == bounds
        assert told["cu_seq_lens_q"].dtype == torch.int32
        lengths = [end - start for start, end in pairwise(bounds)]
        assert told["max_length_q"] == told["max_length_k"] == max(lengths)
        rows = [
            torch.nn.functional.scaled_dot_product_attention(
                *(side[:, start:end] for side in sides),
                is_causal=True,
                scale=told["scaling"],
            )
            for start, end in pairwise(bounds)
        ]
        out = torch.cat(rows, 1).transpose(0, 1)
        return out.reshape(batch, -1, heads, width), None

    AttentionInterface.register("varlen", varlen)
    AttentionMaskInterface.register("varlen", flash_attention_mask)
    model.set_attn_implementation("sdpa")
    alone = apart(model, encoded)
    model.set_attn_implementation("varlen")
    for blocks in _pairs(encoded):
        batch = collate(blocks, 0)
        told = flash_arguments(batch["position_ids"])
        assert max(differences(blocks, logits(model, batch, **told), alone)) < 1e-4


@pytest.mark.slow
def test_a_packed_block_costs_what_its_rows_cost(model: Any, encoded: Encoded) -> None:
    import torch
    from fastformula_training.run.loop import WeightedTrainer
    from transformers import TrainingArguments

    model.set_attn_implementation("sdpa")
    trainer = WeightedTrainer(
        model=model, args=TrainingArguments("unused", use_cpu=True, report_to="none")
    )

    def loss(packing: bool, context: int, size: int) -> float:
        blocks = make_blocks(encoded, context, packing, 0.3, 1)
        total = sum(float(block.weights.sum()) for block in blocks)
        with torch.no_grad():
            return sum(
                trainer.compute_loss(
                    model, collate(blocks[at : at + size], 0), num_items_in_batch=total
                ).item()
                for at in range(0, len(blocks), size)
            )

    alone = loss(packing=False, context=16, size=1)
    assert loss(packing=True, context=64, size=1) == pytest.approx(alone, rel=1e-5)
    assert loss(packing=True, context=16, size=3) == pytest.approx(alone, rel=1e-5)
