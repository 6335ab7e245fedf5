"""Reading formulas from what people keep them in."""

import codecs
import json
from pathlib import Path

import pytest
from fastformula_training.data.importers import import_source
from fastformula_training.documents import Document, SetAside
from fastformula_training.error import TrainingError

TEXT = "l_text = 'caf\u00e9 \u20ac 5'\r\nRETURN l_text\r\n"


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 mark", "cp1252", "utf-16", "utf-16 be", "no mark le", "be"],
)
def test_every_encoding_gives_the_same_text(tmp_path: Path, data: bytes) -> None:
    (document,) = import_source(write(tmp_path / "pay.ff", data))
    assert isinstance(document, Document)
    assert document.text == TEXT


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"text": "RETURN"}, "RETURN"),
        ({"instruction": "write one", "output": "x = 1 RETURN x"}, "x = 1 RETURN x"),
        (
            {"prompt": "Write a formula.", "completion": "x = 2 RETURN x"},
            "x = 2 RETURN x",
        ),
        ({"prompt": "x = 3 ", "completion": "RETURN x"}, "x = 3 RETURN x"),
        ({"output": "Sure:\n```sql\nRETURN x\n```\nHope it helps"}, "RETURN x\n"),
    ],
)
def test_the_formula_of_an_object(tmp_path: Path, value: object, text: str) -> None:
    path = write(tmp_path / "data.jsonl", json.dumps(value).encode())
    (document,) = import_source(path, "MIT")
    assert isinstance(document, Document)
    assert (document.text, document.licence) == (text, "MIT")
    assert (document.source, document.place) == ("data.jsonl", "data.jsonl:1")


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path / "a.ff", b"RETURN")
    write(tmp_path / "b.txt", b"\x00\x01\x02\x03 program")
    write(tmp_path / "c.jsonl", b'{"text": "RETURN"}\n{not json\n{"name": "x"}\n')
    write(tmp_path / "ignored.docx", b"RETURN")
    found = list(import_source(tmp_path))
    assert [f.place for f in found if isinstance(f, Document)] == ["a.ff", "c.jsonl:1"]
    assert [(f.place, f.reason[:13]) for f in found if isinstance(f, SetAside)] == [
        ("b.txt", "is not text i"),
        ("c.jsonl:2", "is not JSON: "),
        ("c.jsonl:3", "has no text u"),
    ]


@pytest.mark.parametrize(
    ("value", "instruction"),
    [
        ({"instruction": "Pay it.", "output": "RETURN"}, "Pay it."),
        (
            {"instruction": "Mend it.", "input": "RETRUN", "output": "RETURN"},
            "Mend it.\n\nRETRUN",
        ),
        ({"prompt": "Write one.", "completion": "x = 1 RETURN x"}, "Write one."),
        ({"prompt": "x = 1 ", "completion": "RETURN x"}, ""),
        ({"text": "RETURN"}, ""),
    ],
)
def test_what_was_asked_for_is_kept_beside_the_formula(
    tmp_path: Path, value: object, instruction: str
) -> None:
    path = write(tmp_path / "data.jsonl", json.dumps(value).encode())
    (document,) = import_source(path)
    assert isinstance(document, Document)
    assert document.instruction == instruction


def test_a_record_says_more_than_its_file(tmp_path: Path) -> None:
    value = {
        "text": "RETURN",
        "name": "PAY_V2",
        "source": "vision",
        "license": "MIT",
        "type": "Oracle Payroll",
    }
    path = write(tmp_path / "data.jsonl", json.dumps(value).encode())
    (document,) = import_source(path, "unknown")
    assert document == Document(
        "RETURN", "vision", "MIT", "PAY_V2", "", "data.jsonl", 1, "Oracle Payroll"
    )


def test_a_source_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no file or folder"):
        list(import_source(tmp_path / "none"))
