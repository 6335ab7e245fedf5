"""`fastformula-train evaluate`: a model on holes it has not seen."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, cast

import click
from fastformula_models import BackendSettings, open_backend

from fastformula_training.documents import Row

Kind = Literal["embedded", "local", "remote"]


@click.command()
@click.argument("rows", type=click.Path(path_type=Path))
@click.option(
    "--backend",
    type=click.Choice(["embedded", "local", "remote"]),
    default="local",
    show_default=True,
)
@click.option("--base", default="", help="A catalogue id or a folder with a model.")
@click.option("--adapter", default="", help="The folder of an adapter.")
@click.option("--format", "fmt", default="", help="The FIM format of a bare base.")
@click.option("--endpoint", default="", help="The URL of a remote backend.")
@click.option("--model", default="", help="The model's name there.")
@click.option("--device", default="auto", show_default=True)
@click.option(
    "--quantization",
    type=click.Choice(["none", "int8", "nf4"]),
    default="none",
    show_default=True,
)
@click.option("--limit", default=0, help="At most so many holes; 0 is all.")
@click.option("--seed", default=1, show_default=True, help="Draws them.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A folder for report.md, report.json and answers.jsonl.",
)
def evaluate(
    rows: Path,
    backend: str,
    base: str,
    adapter: str,
    fmt: str,
    endpoint: str,
    model: str,
    device: str,
    quantization: str,
    limit: int,
    seed: int,
    out: Path | None,
) -> None:
    """Fill the holes of ROWS, such as data/test.jsonl, and score the answers.

    They go through the pipeline that serves the editor, so what is measured is what
    an author is offered.
    """
    from fastformula_training.evaluate import evaluate as run
    from fastformula_training.evaluate import markdown, write_report

    settings = BackendSettings(
        kind=cast(Kind, backend),
        base=base,
        adapter=adapter,
        format=fmt,
        endpoint=endpoint,
        model=model,
        device=device,
        quantization=cast(Literal["none", "int8", "nf4"], quantization),
    )
    opened = open_backend(settings)
    try:
        report, answers = run(opened, rows, limit, seed, _watch)
    finally:
        opened.close()
    if out is not None:
        write_report(report, answers, out)
    click.echo("\n".join(markdown(report)))


def _watch(rows: Sequence[Row]) -> Iterable[Row]:
    from rich.progress import track

    return track(rows, description="filling holes")
