"""What is remembered of formulas, in a file that may be lost at any time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fastformula import parse
from fastformula.analysis import analyze
from fastformula_server import facts_file
from fastformula_server.facts import Facts, dump, gather, load
from fastformula_server.facts_file import FactsFile

PAY = """\
/* Formula Name: Acme Pay */
INPUTS ARE hours (NUMBER), start_date (DATE)
DEFAULT FOR hours IS 0
CALL_FORMULA('ACME_RATE', hours > 'WORKED', l_rate < 'RATE' DEFAULT BY 1)
SET_INPUT('DAY', start_date) EXECUTE('acme tax') l_tax = GET_OUTPUT('TAX', 0)
ok = WSA_SET('PAID', 1)
WSA_DELETE('OLD')
secret = 'Nobody is to find this'
pay = hours * l_rate - l_tax
RETURN pay, secret
"""


@pytest.fixture
def facts() -> Facts:
    return gather(analyze(parse(PAY)))


@pytest.fixture
def file(tmp_path: Path) -> FactsFile:
    return FactsFile(tmp_path / "below" / "formulas.sqlite")


def test_facts_come_back_as_they_were(facts: Facts) -> None:
    assert load(dump(facts)) == facts
    signature = facts.signature_at(Path("pay.ff"))
    assert (signature.name, signature.path) == ("ACME_PAY", "pay.ff")
    assert signature.inputs == {"HOURS": "NUMBER", "START_DATE": "DATE"}
    assert signature.calls == {"ACME_RATE", "ACME TAX"}
    assert (signature.stored, signature.deleted) == ({"PAID"}, {"OLD"})
    spans = [
        each.span.text_in(PAY)
        for call in facts.calls
        for each in (call, *call.inputs, *call.outputs)
    ]
    assert spans == [
        "'ACME_RATE'",
        "'WORKED'",
        "'RATE'",
        "'acme tax'",
        "'DAY'",
        "'TAX'",
    ]


def test_what_was_kept_is_found_by_its_key(file: FactsFile, facts: Facts) -> None:
    assert file.find([b"1"]) == {}
    file.keep({b"1": facts})
    assert file.find([b"0", b"1"]) == {b"1": facts}


def test_no_text_of_a_formula_is_kept(file: FactsFile, facts: Facts) -> None:
    file.keep({b"1": facts})
    assert b"Nobody is to find this" not in file.path.read_bytes()


@pytest.mark.parametrize(
    "content", [b"", b"no database at all" * 100, b"SQLite format 3\0" + b"\1" * 5000]
)
def test_a_broken_file_is_made_anew(
    file: FactsFile, facts: Facts, content: bytes
) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    assert file.find([b"1"]) == {}
    file.keep({b"1": facts})
    assert file.find([b"1"]) == {b"1": facts}


@pytest.mark.parametrize("said", ["", "[]", "[1, 2, 3, 4, 5, 6, 7, 8]", '{"a": 1}'])
def test_rows_that_say_nothing_are_as_none(
    file: FactsFile, facts: Facts, said: str
) -> None:
    file.keep({b"1": facts})
    with closing(sqlite3.connect(file.path)) as connection, connection:
        connection.execute("UPDATE facts SET said = ?", (said,))
    assert file.find([b"1"]) == {}
    file.keep({b"1": facts})
    assert file.find([b"1"]) == {b"1": facts}


def test_where_nothing_can_be_written_nothing_is_kept(
    tmp_path: Path, facts: Facts
) -> None:
    (tmp_path / "below").write_text("a file where a folder should be")
    file = FactsFile(tmp_path / "below" / "formulas.sqlite")
    file.keep({b"1": facts})
    assert file.find([b"1"]) == {}


def test_what_is_not_asked_for_is_forgotten(
    file: FactsFile, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_file, "_today", lambda: 1000)
    file.keep({b"asked": facts, b"idle": facts})
    monkeypatch.setattr(facts_file, "_today", lambda: 1000 + facts_file.DAYS)
    assert file.find([b"asked"]) == {b"asked": facts}
    monkeypatch.setattr(facts_file, "_today", lambda: 1001 + facts_file.DAYS)
    file.keep({b"new": facts})
    assert file.find([b"asked", b"idle", b"new"]).keys() == {b"asked", b"new"}


def test_only_so_much_is_kept(
    file: FactsFile, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_file, "MOST_ROWS", 2)
    for day, key in enumerate([b"1", b"2", b"3"], 1000):
        monkeypatch.setattr(facts_file, "_today", lambda day=day: day)
        file.keep({key: facts})
    assert file.find([b"1", b"2", b"3"]).keys() == {b"2", b"3"}
