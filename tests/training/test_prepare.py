"""`prepare`, from a folder as people have it to rows."""

import csv
import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastformula_training.cli import main
from fastformula_training.data import data_card, processes
from fastformula_training.data.prepare import PARTS, PrepareConfig, prepare
from fastformula_training.data.split import RELATED
from fastformula_training.data.synthesize import write_formulas
from fastformula_training.documents import read_documents, read_rows
from fastformula_training.error import TrainingError


@pytest.fixture(autouse=True)
def pictures(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Draw none, which takes longer than all the rest; `undo` has them drawn."""
    monkeypatch.setattr(data_card, "draw_plots", lambda *_, **__: None)
    return monkeypatch


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


def test_the_card_shows_pictures_that_are_there(
    folder: Path, tmp_path: Path, pictures: pytest.MonkeyPatch
) -> None:
    pictures.undo()
    out = tmp_path / "data"
    prepare([folder], out, PrepareConfig())
    shown = re.findall(r"!\[.*?\]\((.*?)\)", (out / "README.md").read_text("utf-8"))
    assert len(shown) == 4
    for name in shown:
        assert (out / name).read_bytes().startswith(b"\x89PNG")
    drawn = [(out / name).read_bytes() for name in shown]
    prepare([folder], out, PrepareConfig())
    assert [(out / name).read_bytes() for name in shown] == drawn


def test_each_kind_of_source_gives_its_rows(formulas: Path, tmp_path: Path) -> None:
    texts = {path.stem: path.read_text("utf-8") for path in formulas.glob("*.ff")}
    names = sorted(texts)
    with zipfile.ZipFile(tmp_path / "load.zip", "w") as archive:
        archive.writestr(
            "FastFormula.dat",
            "METADATA|FastFormula|FormulaName|FormulaTypeCode|FormulaText\n"
            + "".join(
                f"MERGE|FastFormula|{name}|Oracle Payroll|{name}.txt\n"
                for name in names[:3]
            ),
        )
        for name in names[:3]:
            archive.writestr(f"ClobFiles/{name}.txt", texts[name])
    with (tmp_path / "more.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [["Name", "Formula Text"], *([name, texts[name]] for name in names[3:6])]
        )
    (tmp_path / "asked.jsonl").write_text(
        "".join(
            json.dumps(
                {
                    "instruction": f"Write {name}.",
                    "output": texts[name],
                    "license": "MIT",
                }
            )
            + "\n"
            for name in names[6:]
        ),
        encoding="utf-8",
    )
    sources = [tmp_path / name for name in ("load.zip", "more.csv", "asked.jsonl")]
    out = tmp_path / "data"
    card = prepare(sources, out, PrepareConfig(licence="own"))
    documents = list(read_documents(out / "documents.jsonl"))
    assert sorted(document.text for document in documents) == sorted(texts.values())
    assert card["licences"] == {"MIT": len(names) - 6, "own": 6}
    assert card["types"]["Oracle Payroll"] == 3
    assert {name: counts["kept"] for name, counts in card["sources"].items()} == {
        "load.zip": 3,
        "more.csv": 3,
        "asked.jsonl": len(names) - 6,
    }
    rows = [row for part in PARTS for row in read_rows(out / f"{part}.jsonl")]
    assert {row.instruction: row.middle for row in rows if row.instruction} == {
        f"Write {name}.": texts[name] for name in names[6:]
    }
    assert sum(row.kind == "text" for row in rows) == len(names)


def test_nothing_of_one_part_is_shown_in_another(tmp_path: Path) -> None:
    write_formulas(40, 5, tmp_path / "made")
    out = tmp_path / "data"
    settings = PrepareConfig(
        test=0.2, contexts=1, neighbours=8, characters_per_hole=400
    )
    card = prepare([tmp_path / "made"], out, settings)
    assert 0 < card["closest"] < RELATED
    texts = {d.id: d.text for d in read_documents(out / "documents.jsonl")}
    shown = 0
    for part in PARTS:
        rows = list(read_rows(out / f"{part}.jsonl"))
        own = "".join(texts[name] for name in {row.document for row in rows})
        for row in rows:
            whole = row.prefix + row.middle + row.suffix
            assert texts[row.document].startswith(row.prefix)
            assert row.kind == "text" or whole == texts[row.document]
            for line in row.context.splitlines():
                said = line.removeprefix("/* ").removesuffix(" */")
                holders = [name for name, text in texts.items() if said in text]
                if holders:
                    shown += row.document not in holders
                    assert said in own
    assert shown


def test_of_copies_the_one_with_an_instruction_stays(
    formulas: Path, tmp_path: Path
) -> None:
    text = (formulas / "weekly_overtime.ff").read_text("utf-8")
    lines = [{"text": text}, {"instruction": "Pay overtime.", "output": text.upper()}]
    source = tmp_path / "copies.jsonl"
    source.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    prepare([source], tmp_path / "data", PrepareConfig())
    (document,) = read_documents(tmp_path / "data" / "documents.jsonl")
    assert document.instruction == "Pay overtime."
    (aside,) = map(json.loads, (tmp_path / "data" / "rejected.jsonl").open("rb"))
    assert aside == {
        "source": "copies.jsonl",
        "path": "copies.jsonl",
        "line": 1,
        "reason": "repeats copies.jsonl:2 (1.00)",
    }


def test_what_was_prepared_below_a_source_is_not_read_again(
    folder: Path, tmp_path: Path
) -> None:
    first = prepare([folder], folder / "data", PrepareConfig())
    again = prepare([folder], tmp_path / "data", PrepareConfig())
    assert again["documents"]["kept"] == 10
    assert again["documents"]["set_aside"] == first["documents"]["set_aside"]


def test_what_only_looks_wrong_is_kept(tmp_path: Path) -> None:
    source = tmp_path / "note.ff"
    source.write_text("x = 'two\nlines'\nRETURN x\n", encoding="utf-8")
    card = prepare([source], tmp_path / "data", PrepareConfig())
    assert card["documents"]["kept"] == 1


def test_personal_literals_are_replaced_if_asked_for(
    folder: Path, tmp_path: Path
) -> None:
    text = (folder / "sick_days_notice.ff").read_text("utf-8")
    (folder / "sick_days_notice.ff").write_text(
        f"/* Author: Ann Lee, ann@vision.com */\n{text}", encoding="utf-8"
    )
    kept = prepare([folder], tmp_path / "kept", PrepareConfig())
    assert kept["masked"] == {}
    assert "Ann Lee" in (tmp_path / "kept" / "documents.jsonl").read_text("utf-8")
    masked = prepare([folder], tmp_path / "masked", PrepareConfig(literals="mask"))
    assert masked["masked"] == {"e-mail": 1, "person": 1}
    for path in (tmp_path / "masked").glob("*.jsonl"):
        assert "Ann" not in path.read_text("utf-8")
    assert "| person | 1 |" in (tmp_path / "masked" / "README.md").read_text("utf-8")


def test_several_processes_give_the_same_bytes(tmp_path: Path) -> None:
    write_formulas(processes.ONE_PROCESS + 3, 5, tmp_path / "made")
    settings = PrepareConfig(characters_per_hole=2000)
    one = prepare([tmp_path / "made"], tmp_path / "a", settings)
    two = prepare([tmp_path / "made"], tmp_path / "b", settings, processes=2)
    assert one == two


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
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "data",
        "empty",
        "formulas",
    ]


def test_a_model_that_is_named_has_its_tokens_counted(
    folder: Path, tmp_path: Path
) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"a": 0}, unk_token="a"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    out = tmp_path / "data"
    arguments = [
        "prepare",
        str(folder),
        "--out",
        str(out),
        "--tokenizer",
        str(tmp_path),
    ]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    card = json.loads((out / "card.json").read_text("utf-8"))
    assert card["model_tokens"] == sum(
        len(document.text.split())
        for document in read_documents(out / "documents.jsonl")
    )


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
        (
            ["{folder}", "--set", "literals=hide"],
            "`literals` must be one of keep, mask",
        ),
        (["{folder}", "--set", "split_by=source"], "needs formulas of 3 sources"),
        (["{folder}", "--tokenizer", "{folder}"], "has no tokenizer.json"),
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
