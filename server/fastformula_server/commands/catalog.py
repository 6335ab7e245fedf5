"""`fastformula catalog`: the names of one's own pod."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from fastformula_server.failure import Failure

if TYPE_CHECKING:
    from fastformula_server.catalogue.reader import BadRow, Row

_SIZE_LIMIT = 512 * 1024 * 1024
"""In bytes; an export of 200,000 rows has some thirty million."""

_SHOWN = 20
"""So many bad rows are told one by one."""

_in_project = click.option(
    "--project",
    "in_project",
    is_flag=True,
    help="The project's own, in `.fastformula` beside its fastformula.toml, or here.",
)


@click.group("catalog")
def command() -> None:
    """Let the checks know the names of your own pod.

    A catalogue lists the database items, global values, contexts, elements,
    balances, value sets, user tables and formulas of a pod. With one, a name that the
    pod does not have is an error; without, a name that looks like a database item is
    taken on trust.

    `catalog sql` prints the query to run on the pod, and `catalog import` reads its
    result. Choose a catalogue with `catalogue = "NAME"` in fastformula.toml.
    """


@command.command("sql")
@click.option(
    "--product",
    type=click.Choice(["fusion", "ebs"]),
    default="fusion",
    show_default=True,
    help="Fusion Cloud HCM, or E-Business Suite HRMS.",
)
def print_query(product: Literal["fusion", "ebs"]) -> None:
    """Print the query that lists the names of a pod.

    To run it in BI Publisher on Fusion:

    1. Open Tools > Reports and Analytics > Browse Catalog. You need a role that may
    make data models, such as BI Publisher Data Model Developer.

    2. New > Data Model. Add a data set of the kind SQL Query with the data source
    ApplicationDB_HCM, and paste the query.

    3. On the tab Data, choose View. When rows come, save them as sample data, and
    save the data model.

    4. New > Report, on that data model. In its list of layouts, allow the output
    format CSV and make it the default. Save the report.

    5. Open the report. It runs, and you can save the file. Where it takes longer than
    your pod allows, schedule it instead.

    6. Run `fastformula catalog import FILE.csv --as NAME`.
    """
    from fastformula_server.catalogue.query import read_query

    click.echo(read_query(product), nl=False)


@command.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--as", "name", help="The catalogue's name; else that of the file.")
@_in_project
def import_file(file: Path, name: str | None, in_project: bool) -> None:
    """Make a catalogue of FILE, the CSV that the query has written.

    The order of its columns does not matter, and columns that are not known are left
    alone. Rows that cannot be used are reported and skipped. A catalogue of the same
    name is replaced, at once and only when all has been read. The exit code is 2 when
    it could not be made.
    """
    from fastformula_server.catalogue.places import is_name
    from fastformula_server.catalogue.reader import HeaderError, read_rows
    from fastformula_server.catalogue.schema import CatalogueError
    from fastformula_server.catalogue.writer import write_catalogue
    from fastformula_server.files import FileError, read_file

    if name is None and not is_name(file.stem):
        raise Failure(
            f"{file}: `{file.stem}` cannot be a catalogue's name; give one with --as"
        )
    path = _path(file.stem if name is None else name, in_project)
    bad: list[BadRow] = []
    try:
        text = read_file(file, _SIZE_LIMIT).text
        good = _sift(read_rows(text), bad)
        counts = write_catalogue(path, _watch(good, text.count("\n")), file.name)
    except HeaderError as error:
        raise Failure(f"{file}: {error}") from error
    except (FileError, CatalogueError) as error:
        raise Failure(str(error)) from error
    finally:
        _report(file, bad)
    skipped = f"; {_counted(len(bad), 'row')} skipped" if bad else ""
    click.echo(f"Imported {path.stem}: {_summary(counts)}{skipped}")
    click.echo(f"It is in {path}")


@command.command("list")
def list_catalogues() -> None:
    """List the catalogues of this project and your own."""
    from fastformula_server.catalogue.places import all_catalogues, find_project
    from fastformula_server.catalogue.schema import CatalogueError
    from fastformula_server.catalogue.store import open_catalogue

    names: set[str] = set()
    for path in all_catalogues(find_project(Path.cwd())):
        hidden = ", hidden by the one above" if path.stem in names else ""
        names.add(path.stem)
        click.echo(f"{path.stem}{hidden}")
        click.echo(f"  {path}")
        try:
            catalogue = open_catalogue(path)
        except CatalogueError as error:
            click.echo(f"  {error}")
            continue
        imported = catalogue.imported.astimezone().strftime("%Y-%m-%d %H:%M")
        click.echo(f"  imported {imported} from {catalogue.source}")
        click.echo(f"  {_summary(catalogue.counts)}")
        catalogue.close()
    if not names:
        click.echo("There are no catalogues yet. `fastformula catalog sql --help` says")
        click.echo("how to make one.")


@command.command("remove")
@click.argument("name")
@_in_project
def remove_catalogue(name: str, in_project: bool) -> None:
    """Remove the catalogue NAME."""
    path = _path(name, in_project)
    try:
        path.unlink()
    except FileNotFoundError:
        raise Failure(f"{path}: there is no such catalogue") from None
    except OSError as error:
        raise Failure(f"{path}: cannot be removed: {error.strerror}") from error
    click.echo(f"Removed {path}")


def _path(name: str, in_project: bool) -> Path:
    from fastformula_server.catalogue.places import catalogue_path, find_project

    try:
        return catalogue_path(name, find_project(Path.cwd()) if in_project else None)
    except ValueError as error:
        raise Failure(
            f"{error}: up to 64 letters of A to Z, digits, `-`, `_` and `.`"
        ) from error


def _sift(rows: Iterable[Row | BadRow], bad: list[BadRow]) -> Iterator[Row]:
    """The good rows; the others are put into `bad`."""
    from fastformula_server.catalogue.reader import BadRow

    for row in rows:
        if isinstance(row, BadRow):
            bad.append(row)
        else:
            yield row


def _watch(rows: Iterable[Row], lines: int) -> Iterator[Row]:
    """The same rows, with a progress bar on a terminal."""
    if not sys.stderr.isatty():
        yield from rows
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Importing", total=lines)
        for count, row in enumerate(rows):
            if count % 1000 == 0:
                progress.update(task, completed=row.line)
            yield row


def _report(file: Path, bad: list[BadRow]) -> None:
    for row in bad[:_SHOWN]:
        click.echo(f"{file}:{row.line}: skipped: {row.message}", err=True)
    if len(bad) > _SHOWN:
        rest = _counted(len(bad) - _SHOWN, "more row")
        click.echo(f"{file}: skipped: {rest}", err=True)


def _summary(counts: Mapping[str, int]) -> str:
    from fastformula_server.catalogue.reader import KINDS

    return ", ".join(_counted(counts[kind], kind) for kind in KINDS if kind in counts)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
