"""Words of payroll as one token each: begun as their pieces, trained, saved, served."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastformula_models import BackendSettings, Request, fim, open_backend
from fastformula_training.bases import domain_tokens
from fastformula_training.bases.base import find_base, load_tokenizer
from fastformula_training.config import RunConfig
from fastformula_training.error import TrainingError

Recipe = Callable[[Path, Path, Path], RunConfig]

TEXT = "DEFAULT FOR HOURS_WORKED IS 0\nIF X_PAY_RATE > PAY_RATE THEN RETURN PAY_RATE\n"


def test_the_overviews_words_are_words_of_the_language() -> None:
    words = domain_tokens.find_words(("overview", "SHIFT_PREMIUM", "IF"))
    assert words[-1] == "SHIFT_PREMIUM"
    assert len(words) == len(set(words)) == 16
    assert {"DEFAULT FOR", "HOURS_WORKED", "### START", "FORMULA_END"} <= set(words)
    assert "ELSIF" not in words
    for wrong in ("", "PAY RATE ", "<fim>", "größe", "a-b", "\n"):
        with pytest.raises(TrainingError, match="cannot be one token"):
            domain_tokens.find_words((wrong,))


@pytest.mark.slow
def test_a_word_is_one_token_only_where_it_stands_alone(
    bases: dict[str, Path],
) -> None:
    tokenizer = load_tokenizer(find_base(str(bases["llama"]), ""), False)
    fmt = fim.format_named("fastformula")
    before = fim.encode_text(tokenizer, fmt, TEXT)
    pieces = domain_tokens.add_words(tokenizer, domain_tokens.find_words(("overview",)))
    fim.assert_round_trip(tokenizer, fmt)
    ids = fim.encode_text(tokenizer, fmt, TEXT)
    assert len(ids) < len(before)
    assert fim.decode(tokenizer, fmt, ids) == TEXT
    words = tokenizer.convert_ids_to_tokens([one for one in ids if one in pieces])
    assert words.count("PAY_RATE") == 2  # and none within X_PAY_RATE
    assert {"DEFAULT FOR", "HOURS_WORKED"} <= set(words)
    marked = "### START\nFORMULA_BEGIN ### END FORMULA_END"
    found = fim.encode_text(tokenizer, fmt, marked)
    assert len([one for one in found if one in pieces]) == 4
    assert fim.decode(tokenizer, fmt, found) == marked


def untied(base: Path, folder: Path) -> Path:
    """The base with an output head of its own, as large models have."""
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base)
    model.config.tie_word_embeddings = False
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    model.save_pretrained(folder)
    for path in base.glob("*token*.json"):
        shutil.copyfile(path, folder / path.name)
    shutil.copyfile(base / "fastformula.json", folder / "fastformula.json")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("shared", [True, False], ids=["one matrix", "two matrices"])
def test_new_rows_begin_as_the_mean_of_their_pieces_and_are_saved(
    bases: dict[str, Path], data: Path, recipe: Recipe, tmp_path: Path, shared: bool
) -> None:
    from fastformula_training.run.train import train
    from safetensors.torch import load_file

    base = bases["llama"] if shared else untied(bases["llama"], tmp_path / "base")
    run = replace(recipe(base, data, tmp_path / "run"), domain_tokens=("overview",))
    run = replace(run, max_steps=1, warmup=0.5)  # whose first step has a rate of 0
    result = train(run, quiet=True)
    weights = load_file(result.folder / "adapter_model.safetensors")
    rows = {
        name.split(".")[-3]: weight
        for name, weight in weights.items()
        if "trainable_tokens" in name
    }
    assert set(rows) == ({"embed_tokens"} if shared else {"embed_tokens", "lm_head"})
    tokenizer = load_tokenizer(find_base(str(base), ""), False)
    pieces = domain_tokens.add_words(tokenizer, domain_tokens.find_words(("overview",)))
    before = load_file(base / "model.safetensors")["model.embed_tokens.weight"]
    for row, ids in zip(rows["embed_tokens"], pieces.values(), strict=True):
        assert (row - before[ids].mean(dim=0)).abs().max() < 1e-5

    trained = train(
        replace(run, max_steps=12, output=tmp_path / "trained"), quiet=True
    ).folder
    moved: Any = load_file(trained / "adapter_model.safetensors")
    for name in moved:
        if "trainable_tokens" in name:
            assert (moved[name] - weights[name]).abs().max() > 1e-3
    backend = open_backend(BackendSettings("local", adapter=str(trained)))
    assert backend.count_tokens("HOURS_WORKED") == 1  # type: ignore[attr-defined]
    answer = backend.complete(Request(TEXT, "\nRETURN PAY_RATE\n", 8))
    backend.close()
    assert "<" not in answer


@pytest.mark.slow
def test_a_head_with_a_bias_is_refused(
    bases: dict[str, Path], data: Path, recipe: Recipe, tmp_path: Path
) -> None:
    from fastformula_training.run.train import train

    run = replace(recipe(bases["phi"], data, tmp_path), domain_tokens=("PAY_RATE",))
    with pytest.raises(TrainingError, match="its output head has a bias"):
        train(run, quiet=True)
