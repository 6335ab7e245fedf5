"""The numpy model computes what transformers computes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastformula_models.backend import BackendError
from fastformula_models.card import load_card
from fastformula_models.llama import CHUNK, Llama

pytestmark = pytest.mark.slow

SIZES = (
    {"num_attention_heads": 4, "num_key_value_heads": 2},
    {"num_attention_heads": 3, "num_key_value_heads": 3},
    {"num_attention_heads": 6, "num_key_value_heads": 1},
)


def exported(folder: Path, storage: str, sizes: dict[str, int]) -> Any:
    """Export a random model and return it, its matrices rounded to float16."""
    import torch
    from fastformula_models.card import Card, save_card
    from fastformula_training.bases.init import train_tokenizer
    from fastformula_training.run.export import export
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=500,
            hidden_size=96,
            intermediate_size=160,
            num_hidden_layers=3,
            max_position_embeddings=512,
            tie_word_embeddings=True,
            rope_theta=20000.0,
            **sizes,
        )
    ).eval()
    for weight in model.parameters():
        if weight.dim() > 1:
            weight.data = weight.data.half().float()
        else:
            # Norms that are all ones would hide a norm that is not applied.
            torch.nn.init.uniform_(weight, 0.5, 1.5)
    source = folder / "source"
    model.save_pretrained(source)
    train_tokenizer(["l_x = 1"], 300).save(str(source / "tokenizer.json"))
    save_card(Card(str(folder), "", "fastformula", 200, "", "test"), source)
    export(source, folder / "out", storage)  # type: ignore[arg-type]
    return model


def logits_of(model: Any, ids: list[int]) -> Any:
    import torch

    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0].numpy()


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_logits_are_those_of_transformers(
    sizes: dict[str, int], tmp_path: Path
) -> None:
    torch_model = exported(tmp_path, "float16", sizes)
    model = Llama(tmp_path / "out" / "model.safetensors")
    ids = np.random.default_rng(1).integers(0, 500, CHUNK + 70).tolist()
    expected = logits_of(torch_model, ids)
    assert np.abs(model.append(ids) - expected[-1]).max() < 2e-5
    for length in (1, 2, CHUNK, CHUNK + 1):
        model.crop(0)
        assert np.abs(model.append(ids[:length]) - expected[length - 1]).max() < 2e-5


def test_reading_in_pieces_and_again_changes_nothing(tmp_path: Path) -> None:
    torch_model = exported(tmp_path, "float16", SIZES[0])
    model = Llama(tmp_path / "out" / "model.safetensors")
    ids = np.random.default_rng(2).integers(0, 500, 200).tolist()
    model.append([7] * 150)
    model.crop(0)
    for start, end in ((0, 60), (60, 61), (61, 200)):
        model.append(ids[start:end])
    model.crop(90)
    assert model.length == 90
    assert np.abs(model.append(ids[90:]) - logits_of(torch_model, ids)[-1]).max() < 2e-5


def test_int8_stays_close(tmp_path: Path) -> None:
    torch_model = exported(tmp_path, "int8", SIZES[0])
    model = Llama(tmp_path / "out" / "model.safetensors")
    ids = np.random.default_rng(3).integers(0, 500, 100).tolist()
    expected = logits_of(torch_model, ids)[-1]
    error = np.abs(model.append(ids) - expected).max()
    assert 0 < error < 0.05 * np.abs(expected).max()


def test_the_card_travels_without_the_path_it_was_trained_from(tmp_path: Path) -> None:
    exported(tmp_path, "int8", SIZES[0])
    card = load_card(tmp_path / "out")
    assert (card.base, card.format, card.budget) == ("", "fastformula", 200)


def test_a_model_of_another_kind_is_not_exported(tmp_path: Path) -> None:
    from fastformula_training.error import TrainingError
    from fastformula_training.run.export import export
    from transformers import LlamaConfig, LlamaForCausalLM

    untied = LlamaConfig(
        vocab_size=300,
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        tie_word_embeddings=False,
    )
    LlamaForCausalLM(untied).save_pretrained(tmp_path / "source")
    with pytest.raises(TrainingError, match="not a plain Llama"):
        export(tmp_path / "source", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_broken_weights_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    for content in (b"", b"not a model", b"\x08" + b"\0" * 40):
        path.write_bytes(content)
        with pytest.raises(BackendError, match="Cannot load the model's weights"):
            Llama(path)
