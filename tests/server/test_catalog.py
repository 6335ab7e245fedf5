"""`fastformula catalog`, as a consultant uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastformula_server.__main__ import cli
from fastformula_server.catalogue.places import find_catalogue
from fastformula_server.catalogue.query import read_query
from fastformula_server.catalogue.store import open_catalogue
from fastformula_server.commands import catalog as command

POD = "KIND;NAME;DATA_TYPE\nDATABASE ITEM;ACME_GRÖSSE;N\nELEMENT;Acme Prämie – neu;\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, of a user whose own data lie beside it."""
    for variable in ("LOCALAPPDATA", "XDG_DATA_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def catalog(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["catalog", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.exit_code == code, result.output
    return result


def write(path: Path, text: str = POD, encoding: str = "utf-8") -> None:
    path.write_bytes(text.encode(encoding))


@pytest.mark.parametrize("product", ["fusion", "ebs"])
def test_the_query_is_printed_and_nothing_else(product: str) -> None:
    result = catalog("sql", "--product", product)
    assert result.stdout == read_query("fusion" if product == "fusion" else "ebs")
    assert result.stderr == ""


def test_help_says_how_to_run_the_query() -> None:
    said = catalog("sql", "--help").stdout
    assert "New > Data Model" in said and "CSV" in said and "catalog import" in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_imported_in_any_encoding(folder: Path, encoding: str) -> None:
    write(folder / "acme.csv", encoding=encoding)
    result = catalog("import", "acme.csv")
    path = find_catalogue("acme", folder)
    assert path is not None
    assert result.stdout == (
        f"Imported acme: 1 database item, 1 element\nIt is in {path}\n"
    )
    assert result.stderr == ""
    pod = open_catalogue(path)
    assert pod.find_item("ACME_GRÖSSE") is not None
    assert pod.has("element", "ACME PRÄMIE – NEU")


def test_bad_rows_are_told_with_their_lines_and_the_rest_is_imported(
    folder: Path,
) -> None:
    write(folder / "acme.csv", f"{POD}PERSON;Kim;\n\nELEMENT;;\nELEMENT;Other;\n")
    result = catalog("import", "acme.csv")
    assert result.stderr.splitlines() == [
        "acme.csv:4: skipped: there is no kind `PERSON`; there are DATABASE ITEM, "
        "GLOBAL VALUE, CONTEXT, ELEMENT, BALANCE, VALUE SET, USER TABLE, FORMULA",
        "acme.csv:6: skipped: the row has no name",
    ]
    assert "1 database item, 2 elements; 2 rows skipped" in result.stdout


def test_only_the_first_twenty_bad_rows_are_told(folder: Path) -> None:
    write(folder / "acme.csv", POD + "ELEMENT;;\n" * 23)
    lines = catalog("import", "acme.csv").stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "acme.csv: skipped: 3 more rows"


def test_control_characters_of_a_file_never_reach_the_terminal(folder: Path) -> None:
    write(folder / "acme.csv", f"{POD * 9}\x1b[2J;X;\nELEMENT;\x1b[2J;\n")
    output = catalog("import", "acme.csv").output
    assert "\x1b" not in output and "\ufffd[2J" in output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("NAME,TYPE\nX,N\n", "it names NAME, TYPE"),
        ("KIND,NAME\n", "no row that can be used"),
        ("KIND,NAME\nELEMENT,\n", "no row that can be used"),
        ("\x01\x02\0", "is a binary file"),
    ],
)
def test_a_file_of_no_use_fails_and_the_old_catalogue_stays(
    folder: Path, text: str, said: str
) -> None:
    write(folder / "acme.csv")
    catalog("import", "acme.csv")
    write(folder / "acme.csv", text)
    result = catalog("import", "acme.csv", code=2)
    assert said in result.stderr and "acme.csv" in result.stderr
    path = find_catalogue("acme", folder)
    assert path is not None and open_catalogue(path).is_complete


def test_a_missing_file_is_one_line(folder: Path) -> None:
    assert "there is no such file" in catalog("import", "acme.csv", code=2).stderr


@pytest.mark.parametrize("name", ["../acme", "a/b", "a\\b", "", "..", "nul"])
def test_a_name_that_leads_elsewhere_is_refused(folder: Path, name: str) -> None:
    write(folder / "acme.csv")
    result = catalog("import", "acme.csv", "--as", name, code=2)
    assert "cannot be a catalogue's name" in result.stderr
    assert "cannot be a catalogue's name" in catalog("remove", name, code=2).stderr
    assert [path.name for path in folder.parent.rglob("*")] == ["here", "acme.csv"]


def test_a_file_whose_name_will_not_do_asks_for_another(folder: Path) -> None:
    write(folder / "pod (1).csv")
    assert "give one with --as" in catalog("import", "pod (1).csv", code=2).stderr
    catalog("import", "pod (1).csv", "--as", "pod-1")


def test_catalogues_are_listed_with_what_is_in_them_and_removed(folder: Path) -> None:
    assert "no catalogues yet" in catalog("list").stdout
    write(folder / "pod.csv")
    (folder / "fastformula.toml").touch()
    catalog("import", "pod.csv", "--as", "acme")
    catalog("import", "pod.csv", "--as", "acme", "--project")
    catalog("import", "pod.csv")
    own = folder / ".fastformula" / "acme.sqlite"
    said = catalog("list").stdout.splitlines()
    assert said[0] == "acme" and said[4] == "acme, hidden by the one above"
    assert said[8] == "pod"
    assert said[1] == f"  {own}"
    assert said[2].startswith("  imported 20") and said[2].endswith(" from pod.csv")
    assert said[3] == "  1 database item, 1 element"
    own.write_text(POD, encoding="utf-8")
    assert "damaged" in catalog("list").stdout
    catalog("remove", "acme", "--project")
    catalog("remove", "acme")
    assert "no such catalogue" in catalog("remove", "acme", code=2).stderr
    assert catalog("list").stdout.splitlines()[0] == "pod"


def test_a_projects_catalogue_is_kept_out_of_version_control(folder: Path) -> None:
    write(folder / "acme.csv")
    catalog("import", "acme.csv", "--project")
    assert (folder / ".fastformula" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_large_export_is_imported(folder: Path) -> None:
    rows = (f"DATABASE ITEM,ACME_ITEM_{number},N\n" for number in range(200_000))
    write(folder / "acme.csv", "KIND,NAME,DATA_TYPE\n" + "".join(rows))
    assert "200,000 database items" in catalog("import", "acme.csv").stdout
    path = find_catalogue("acme", None)
    assert path is not None
    assert open_catalogue(path).find_item("ACME_ITEM_199999") is not None


def test_a_bar_on_a_terminal_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder / "acme.csv")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    command.import_file.main(["acme.csv"], standalone_mode=False)
    out, err = capsys.readouterr()
    assert "1 database item, 1 element" in out and "Importing" in err


def test_starting_the_command_line_does_not_load_the_database() -> None:
    script = "import sys, fastformula_server.__main__; print('sqlite3' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"
