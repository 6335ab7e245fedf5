"""A pod's names, from the CSV file to what the checks ask of them."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastformula.language.database_item import DatabaseItem
from fastformula.language.seeded import SEEDED
from fastformula_server.catalogue import store
from fastformula_server.catalogue.places import (
    catalogue_path,
    find_catalogue,
    find_project,
)
from fastformula_server.catalogue.query import read_query
from fastformula_server.catalogue.reader import (
    KINDS,
    BadRow,
    HeaderError,
    Row,
    read_rows,
)
from fastformula_server.catalogue.schema import VERSION, CatalogueError
from fastformula_server.catalogue.store import StoredCatalogue, open_catalogue
from fastformula_server.catalogue.writer import write_catalogue
from hypothesis import given
from hypothesis import strategies as st

HEADER = "KIND,NAME,DATA_TYPE,DEFAULT_REQUIRED,CONTEXTS,DESCRIPTION\n"
POD = HEADER + (
    "DATABASE ITEM,acme_per_badge_number,N,Y,HR_ASSIGNMENT_ID EFFECTIVE_DATE,Badge\n"
    "DATABASE ITEM,ACME_BADGE_COLOURS,TN,N,,\n"
    "DATABASE ITEM,ACME_RATE,N,N,,\n"
    "GLOBAL VALUE,ACME_RATE,N,,,Rate of the house\n"
    "CONTEXT,ACME_AREA,T,,,Area\n"
    "ELEMENT,Acme Bonus,,,,\n"
    "FORMULA,Acme Rounding,,,,\n"
)


def rows_of(text: str) -> list[Row | BadRow]:
    return list(read_rows(text))


def good_rows(text: str) -> Iterator[Row]:
    return (row for row in read_rows(text) if isinstance(row, Row))


def complaint(text: str) -> str:
    (row,) = rows_of(text)
    assert isinstance(row, BadRow)
    return row.message


def made(path: Path, text: str = POD) -> StoredCatalogue:
    write_catalogue(path, good_rows(text), "pod.csv")
    return open_catalogue(path)


@pytest.fixture(params=["locked", "not locked"])
def locked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open files as on Windows, and as elsewhere; Windows itself has no choice."""
    if request.param == "not locked" and os.name == "nt":
        pytest.skip("open files are locked here")
    monkeypatch.setattr(store, "_OPEN_FILES_ARE_LOCKED", request.param == "locked")


@pytest.fixture
def pod(tmp_path: Path, locked: None) -> StoredCatalogue:
    return made(tmp_path / "acme.sqlite")


# What the file says.


def test_a_row_is_read_with_all_it_says() -> None:
    assert rows_of(POD)[0] == Row(
        line=2,
        kind="database item",
        key="ACME_PER_BADGE_NUMBER",
        type="NUMBER",
        default_required=True,
        contexts="HR_ASSIGNMENT_ID EFFECTIVE_DATE",
        description="Badge",
    )


@pytest.mark.parametrize(
    "text",
    [
        "NAME,KIND,DATA_TYPE\nX_Y,DATABASE ITEM,N\n",
        "data_type,Kind,EXTRA,name\nN,database item,?,x_y\n",
        'KIND;NAME;DATA_TYPE\r\n"DATABASE ITEM";"X_Y";"N"\r\n',
        "KIND\tNAME\tDATA TYPE\nDatabase_Item\tX_Y\tNumber\n",
        "\n\nKIND|NAME|DATA_TYPE\n\nDATABASE ITEM|X_Y|N\n",
        "KIND,NAME,DATA_TYPE\nDATABASE ITEM,X_Y,N",
    ],
)
def test_columns_and_delimiters_may_be_as_they_like(text: str) -> None:
    (row,) = rows_of(text)
    assert isinstance(row, Row)
    assert (row.kind, row.key, row.type) == ("database item", "X_Y", "NUMBER")


def test_quoted_text_may_hold_everything_and_lines_are_counted_all_the_same() -> None:
    text = 'KIND,NAME,DESCRIPTION\nDATABASE ITEM,A,"one, ""two""\nthree"\nBAD,B,\n'
    first, second = rows_of(text)
    assert isinstance(first, Row) and first.description == 'one, "two"\nthree'
    assert (first.line, second.line) == (2, 4)


@pytest.mark.parametrize(
    ("written", "flag", "type_"),
    [
        ("N", "", "NUMBER"),
        ("t", "N", "TEXT"),
        ("Date", "", "DATE"),
        ("NN", "", "NUMBER_NUMBER"),
        ("DT", "Y", "DATE_TEXT"),
        ("TEXT_NUMBER", "", "TEXT_NUMBER"),
        ("text text", "", "TEXT_TEXT"),
        ("D", "Y", "DATE_NUMBER"),
        ("", "", None),
    ],
)
def test_types_are_read_as_oracle_writes_them(
    written: str, flag: str, type_: str | None
) -> None:
    text = f"KIND,NAME,DATA_TYPE,IS_ARRAY\nDATABASE ITEM,A,{written},{flag}\n"
    (row,) = rows_of(text)
    assert isinstance(row, Row) and row.type == type_


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("PERSON,X,N", "no kind `PERSON`"),
        ("ELEMENT, ,", "the row has no name"),
        ("DATABASE ITEM,X,BLOB", "`X`: there is no data type `BLOB`"),
        ("DATABASE ITEM,X Y,N", "`X Y`: no formula can write"),
        ("DATABASE ITEM,1X,N", "no formula can write"),
        ("CONTEXT,X,NN", "a context is a NUMBER, a TEXT or a DATE"),
        ("CONTEXT,X,", "a context is a NUMBER, a TEXT or a DATE"),
        ("DATABASE ITEM,X", "2 fields, but the first line has 3"),
        (f"ELEMENT,{'X' * 256},", "longer than the 255 characters"),
        ("ELEMENT,X\x1b[31m,", "`X\ufffd[31M`: a name with control characters"),
        ('ELEMENT,"X"Y,', "the quotes do not match"),
        ('ELEMENT,"X,', "the quotes do not match"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(row: str, said: str) -> None:
    assert said in complaint(f"KIND,NAME,DATA_TYPE\n{row}\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it names nothing"),
        ("KIND,TITLE,DATA_TYPE\n", "it names KIND, TITLE, DATA_TYPE"),
        ("name;data type\nX;N\n", "it names NAME, DATA_TYPE"),
    ],
)
def test_a_file_without_the_columns_names_those_it_has(text: str, said: str) -> None:
    with pytest.raises(HeaderError, match="KIND and NAME") as caught:
        rows_of(text)
    assert said in str(caught.value)


@given(st.text())
def test_whatever_follows_the_first_line_is_rows(text: str) -> None:
    for row in rows_of(f"KIND,NAME,DATA_TYPE\n{text}"):
        assert row.line > 1
        if isinstance(row, BadRow):
            assert row.message.isprintable()


@given(st.lists(st.tuples(*[st.text(st.characters(codec="utf-8"))] * 2), max_size=5))
def test_what_is_written_as_csv_is_read_again(names: list[tuple[str, str]]) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows(
        [("KIND", "NAME", "DESCRIPTION"), *(("ELEMENT", *n) for n in names)]
    )
    assert len(rows_of(file.getvalue())) == len(names)


# What the checks ask.


def test_items_and_global_values_are_found(pod: StoredCatalogue) -> None:
    assert pod.is_complete
    assert pod.find_item("ACME_PER_BADGE_NUMBER") == DatabaseItem(
        "ACME_PER_BADGE_NUMBER",
        "NUMBER",
        "catalogue",
        "both",
        "Badge",
        contexts=("HR_ASSIGNMENT_ID", "EFFECTIVE_DATE"),
        default_required=True,
    )
    colours = pod.find_item("ACME_BADGE_COLOURS")
    assert colours is not None and colours.is_array
    assert pod.find_item("ACME_BADGE") is None


def test_a_global_value_that_is_listed_as_item_too_is_a_global_value(
    pod: StoredCatalogue,
) -> None:
    rate = pod.find_item("ACME_RATE")
    assert rate is not None
    assert (rate.kind, rate.type) == ("global", "NUMBER")
    assert rate.default_required is False
    assert rate.description == "Rate of the house"
    assert pod.counts == {
        "database item": 2,
        "global value": 1,
        "context": 1,
        "element": 1,
        "formula": 1,
    }


def test_an_item_of_two_types_has_none(tmp_path: Path) -> None:
    text = (
        HEADER + "DATABASE ITEM,A,N,N,,\nDATABASE ITEM,A,T,Y,,\nDATABASE ITEM,A,N,,,\n"
    )
    item = made(tmp_path / "a.sqlite", text).find_item("A")
    assert item is not None
    assert (item.type, item.default_required) == (None, True)


def test_contexts_of_the_pod_come_before_oracles(pod: StoredCatalogue) -> None:
    area = pod.find_context("ACME_AREA")
    assert area is not None
    assert (area.type, area.evidence, area.description) == ("TEXT", "catalogue", "Area")
    assert pod.find_context("DATE_EARNED") == SEEDED.find_context("DATE_EARNED")
    assert pod.find_context("NO_SUCH_CONTEXT") is None


def test_things_are_there_or_not_or_nobody_can_tell(pod: StoredCatalogue) -> None:
    assert pod.has("element", "ACME BONUS") is True
    assert pod.has("element", "Acme Bonus") is True
    assert pod.has("element", "ACME BONUSES") is False
    assert pod.has("formula", "ACME ROUNDING") is True
    assert pod.has("value set", "ANY") is None
    assert pod.has("element", "\ud800") is False


def test_an_export_without_items_is_not_complete(tmp_path: Path) -> None:
    pod = made(tmp_path / "a.sqlite", HEADER + "ELEMENT,Acme Bonus,,,,\n")
    assert not pod.is_complete
    name = "PER_ASG_FTE_VALUE"
    assert pod.find_item(name) == SEEDED.find_item(name)
    assert pod.similar_items("PER_ASG_FTE_VALU") == SEEDED.similar_items(
        "PER_ASG_FTE_VALU"
    )


@pytest.mark.parametrize(
    "slip",
    [
        "ACME_PER_BADGE_NUMER",
        "CAME_PER_BADGE_NUMBER",
        "ACME_PER_BADGE_NUMBERS",
        "ACME_PRE_BADGE_NUMBER",
        "ACMEPER_BADGE_NUMBER",
        "ACME_PER_BDAGE_NUMBER",
        "ACME_PER_BAD_NUMBER",
        "ACME_PE_RBADGE_NUMBER",
    ],
)
def test_a_slip_of_the_pen_is_found_again(pod: StoredCatalogue, slip: str) -> None:
    assert pod.similar_items(slip) == ("ACME_PER_BADGE_NUMBER",)


def test_items_are_found_by_start_word_and_abbreviation(tmp_path: Path) -> None:
    names = (
        "ACME_RATE_OF_TAX",
        "ACME_RATE",
        "OTHER_ACME_RATE",
        "AND_REST",
        "ODD_\u00c4",
    )
    text = HEADER + "".join(f"DATABASE ITEM,{name},N,,,\n" for name in names)
    pod = made(tmp_path / "a.sqlite", text)
    rates = ("ACME_RATE", "ACME_RATE_OF_TAX", "OTHER_ACME_RATE")
    assert pod.find_items("ACME", 9) == rates
    assert pod.find_items("ACME", 2) == rates[:2]
    assert pod.find_items("ARO", 9) == ("ACME_RATE_OF_TAX",)
    assert pod.find_items("AR", 9) == ("AND_REST", "ACME_RATE", "ACME_RATE_OF_TAX")
    for wild in ("A*E", "A%", "[A]", "\ud800", "PER_ASG"):
        assert pod.find_items(wild, 9) == ()


def test_without_items_of_the_pod_those_of_oracle_are_found(tmp_path: Path) -> None:
    pod = made(tmp_path / "a.sqlite", HEADER + "ELEMENT,Acme Bonus,,,,\n")
    assert pod.find_items("PAGN", 5) == SEEDED.find_items("PAGN", 5)


@pytest.mark.parametrize("name", ["L_AMOUNT", "", "A", "ACME", "ACME_RATE"])
def test_nothing_is_guessed_where_nothing_is_near(
    pod: StoredCatalogue, name: str
) -> None:
    assert pod.similar_items(name) == ()


def test_at_most_three_names_are_offered_the_nearest_first(tmp_path: Path) -> None:
    names = ("ACME_RATES_OF", "ACME_RATE_OFF", "ACME_RATE_OR", "ACME_RATE_ON")
    text = HEADER + "".join(f"DATABASE ITEM,{name},N,,,\n" for name in names)
    pod = made(tmp_path / "a.sqlite", text)
    assert pod.similar_items("ACME_RATE_OF") == (
        "ACME_RATES_OF",
        "ACME_RATE_OFF",
        "ACME_RATE_ON",
    )
    assert pod.similar_items("ACME_RATE_OFFF") == ("ACME_RATE_OFF",)


def test_a_name_with_another_number_is_another_name(tmp_path: Path) -> None:
    text = HEADER + "DATABASE ITEM,ACME_ATTRIBUTE_11,N,,,\n"
    pod = made(tmp_path / "a.sqlite", text)
    assert pod.similar_items("ACME_ATTRIBUTE_12") == ()
    assert pod.similar_items("ACME_ATRIBUTE_11") == ("ACME_ATTRIBUTE_11",)


def test_words_of_oracles_own_names_may_be_in_another_order(tmp_path: Path) -> None:
    pod = made(tmp_path / "a.sqlite", HEADER + "DATABASE ITEM,PER_ASG_FTE_VALUE,N,,,\n")
    assert pod.similar_items("PER_FTE_ASG_VALUE") == ("PER_ASG_FTE_VALUE",)


def test_threads_may_ask_at_the_same_time(tmp_path: Path) -> None:
    names = [f"ACME_ITEM_{number}" for number in range(2000)]
    text = HEADER + "".join(f"DATABASE ITEM,{name},N,,,\n" for name in names)
    pod = made(tmp_path / "a.sqlite", text)
    wrong: list[str] = []

    def ask() -> None:
        for name in names:
            item = pod.find_item(name)
            if item is None or item.name != name or pod.find_item(f"{name}_X"):
                wrong.append(name)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_catalogue_that_is_closed_knows_nothing_and_does_not_raise(
    pod: StoredCatalogue,
) -> None:
    pod.close()
    assert not pod.is_complete
    assert pod.find_item("ACME_BADGE_COLOURS") == SEEDED.find_item("ACME_BADGE_COLOURS")
    assert pod.find_context("ACME_AREA") is None
    assert pod.similar_items("ACME_BADGE_COLOUR") == ()
    assert pod.has("element", "ACME BONUS") is None


# The file.


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such mode there")
def test_a_catalogue_in_a_folder_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "with ünusual? #name%20"
    folder.mkdir()
    made(folder / "a.sqlite").close()
    (folder / "a.sqlite").chmod(0o400)
    folder.chmod(0o500)
    try:
        assert open_catalogue(folder / "a.sqlite").has("element", "ACME BONUS")
        assert [file.name for file in folder.iterdir()] == ["a.sqlite"]
    finally:
        folder.chmod(0o700)


def spoil(path: Path, how: str) -> None:
    if how == "missing":
        path.unlink()
    elif how == "text":
        path.write_text(POD, encoding="utf-8")
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        connection = sqlite3.connect(path)
        connection.execute(how)
        connection.commit()
        connection.close()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("missing", "no such catalogue"),
        ("text", "damaged"),
        ("cut", "damaged"),
        ("DROP INDEX but_quarter_1", "not a catalogue of this program"),
        ("CREATE VIEW extra AS SELECT 1", "not a catalogue of this program"),
        ("DELETE FROM about", "damaged"),
        ("empty", "not a catalogue of this program"),
        ("PRAGMA application_id = 1", "not a catalogue of this program"),
        (f"PRAGMA user_version = {VERSION - 1}", "an older version"),
        (f"PRAGMA user_version = {VERSION + 1}", "a newer version"),
    ],
)
def test_a_file_that_is_no_good_catalogue_is_one_clear_error(
    tmp_path: Path, locked: None, how: str, said: str
) -> None:
    path = tmp_path / "a.sqlite"
    made(path).close()
    spoil(path, how)
    with pytest.raises(CatalogueError, match=said) as caught:
        open_catalogue(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and len(message.splitlines()) == 1
    assert how == "missing" or "Import it again" in message


def test_a_failure_in_the_middle_leaves_the_old_catalogue_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    made(path).close()
    before = path.read_bytes()

    def broken() -> Iterator[Row]:
        yield from good_rows(HEADER + "ELEMENT,Other,,,,\n")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_catalogue(path, broken(), "other.csv")
    with pytest.raises(CatalogueError, match=r"other\.csv: there is no row"):
        write_catalogue(path, [], "other.csv")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.sqlite"]


KILLED = """
import sys
from pathlib import Path
from fastformula_server.catalogue.reader import read_rows
from fastformula_server.catalogue.writer import write_catalogue

def rows():
    names = (f"ELEMENT,Other {number}\\n" for number in range(20_000))
    yield from read_rows("KIND,NAME\\n" + "".join(names))
    print("half", flush=True)
    sys.stdin.read()

write_catalogue(Path(sys.argv[1]), rows(), "other.csv")
"""


def test_a_process_that_is_killed_leaves_the_old_catalogue_alone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.sqlite"
    made(path).close()
    before = path.read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"half"
        process.kill()
    assert path.read_bytes() == before
    (left,) = tmp_path.glob(".a.*.tmp")
    os.utime(left, (0, 0))
    assert made(path, HEADER + "ELEMENT,Other,,,,\n").has("element", "OTHER")
    assert [file.name for file in tmp_path.iterdir()] == ["a.sqlite"]


def test_an_open_catalogue_stays_as_it_was_when_another_takes_its_place(
    tmp_path: Path, locked: None
) -> None:
    path = tmp_path / "a.sqlite"
    old = made(path)
    new = made(path, HEADER + "ELEMENT,Other,,,,\n")
    assert old.find_item("ACME_BADGE_COLOURS") is not None
    assert new.has("element", "ACME BONUS") is False


# Where it lies.


def test_the_projects_catalogue_comes_before_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LOCALAPPDATA", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    project = tmp_path / "project"
    users = catalogue_path("acme", None)
    own = catalogue_path("acme", project)
    assert find_catalogue("acme", project) is None
    made(users).close()
    assert find_catalogue("acme", project) == users
    assert find_catalogue("acme", None) == users
    made(own).close()
    assert (
        find_catalogue("acme", project) == own == project / ".fastformula/acme.sqlite"
    )
    assert (tmp_path / "home") in users.parents


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../a", "a/b", "a\\b", ".a", "a.", "a b", "CON", "nul.x", "a" * 65],
)
def test_a_name_that_could_lead_elsewhere_is_none(tmp_path: Path, name: str) -> None:
    assert find_catalogue(name, tmp_path) is None
    with pytest.raises(ValueError, match="cannot be"):
        catalogue_path(name, tmp_path)


def test_a_project_is_where_its_settings_are(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_project(inner) == inner
    (tmp_path / "a" / "fastformula.toml").touch()
    assert find_project(inner) == tmp_path / "a"
    (inner / ".git").mkdir()
    assert find_project(inner) == inner


# The query.


@pytest.mark.parametrize("product", ["fusion", "ebs"])
def test_the_query_lists_every_kind_in_one_shape(product: str) -> None:
    query = read_query("fusion" if product == "fusion" else "ebs")
    assert not set(":;&?") & set(query), "BI Publisher would take it for its own"
    code = query[query.index("*/") + 2 :]
    assert "/*" not in code and "--" not in code
    assert code.count("(") == code.count(")") and code.count("'") % 2 == 0
    branches = [" ".join(part.split()) for part in code.split("\nUNION ALL\n")]
    listed = set()
    for branch in branches:
        columns = branch[: branch.index(" FROM ")]
        depth = 0
        count = 1
        for character in columns:
            depth += (character == "(") - (character == ")")
            count += character == "," and depth == 0
        assert count == 6, branch
        listed.add(columns.split("'")[1].lower())
    assert listed == set(KINDS)
    assert branches[0].count(" AS ") == 7
