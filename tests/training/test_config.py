"""Recipes: what they may say, and what is said about those that say it wrongly."""

import json
from pathlib import Path

import fastformula_training.recipes
import pytest
from fastformula_models.catalog import base_models
from fastformula_training.config import RunConfig, load_config, make_config, plain
from fastformula_training.data.prepare import PrepareConfig
from fastformula_training.error import TrainingError

RECIPES = Path(fastformula_training.recipes.__file__).parent
NEEDED = ("base=x", "data=d", "output=o")


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.toml")), ids=lambda p: p.stem)
def test_shipped_recipes_are_valid(recipe: Path) -> None:
    config = load_config(RunConfig, recipe)
    if recipe.stem.startswith(("cpu-", "embedded")):
        assert config.device == "cpu"
    else:
        assert config.context <= base_models()[config.base].context


def test_an_override_wins_over_the_recipe(tmp_path: Path) -> None:
    recipe = tmp_path / "run.toml"
    recipe.write_text('base = "a"\ndata = "d"\noutput = "o"\nlora_r = 4\n', "utf-8")
    config = load_config(
        RunConfig, recipe, ("lora_r=64", "base=some/folder", "learning_rate=1e-5")
    )
    assert (config.lora_r, config.base) == (64, "some/folder")
    assert (config.learning_rate, config.data) == (1e-5, Path("d"))


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("epochs=2", 2.0),
        ("lora_targets=q_proj,v_proj", ("q_proj", "v_proj")),
        ('lora_targets=["q_proj"]', ("q_proj",)),
        ("packing=false", False),
        ("domain_tokens=overview", ("overview",)),
        ("revision=20240131", "20240131"),
        ("method=full", "full"),
    ],
)
def test_values_become_what_the_field_is(given: str, value: object) -> None:
    config = load_config(RunConfig, None, (*NEEDED, given))
    assert getattr(config, given.partition("=")[0]) == value


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ((*NEEDED, "learning_rat=1"), "did you mean `learning_rate`"),
        ((*NEEDED, "lora_rank=8"), "Unknown key `lora_rank`"),
        ((*NEEDED, "epochs=many"), "`epochs` must be a number, not 'many'"),
        ((*NEEDED, "batch_size=2.5"), "`batch_size` must be a whole number"),
        ((*NEEDED, "packing=1"), "`packing` must be true or false"),
        ((*NEEDED, "schedule=sinus"), "must be one of cosine, linear, constant"),
        ((*NEEDED, "warmup=2"), "`warmup` is a share"),
        ((*NEEDED, "batch_size=0"), "`batch_size` must be at least 1"),
        ((*NEEDED, "method=full", "quantization=nf4"), "a quantised base"),
        ((*NEEDED, "optimizer=adam"), "must be one of adamw_torch, adamw_torch_fused"),
        ((*NEEDED, "patience=2"), "set `evaluation_steps` too"),
        (("base=x", "data=d"), "`output` is not set"),
        ((*NEEDED, "resume"), "`resume` is not of the form key=value"),
    ],
)
def test_a_mistake_is_one_clear_sentence(
    overrides: tuple[str, ...], message: str
) -> None:
    with pytest.raises(TrainingError, match=r"[.?]$") as caught:
        load_config(RunConfig, None, overrides)
    assert message in str(caught.value)


def test_a_recipe_that_is_no_toml_or_not_there_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("base = \n", encoding="utf-8")
    for path in (broken, tmp_path / "none.toml"):
        with pytest.raises(TrainingError) as caught:
            load_config(RunConfig, path)
        assert path.name in str(caught.value)


def test_settings_read_back_as_they_were() -> None:
    config = load_config(RunConfig, None, (*NEEDED, "lora_targets=q_proj", "epochs=1"))
    saved = json.loads(json.dumps(plain(config)))
    assert make_config(RunConfig, saved) == config


def test_prepare_refuses_to_hold_everything_back() -> None:
    with pytest.raises(TrainingError, match="leave some to train on"):
        load_config(PrepareConfig, None, ("validation=0.5", "test=0.5"))
