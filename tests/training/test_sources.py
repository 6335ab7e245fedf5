"""Zips, exports and tables as people have them, and what is refused of them."""

import csv
import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from fastformula_training.data.importers import import_source
from fastformula_training.data.sources import files
from fastformula_training.documents import Document, SetAside

PAY = "l_pay = hours * rate\nRETURN l_pay\n"
BONUS = "/* yearly | monthly */\nl_bonus = 'a\\b'\nRETURN l_bonus\n"

COLUMNS = "EffectiveStartDate|FormulaCode|FormulaTypeCode|FormulaName|FormulaText"
LOADER = f"""COMMENT Formulas of the Vision team
METADATA|FastFormula|SourceSystemOwner|SourceSystemId|{COLUMNS}|LegislativeDataGroupId(SourceSystemId)
METADATA|FastFormulaGlobal|SourceSystemOwner|SourceSystemId|GlobalCode
MERGE|FastFormula|VISION|PAY_1|2000/01/01|PAY_V2|Oracle Payroll|Pay V2|pay.txt|
MERGE|FastFormulaGlobal|VISION|G_1|RATE
"""


def zipped(contents: Mapping[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in contents.items():
            archive.writestr(path, content)
    return data.getvalue()


def read(
    tmp_path: Path, name: str, content: str | bytes
) -> tuple[list[Document], list[SetAside]]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = list(import_source(path))
    return (
        [each for each in found if isinstance(each, Document)],
        [each for each in found if isinstance(each, SetAside)],
    )


def test_a_data_loader_zip_gives_the_texts_of_its_clob_files(tmp_path: Path) -> None:
    data = zipped(
        {"FastFormula.dat": LOADER, "ClobFiles/pay.txt": PAY, "note.pdf": "%"}
    )
    documents, aside = read(tmp_path, "load.zip", data)
    assert documents == [
        Document(
            PAY,
            "load.zip",
            name="Pay V2",
            path="load.zip/FastFormula.dat",
            line=4,
            type="Oracle Payroll",
        )
    ]
    assert aside == []


def test_a_data_loader_folder_is_read_as_its_zip(tmp_path: Path) -> None:
    folder = tmp_path / "load"
    (folder / "ClobFiles").mkdir(parents=True)
    (folder / "FastFormula.dat").write_text(LOADER, encoding="utf-8")
    (folder / "ClobFiles" / "pay.txt").write_text(PAY, encoding="utf-8")
    (document,) = import_source(folder)
    assert isinstance(document, Document)
    assert (document.text, document.place) == (PAY, "FastFormula.dat:4")


def test_a_table_or_xml_file_may_name_files_too(tmp_path: Path) -> None:
    data = zipped(
        {
            "FF_FORMULA.csv": '"BaseFormulaName","FormulaText"\r\n"PAY","pay.txt"\r\n',
            "FF_MORE.xml": "<a><r><FormulaText>bonus.txt</FormulaText></r></a>",
            "ClobFiles/bonus.txt": BONUS,
            "ClobFiles/pay.txt": PAY,
        }
    )
    documents, aside = read(tmp_path, "export.zip", data)
    assert aside == []
    assert [(each.text, each.name) for each in documents] == [(PAY, "PAY"), (BONUS, "")]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (r"MERGE|FastFormula|x = 1\nRETURN x|X", "x = 1\nRETURN x"),
        (r"MERGE|FastFormula|x = 'a\|b' RETURN x|X", "x = 'a|b' RETURN x"),
        (r"MERGE|FastFormula|x = 'a\\nb' RETURN x|X", r"x = 'a\nb' RETURN x"),
        ("MERGE|FastFormula|x = 1\nRETURN x|X", "x = 1\nRETURN x"),
    ],
    ids=["line end", "bar", "backslash", "bare line end"],
)
def test_a_formula_in_the_column_itself(tmp_path: Path, line: str, text: str) -> None:
    content = f"METADATA|FastFormula|FormulaText|FormulaName\n{line}\n"
    documents, _ = read(tmp_path, "FastFormula.dat", content)
    assert [each.text for each in documents] == [text]


def test_a_data_loader_file_may_have_its_own_signs(tmp_path: Path) -> None:
    content = (
        "SET FILE_DELIMITER ,\nSET FILE_NEW_LINE newline\nSET FILE_ESCAPE ^\n"
        "METADATA,FastFormula,FormulaName,FormulaText\n"
        "MERGE,FastFormula,X,x = ROUND(1^, 2)^newlineRETURN x\n"
    )
    documents, _ = read(tmp_path, "FastFormula.dat", content)
    assert [each.text for each in documents] == ["x = ROUND(1, 2)\nRETURN x"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("gone.txt", "its file gone.txt is not in ClobFiles or BlobFiles"),
        ("../secret.txt", "its file ../secret.txt is not in ClobFiles or BlobFiles"),
        ("", "has no text under formulatext"),
    ],
)
def test_what_a_data_loader_file_lacks_is_told(
    tmp_path: Path, value: str, reason: str
) -> None:
    (tmp_path / "secret.txt").write_text(PAY, encoding="utf-8")
    content = (
        f"METADATA|FastFormula|FormulaName|FormulaText\nMERGE|FastFormula|X|{value}\n"
    )
    documents, aside = read(tmp_path, "FastFormula.dat", content)
    assert documents == []
    assert [(each.line, each.reason[: len(reason)]) for each in aside] == [(2, reason)]


SETUP = f"""<?xml version="1.0" encoding="UTF-8"?>
<FormulaDPVO xmlns="http://xmlns.example.com/formula">
  <FormulaDPVORow><FormulaName>PAY</FormulaName><FormulaText>{PAY}</FormulaText>
    <Type><FormulaTypeName>Oracle Payroll</FormulaTypeName></Type></FormulaDPVORow>
  <FormulaDPVORow>
    <FORMULA_TEXT><![CDATA[{BONUS}]]></FORMULA_TEXT><FORMULA_NAME>BONUS</FORMULA_NAME>
  </FormulaDPVORow>
</FormulaDPVO>
"""


def test_a_setup_export_is_read_through_its_zips(tmp_path: Path) -> None:
    batch = zipped({"FF_FORMULAS.xml": SETUP})
    task = zipped({"FastFormula/1_BATCH.zip": batch})
    data = zipped({"Manage Fast Formulas.zip": task, "ASM_SETUP.txt": PAY})
    documents, aside = read(tmp_path, "export.zip", data)
    inner = (
        "export.zip/Manage Fast Formulas.zip/FastFormula/1_BATCH.zip/FF_FORMULAS.xml"
    )
    assert aside == []
    assert [(each.name, each.type, each.place) for each in documents] == [
        ("ASM_SETUP", "", "export.zip/ASM_SETUP.txt"),
        ("PAY", "Oracle Payroll", f"{inner}:3"),
        ("BONUS", "", f"{inner}:7"),
    ]
    assert [each.text for each in documents] == [PAY, PAY, BONUS]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<a><b></a>", "is not XML: mismatched tag"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "has a document type"),
        ("<lookups><row/></lookups>", "holds no formulas"),
    ],
)
def test_xml_that_is_none_or_grows_is_refused(
    tmp_path: Path, text: str, reason: str
) -> None:
    documents, aside = read(tmp_path, "setup.xml", text)
    assert documents == []
    assert aside[0].reason.startswith(reason)


def encrypted(data: bytes) -> bytes:
    """Set the flags that say so, in the file's own header and in the directory."""
    changed = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.index(mark) + place
        struct.pack_into("<H", changed, start, changed[start] | 1)
    return bytes(changed)


def damaged(data: bytes) -> bytes:
    place = data.index(b"pay.ff") + 12
    return data[:place] + b"\xff\xff" + data[place + 2 :]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (encrypted(zipped({"pay.ff": PAY})), "is encrypted"),
        (damaged(zipped({"pay.ff": PAY * 9})), "is damaged"),
        (zipped({"../pay.ff": PAY}), "has a path that leads out of the zip"),
        (zipped({"/pay.ff": PAY}), "has a path that leads out of the zip"),
        (zipped({"..\\pay.ff": PAY}), "has a path that leads out of the zip"),
        (zipped({"c:/pay.ff": PAY}), "has a path that leads out of the zip"),
        (zipped({"pay.ff": b"\0" * 2**21}), "unpacks to 1023 times its siz"),
        (zipped({"pay.ff": b"MZ\x90\0\x03\0\0\0"}), "is not text in UTF-8"),
        (zipped({"pay.ff": "\N{BULLET} x".encode("cp1252") + b"\x81"}), "is not text"),
        (b"PK\x03\x04 and no more", "is not a zip that can be read"),
        (zipped({}), ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_zip_that_is_none_or_harms_is_refused(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    documents, aside = read(tmp_path, "formulas.zip", data)
    assert documents == []
    assert [each.reason[: len(reason)] for each in aside] == (
        [reason] if reason else []
    )


def test_one_bad_file_of_a_zip_does_not_stop_the_others(tmp_path: Path) -> None:
    data = zipped({"../a.ff": PAY, "b.ff": PAY, "c.zip": "no zip", "d.txt": BONUS})
    documents, aside = read(tmp_path, "formulas.zip", data)
    assert [each.name for each in documents] == ["b", "d"]
    assert [each.path for each in aside] == [
        "formulas.zip/../a.ff",
        "formulas.zip/c.zip",
    ]


def test_zips_within_zips_have_an_end(tmp_path: Path) -> None:
    data = zipped({"pay.ff": PAY})
    for _ in range(files.DEEPEST):
        data = zipped({"in.zip": data})
    documents, aside = read(tmp_path, "in.zip", data)
    assert documents == []
    assert aside[0].reason == "lies in 4 zips within each other"


def test_a_source_unpacks_to_no_more_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 300)
    data = zipped({"a.ff": PAY * 20, "b.ff": PAY})
    documents, aside = read(tmp_path, "formulas.zip", data)
    assert [each.name for each in documents] == ["b"]
    assert aside[0].reason.startswith("unpacks to more than")
    allowance = files.Allowance(len(PAY) + 1)
    inside = files.zip_files(io.BytesIO(zipped({"a.ff": PAY, "b.ff": PAY})), allowance)
    assert inside.open("a.ff").read() == PAY.encode()
    with pytest.raises(ValueError, match="would unpack more than"):
        inside.open("b.ff")


def table(rows: list[list[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("column", ["FORMULA_TEXT", "Formula Text", "FormulaText", "?"])
def test_the_column_of_a_table_is_found(
    tmp_path: Path, delimiter: str, column: str
) -> None:
    rows = [
        ["FORMULA_NAME", column, "Comment"],
        ["PAY", PAY, "with, a comma; and | more"],
        ["BONUS", BONUS, 'a "quoted" word'],
    ]
    documents, aside = read(tmp_path, "export.csv", table(rows, delimiter))
    assert aside == []
    assert [(each.text, each.name, each.line) for each in documents] == [
        (PAY, "PAY", 2),
        (BONUS, "BONUS", 5),
    ]


def test_a_table_without_a_header_has_its_formulas_found(tmp_path: Path) -> None:
    documents, _ = read(tmp_path, "export.csv", table([["1", PAY], ["2", BONUS]]))
    assert [each.text for each in documents] == [PAY, BONUS]


def test_a_table_with_one_column_is_one(tmp_path: Path) -> None:
    documents, _ = read(tmp_path, "export.csv", table([["text"], [PAY], [BONUS]]))
    assert [each.text for each in documents] == [PAY, BONUS]


def test_a_column_is_not_taken_by_its_name_where_another_parses(tmp_path: Path) -> None:
    rows = [["Code", "Body"], ["PAY-1", PAY], ["BONUS 2", BONUS]]
    documents, _ = read(tmp_path, "export.csv", table(rows))
    assert [each.text for each in documents] == [PAY, BONUS]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (
            "a,b\nhello,world\n",
            0,
            "has no column with formulas; its first line is 'a,b'",
        ),
        (f'text\n"{PAY}"\n1,2,3\n', 5, "has 3 cells below 1 headers"),
        ("", 0, "has no column with formulas"),
    ],
)
def test_a_table_without_formulas_says_so(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    _, aside = read(tmp_path, "export.csv", text)
    assert [(each.line, each.reason[: len(reason)]) for each in aside] == [
        (line, reason)
    ]
