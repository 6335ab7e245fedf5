"""`fastformula-train plan`: what a run needs and takes, before it starts."""

import json
import logging
import math
import warnings
from typing import Any

import click

from fastformula_training.commands.init import split_recipe
from fastformula_training.config import RunConfig, load_config
from fastformula_training.recipes import recipe_file


@click.command()
@click.argument("settings", nargs=-1, metavar="[RECIPE] [KEY=VALUE]...")
@click.option("--gpu", default="", help="A card such as rtx4080 or h100, or cpu.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def plan(settings: tuple[str, ...], gpu: str, as_json: bool) -> None:
    """Say what a run needs and how long it takes, on this computer or a named card.

    Nothing is fetched and no weights are read. The exit status is 1 where the run
    does not fit; then the settings are named with which it would.
    """
    # What these libraries say meanwhile is for their developers.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    from fastformula_training.planning import gpus
    from fastformula_training.planning.plan import make_plan, refusal

    recipe, overrides = split_recipe(settings)
    config = load_config(RunConfig, recipe_file(recipe), overrides)
    device = gpus.gpu_named(gpu) if gpu else gpus.this_device(config.device == "cpu")
    planned = make_plan(config, device)
    if as_json:
        click.echo(json.dumps(_values(planned), indent=2))
    else:
        click.echo("\n".join(_lines(planned)))
    if not planned.fits:
        raise click.ClickException(refusal(planned, config))


def _lines(plan: Any) -> list[str]:
    from fastformula_training.planning.gpus import GIB

    memory, gpu, sizes = plan.memory, plan.gpu, plan.memory.sizes
    lines = [
        f"{plan.base} on {gpu.name} in {plan.precision}"
        + (f" ({gpu.note})" if gpu.note else ""),
        f"parameters: {sizes.parameters:,}, trained: {sizes.trainable:,} "
        f"({100 * sizes.trainable / sizes.parameters:.3f} %)",
        "",
        f"{'memory':56} GiB",
    ]
    lines += [
        f"  {part.name:50} {part.bytes / GIB:7.2f}"
        for part in memory.parts
        if part.bytes
    ]
    lines += [
        f"  {'together':50} {memory.total / GIB:7.2f}",
        f"  {'there are':50} {gpu.memory / GIB:7.2f}",
        "",
        f"a step: {plan.tokens:,.0f} tokens of {plan.work.model / 1e9:,.1f} GFLOP "
        f"({plan.work.done / 1e9:,.1f} with what is computed twice)",
    ]
    if math.isnan(plan.step_seconds):
        lines.append(
            "This card's rate in this precision is not known, so no time can be told."
        )
        return lines
    mfu = plan.share.value * plan.work.model / plan.work.done
    lines += [
        f"{plan.share.value:.0%} of {gpu.tflops:,.3g} TFLOP/s in use, that is "
        f"{mfu:.0%} MFU ({plan.share.source})",
        f"time: {plan.step_seconds:,.3g} s a step, "
        f"{plan.tokens / plan.step_seconds:,.0f} tokens/s",
    ]
    if plan.steps:
        lines.append(
            f"about {plan.steps:,} steps: {duration(plan.steps * plan.step_seconds)}"
        )
    else:
        lines.append(
            "No data is prepared yet: the steps are not known, and half of all tokens "
            "are taken to have a loss."
        )
    return lines


def duration(seconds: float) -> str:
    """Seconds as one would say them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _values(plan: Any) -> dict[str, Any]:
    step = plan.step_seconds
    return {
        "base": plan.base,
        "gpu": plan.gpu.name,
        "precision": plan.precision,
        "parameters": plan.memory.sizes.parameters,
        "trainable": plan.memory.sizes.trainable,
        "memory": {part.name: part.bytes for part in plan.memory.parts},
        "memory_total": plan.memory.total,
        "memory_there": plan.gpu.memory,
        "fits": plan.fits,
        "tokens_per_step": plan.tokens,
        "flop_per_token": plan.work.model,
        "flop_per_token_done": plan.work.done,
        "share_of_rate": plan.share.value,
        "share_source": plan.share.source,
        "step_seconds": None if math.isnan(step) else step,
        "steps": plan.steps or None,
        "seconds": None if math.isnan(step) or not plan.steps else plan.steps * step,
        "would_fit_with": [
            {"settings": list(change.settings), "memory_total": change.bytes}
            for change in plan.changes
        ],
    }
