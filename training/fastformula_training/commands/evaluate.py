"""`fastformula-train evaluate`: models on formulas they have not seen, side by side."""

import logging
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, get_args

import click
from fastformula_models import BackendSettings, use_one_thread
from fastformula_models.sampling import PRESETS

Quantization = Literal["none", "int8", "nf4"]


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--model",
    "models",
    multiple=True,
    help="embedded, remote, remote:NAME, an id of the catalogue, or a folder.",
)
@click.option("--adapter", "adapters", multiple=True, help="The folder of an adapter.")
@click.option(
    "--suite",
    "suites",
    multiple=True,
    default=("holes",),
    show_default=True,
    help="holes, instructions, typing or silence.",
)
@click.option("--limit", default=0, help="At most so many rows a suite; 0 is all.")
@click.option("--seed", default=1, show_default=True, help="Draws them.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs/evaluation"),
    show_default=True,
    help="The folder of the answers and the report.",
)
@click.option("--endpoint", default="", help="For remote: the API's address.")
@click.option("--format", "fmt", default="", help="The FIM format of a bare base.")
@click.option("--device", default="auto", show_default=True)
@click.option(
    "--quantization",
    type=click.Choice(get_args(Quantization)),
    default="none",
    show_default=True,
)
@click.option(
    "--sampling",
    type=click.Choice(tuple(PRESETS)),
    default="deterministic",
    show_default=True,
)
@click.option("--temperature", type=float, help="In place of the preset's.")
@click.option("--top-p", type=float, help="In place of the preset's.")
@click.option("--repetition-penalty", type=float, help="In place of the preset's.")
@click.option("--max-tokens", type=click.IntRange(min=1), help="Of an offer.")
@click.option(
    "--repairs",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="How often a model that writes from words is asked again.",
)
@click.option(
    "--at-once",
    type=click.IntRange(min=0),
    default=0,
    help="Rows a model is asked for together; 0 is 8 on a GPU and 1 elsewhere.",
)
def evaluate(
    data: Path,
    models: tuple[str, ...],
    adapters: tuple[str, ...],
    suites: tuple[str, ...],
    limit: int,
    seed: int,
    out: Path,
    endpoint: str,
    fmt: str,
    device: str,
    quantization: Quantization,
    sampling: str,
    at_once: int,
    repairs: int,
    **single: Any,
) -> None:
    """Ask models for the rows of DATA and compare their answers with the truth.

    DATA is a folder that `prepare` made, of which test.jsonl is taken, or a file like
    it. --model, --adapter and --suite may be given several times; each model and each
    adapter is a column of the report, and the first is what the others are compared
    with. All goes through the pipeline that serves the editor, so what is measured is
    what an author is offered.

    A run that ended goes on with the same command. Where a remote model is may stand
    in FASTFORMULA_COMPLETION_ENDPOINT, its name and prompt format in
    FASTFORMULA_COMPLETION_MODEL and FASTFORMULA_COMPLETION_FORMAT.
    """
    # Before numpy is loaded.
    use_one_thread()
    # What it says of kernels that it does without is for its developers.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    from fastformula_completion import Sampling

    from fastformula_training.evaluation.evaluate import evaluate as run
    from fastformula_training.evaluation.page import write_report
    from fastformula_training.evaluation.subjects import find_subjects
    from fastformula_training.evaluation.suites import Asking

    shared = BackendSettings(
        "local",
        endpoint=endpoint,
        format=fmt,
        device=device,
        quantization=quantization,
    )
    given = {name: value for name, value in single.items() if value is not None}
    chosen = Sampling(**PRESETS[sampling]._asdict() | given)
    try:
        evaluation = run(
            find_subjects(models, adapters, shared, os.environ),
            suites,
            data,
            out,
            Asking(chosen, repairs),
            limit=limit,
            seed=seed,
            at_once=at_once,
            watch=_watch,
        )
    except KeyboardInterrupt:
        click.echo(f"Stopped. {out} keeps the answers, and the same command goes on.")
        sys.exit(130)
    click.echo(write_report(evaluation, out), nl=False)
    click.echo(f"\nThe report is {out / 'report.html'}.")


def _watch(steps: Iterator[str], total: int) -> Iterable[str]:
    """Show what is asked, how far that is, and for how long it will go on."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as progress:
        task = progress.add_task("loading", total=total)
        for step in steps:
            progress.update(task, advance=1, description=step)
            yield step
