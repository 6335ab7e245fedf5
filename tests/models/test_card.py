"""An adapter's card is kept whole, and a bad one is refused with a reason."""

import dataclasses
import json
from pathlib import Path

import pytest
from fastformula_models import BackendError
from fastformula_models.card import FILE_NAME, Card, load_card, save_card

CARD = Card("Qwen/Qwen2.5-Coder-0.5B", "abc", "qwen2.5-coder", 768, "f00d", "0.1.0")


def test_a_card_comes_back_as_it_was_and_replaces_an_older_one(tmp_path: Path) -> None:
    save_card(CARD, tmp_path)
    newer = dataclasses.replace(CARD, base="C:/modelle/f\u00fcr uns", budget=512)
    save_card(newer, tmp_path)
    assert load_card(tmp_path) == newer
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "has no fastformula.json"),
        ("{", "cannot be read"),
        ("[]", "exactly these fields"),
        (json.dumps({"base": "x"}), "exactly these fields"),
        (json.dumps(dataclasses.asdict(CARD) | {"more": 1}), "exactly these fields"),
        (json.dumps(dataclasses.asdict(CARD) | {"budget": "768"}), "a whole number"),
        (json.dumps(dataclasses.asdict(CARD) | {"format": 1}), "must be a text"),
    ],
)
def test_a_bad_card_is_refused(tmp_path: Path, text: str | None, reason: str) -> None:
    if text is not None:
        (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(BackendError, match=reason):
        load_card(tmp_path)
