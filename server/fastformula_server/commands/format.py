"""`fastformula format`: formulas in one layout."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from fastformula_server.failure import Failure


@click.command("format")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Only say which files would be changed.")
@click.option("--diff", is_flag=True, help="Only show what would be changed.")
@click.option("--stdin", is_flag=True, help="Format what comes in to what goes out.")
@click.option("--no-config", is_flag=True, help="Read no fastformula.toml.")
def command(
    paths: tuple[Path, ...], check: bool, diff: bool, stdin: bool, no_config: bool
) -> None:
    """Write formulas in one layout, without changing what they say.

    PATHS are files, whatever their names, or folders, where files that end in .ff
    and .fff are looked for. Statements with syntax errors stay as they are. The exit
    code is 0 when all went well, 1 when --check or --diff found something to change,
    and 2 when a file could not be read, written or formatted, or fastformula.toml is
    not as it should be.
    """
    if stdin == bool(paths):
        raise click.UsageError("name files and folders, or else --stdin")
    if check and diff:
        raise click.UsageError("--check and --diff do not go together")
    if stdin:
        if check or diff:
            raise click.UsageError("--check and --diff need files")
        _format_stream(uses_project=not no_config)
        return
    failures: list[str] = []

    def fail(failure: object) -> None:
        failures.append(str(failure))
        click.echo(f"Error: {failure}", err=True)

    from fastformula_server.chosen import choose_files, list_problems
    from fastformula_server.console import counted, show_diff, watch
    from fastformula_server.rewriting import Wishes, find_project, format_files

    wishes = Wishes(uses_project=not no_config, writes=not (check or diff))
    look = partial(find_project, wishes=wishes)
    files = choose_files(paths, look, fail)
    for problem in list_problems(files, look, lambda project: project.file.problems):
        fail(problem)
    changed = same = broken = 0
    for each in watch(format_files(files, wishes), "Formatting", len(files)):
        if each.failure:
            fail(each.failure)
            continue
        broken += each.is_broken
        if each.text == each.before:
            same += 1
            continue
        changed += 1
        if diff:
            show_diff(each.path, each.before, each.text)
        elif check:
            click.echo(f"{each.path} would be formatted")
    said = "would be formatted" if check or diff else "formatted"
    parts = [f"{counted(changed, 'file')} {said}, {same} already in shape"]
    if broken:
        parts.append(f"{broken} with syntax errors, which stay as they are")
    click.echo("; ".join(parts), err=check or diff)
    would = changed and (check or diff)
    sys.exit(2 if failures else 1 if would else 0)


def _format_stream(*, uses_project: bool) -> None:
    """Format standard input as a file in the current folder would be."""
    from fastformula.formatter import format_text
    from fastformula.syntax import parse

    from fastformula_server.files import decode
    from fastformula_server.rewriting import Wishes, find_style

    try:
        text, encoding, mark = decode(sys.stdin.buffer.read())
    except ValueError as error:
        raise Failure(f"what comes in {error}") from error
    style = find_style(Path(), Wishes(uses_project, writes=False))
    formatted = format_text(parse(text), style)
    # Whoever pipes a formula through it wants it back, whatever happens.
    data = mark + formatted.text.encode(encoding)
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
    if formatted.refusal:
        raise Failure(formatted.refusal)
