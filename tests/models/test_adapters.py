"""Adapters are found by their cards, and what is none says why."""

from pathlib import Path

import pytest
from fastformula_models import BackendError
from fastformula_models.adapters import (
    Adapter,
    Unusable,
    adapter_folder,
    find_adapters,
    open_adapter,
)
from fastformula_models.card import Card, save_card

CARD = Card("microsoft/phi-2", "", "phi-2", 512, "f00d", "0.1.0")


def adapter(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    save_card(CARD, folder)
    return folder


def test_adapters_are_listed_place_by_place(tmp_path: Path) -> None:
    adapter(tmp_path / "mine/payroll")
    adapter(tmp_path / "mine/absence")
    adapter(tmp_path / "project/payroll")
    (tmp_path / "mine/pickled").mkdir()
    (tmp_path / "mine/pickled/adapter_model.bin").write_bytes(b"\x80")
    (tmp_path / "mine/readme.txt").write_text("no folder", encoding="utf-8")
    places = [tmp_path / name for name in ("project", "mine", "nowhere")]
    found = find_adapters(places)
    names = [each.folder.relative_to(tmp_path).as_posix() for each in found]
    assert names == ["project/payroll", "mine/absence", "mine/payroll", "mine/pickled"]
    first, *_, last = found
    assert isinstance(first, Adapter)
    assert (first.name, first.card) == ("payroll", CARD)
    assert isinstance(last, Unusable)
    assert "as a pickle" in last.reason


def test_a_name_is_looked_up_and_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    places = [str(tmp_path / "project"), str(tmp_path / "mine")]
    mine = adapter(tmp_path / "mine/payroll")
    assert adapter_folder("payroll", places) == mine
    project = adapter(tmp_path / "project/payroll")
    assert adapter_folder("payroll", places) == project
    assert adapter_folder(str(mine), places) == mine
    assert adapter_folder("absence", places) == Path("absence")


def test_what_is_no_adapter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="no adapter folder"):
        open_adapter(tmp_path / "none")
    with pytest.raises(BackendError, match=r"has no adapter_model\.safetensors"):
        open_adapter(tmp_path)
    (tmp_path / "adapter_model.safetensors").write_bytes(b"")
    with pytest.raises(BackendError, match=r"has no fastformula\.json"):
        open_adapter(tmp_path)
