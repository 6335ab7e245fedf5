"""Which models are compared, and whether they have seen what they are asked."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from fastformula_models import BackendError, BackendSettings
from fastformula_models.card import Card, save_card
from fastformula_training.documents import Row, file_hash, write_jsonl
from fastformula_training.error import TrainingError
from fastformula_training.evaluation.overlap import find_overlap
from fastformula_training.evaluation.subjects import Subject, find_subjects

LOCAL = BackendSettings("local")


def make_adapter(folder: Path, base: str = "Qwen/Qwen2.5-Coder-0.5B") -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    save_card(Card(base, "", "qwen2.5-coder", 512, "00", "test"), folder)
    return folder


def find(
    *models: str,
    adapters: tuple[Path, ...] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Subject, ...]:
    return find_subjects(models, list(map(str, adapters)), LOCAL, environment)


def test_without_a_name_it_is_the_embedded_model() -> None:
    (subject,) = find()
    assert subject.name == "embedded"
    assert subject == find("embedded")[0] or subject.identity == find()[0].identity


def test_every_model_and_adapter_is_one(tmp_path: Path) -> None:
    one = make_adapter(tmp_path / "one" / "adapter")
    two = make_adapter(tmp_path / "two")
    base = "Qwen/Qwen2.5-Coder-0.5B"
    found = find("embedded", base, adapters=(one, two))
    names = [subject.name for subject in found]
    assert names == ["embedded", "Qwen2.5-Coder-0.5B", "one", "two"]
    assert len({subject.identity for subject in found}) == 3
    (two / "adapter_model.safetensors").write_bytes(b"others")
    assert len({subject.identity for subject in find(adapters=(one, two))}) == 2


def test_names_that_are_the_same_become_paths(tmp_path: Path) -> None:
    one = make_adapter(tmp_path / "a" / "mine")
    two = make_adapter(tmp_path / "b" / "mine")
    assert [each.name for each in find(adapters=(one, two))] == [str(one), str(two)]
    assert [each.name for each in find(adapters=(one, one))] == ["mine"]


def test_an_adapter_of_another_base_is_refused(tmp_path: Path) -> None:
    adapter = make_adapter(tmp_path / "mine")
    with pytest.raises(TrainingError, match=r"was trained on Qwen/.*, not on micr"):
        find("microsoft/phi-2", adapters=(adapter,))
    # Any other model may stand beside it.
    assert len(find("embedded", adapters=(adapter,))) == 2


def test_a_base_that_has_moved_is_taken_for_it(tmp_path: Path) -> None:
    adapter = make_adapter(tmp_path / "mine", (tmp_path / "gone").as_posix())
    base = tmp_path / "base"
    base.mkdir()
    found = find(str(base), adapters=(adapter,))
    assert found[1].folders == (adapter, base)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("Qwen/Qwen3", "neither a folder nor a known base model"),
        ("remote", "Say where the remote model is"),
    ],
)
def test_what_is_no_model_is_said_at_once(model: str, message: str) -> None:
    with pytest.raises((TrainingError, BackendError), match=message):
        find(model)


def test_a_folder_without_an_adapter_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"has no adapter_model\.safetensors"):
        find(adapters=(tmp_path,))


def test_remote_models_are_found_through_the_environment() -> None:
    there = {
        "FASTFORMULA_COMPLETION_ENDPOINT": "http://127.0.0.1:9/v1",
        "FASTFORMULA_COMPLETION_MODEL": "plain",
    }
    plain, named = find("remote", "remote:adapted", environment=there)
    assert (plain.name, named.name) == ("plain", "adapted")
    assert plain.identity != named.identity
    there["FASTFORMULA_COMPLETION_PROTOCOL"] = "telex"
    with pytest.raises(TrainingError, match="'telex', which is no protocol"):
        find("remote", environment=there)


TEXTS = {"a": "x = 1\nRETURN x", "b": "y = 2\nRETURN y"}


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    rows = [Row("X  = ", "1", "\n/* of old */ RETURN x", "expression", "own", "other")]
    write_jsonl(tmp_path / "data/train.jsonl", rows)
    return tmp_path / "data"


def trained(folder: Path, digest: str, data: str = "") -> Subject:
    folder.mkdir()
    save_card(Card("base", "", "fastformula", 1, digest, "test"), folder)
    if data:
        run = json.dumps({"config": {"data": data}})
        (folder / "run.json").write_text(run, encoding="utf-8")
    return Subject("mine", "", BaseException, (folder,))


def test_what_was_trained_on_is_found_beside_the_test(prepared: Path) -> None:
    subject = trained(prepared.parent / "one", file_hash(prepared / "train.jsonl"))
    overlap = find_overlap(subject, TEXTS, prepared / "test.jsonl")
    assert overlap.documents == {"a"}
    assert overlap.remark == "mine was trained on 1 of these formulas."


def test_what_was_trained_on_is_found_where_the_run_read_it(
    prepared: Path, tmp_path: Path
) -> None:
    digest = file_hash(prepared / "train.jsonl")
    subject = trained(tmp_path / "one", digest, str(prepared))
    assert find_overlap(subject, TEXTS, tmp_path / "x.jsonl").documents == {"a"}


def test_what_cannot_be_compared_is_said(prepared: Path, tmp_path: Path) -> None:
    subject = trained(tmp_path / "one", "abc", str(prepared))
    overlap = find_overlap(subject, TEXTS, prepared / "test.jsonl")
    assert not overlap.documents
    assert "is not at hand (SHA-256 abc)" in overlap.remark
    unknown = Subject("bare", "", BaseException)
    overlap = find_overlap(unknown, TEXTS, prepared / "test.jsonl")
    assert overlap.remark == "Nothing is known of what bare was trained on."
