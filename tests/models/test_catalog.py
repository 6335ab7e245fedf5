"""The table of base models agrees with the table of formats."""

import re

import pytest
from fastformula_models import BackendError, fim
from fastformula_models.catalog import base_models, base_named


@pytest.mark.parametrize("name", base_models())
def test_a_base_model_can_be_used(name: str) -> None:
    model = base_named(name)
    assert model.format in fim.FORMATS
    assert model.context >= 2 * fim.WINDOW_TOKENS
    assert model.lora_targets
    assert "head" not in " ".join(model.lora_targets)
    assert model.licence
    assert re.fullmatch("[0-9a-f]{40}|main", model.revision)
    assert not model.untrained_format.added


def test_phi_2_is_asked_without_sentinels_until_it_is_trained() -> None:
    model = base_named("microsoft/phi-2")
    assert model.format == "phi-2"
    assert model.untrained_format.name == "phi-2-untrained"


def test_an_unknown_base_lists_the_known_ones() -> None:
    with pytest.raises(BackendError, match=r"'gpt-9' is neither.*microsoft/phi-2"):
        base_named("gpt-9")
