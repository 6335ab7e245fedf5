"""`prepare`, from a folder as people have it to rows."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastformula_training.cli import main
from fastformula_training.documents import read_documents, read_rows
from fastformula_training.error import TrainingError
from fastformula_training.prepare import PARTS, PrepareConfig, prepare


@pytest.fixture
def folder(tmp_path: Path, formulas: Path) -> Path:
    """Ten good formulas, a copy of one, one with a mistake, one that is no text."""
    folder = tmp_path / "formulas"
    shutil.copytree(formulas, folder)
    copy = (folder / "weekly_overtime.ff").read_text(encoding="utf-8")
    (folder / "weekly_z.ff").write_text(
        copy.replace("overtime_", "ot_"), encoding="utf-8"
    )
    (folder / "broken.ff").write_text("x = 1\nIF x > 0 THEN\n", encoding="utf-8")
    (folder / "picture.txt").write_bytes(b"\x89PNG\x00\x01\x02")
    return folder


def test_what_comes_out(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    card = prepare([folder], out, PrepareConfig())
    kept = {
        document.path: document for document in read_documents(out / "documents.jsonl")
    }
    assert len(kept) == 10
    assert "weekly_z.ff" not in kept
    rejected = {
        value["path"]: value["reason"]
        for value in map(json.loads, (out / "rejected.jsonl").open(encoding="utf-8"))
    }
    assert "line 2" in rejected["broken.ff"] or "line 3" in rejected["broken.ff"]
    assert rejected["picture.txt"].startswith("is not text")
    assert rejected["weekly_z.ff"].startswith("repeats weekly_overtime.ff")
    assert card["documents"] == {
        "kept": 10,
        "duplicates": 1,
        "exact_duplicates": 1,
        "set_aside": 2,
        "families": 10,
        "instructions": 0,
        "train": 8,
        "validation": 1,
        "test": 1,
    }
    sides = [{row.document for row in read_rows(out / f"{p}.jsonl")} for p in PARTS]
    assert all(sides)
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
    assert set.union(*sides) == {document.id for document in kept.values()}


def test_the_card_tells_the_truth(folder: Path, tmp_path: Path) -> None:
    card = prepare([folder], tmp_path / "data", PrepareConfig())
    assert json.loads((tmp_path / "data" / "card.json").read_text("utf-8")) == card
    for name, digest in card["hashes"].items():
        data = (tmp_path / "data" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest
        assert digest in (tmp_path / "data" / "README.md").read_text("utf-8")
    for part in PARTS:
        rows = list(read_rows(tmp_path / "data" / f"{part}.jsonl"))
        assert card["rows"][part] == len(rows) == sum(card["kinds"][part].values())


def test_the_same_sources_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    first = prepare([folder], tmp_path / "a", PrepareConfig())
    assert prepare([folder], tmp_path / "a", PrepareConfig()) == first
    assert prepare([folder], tmp_path / "b", PrepareConfig()) == first
    assert prepare([folder], tmp_path / "c", PrepareConfig(seed=2)) != first


def test_windows_line_ends_give_the_same_rows(folder: Path, tmp_path: Path) -> None:
    first = prepare([folder], tmp_path / "a", PrepareConfig())
    for path in folder.glob("*.ff"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    again = prepare([folder], tmp_path / "b", PrepareConfig())
    assert again["hashes"] == first["hashes"]


def test_a_failure_leaves_the_earlier_data_alone(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    prepare([folder], out, PrepareConfig())
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(TrainingError, match="No formula is left to train on"):
        prepare([empty], out, PrepareConfig())
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_folder_with_something_else_is_not_touched(folder: Path) -> None:
    with pytest.raises(TrainingError, match="holds something else"):
        prepare([folder], folder, PrepareConfig())
    assert (folder / "broken.ff").is_file()


def test_the_command(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    arguments = ["prepare", str(folder), "--out", str(out), "--set", "statement=1"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "10 formulas kept, 1 repeats and 2 others set aside" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{folder}/none"], "There is no file or folder"),
        (["{folder}", "--set", "statemnt=1"], "did you mean `statement`"),
        (["{folder}", "--set", "test=a lot"], "`test` must be a number"),
        (["{folder}/broken.ff"], "No formula is left to train on: broken.ff: line"),
    ],
)
def test_mistakes_are_one_line(
    folder: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    filled = [argument.format(folder=folder) for argument in arguments]
    result = CliRunner().invoke(
        main, ["prepare", *filled, "--out", str(tmp_path / "data")]
    )
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "data").exists()
