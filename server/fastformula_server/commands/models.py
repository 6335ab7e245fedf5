"""`fastformula models`: base models and adapters on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click
from fastformula_models.adapters import Adapter, find_adapters
from fastformula_models.backend import BackendError
from fastformula_models.catalog import base_models, base_named

from fastformula_server.adapters import adapter_places
from fastformula_server.catalogue.places import find_project
from fastformula_server.failure import Failure

_yes = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group("models")
def command() -> None:
    """Fetch and remove what the `local` backend runs.

    A base model is fetched from the Hugging Face Hub by `models pull` and by nothing
    else. Adapters are what `fastformula-train` writes: folders in
    `.fastformula/adapters` of a project, or in your own data folder.
    """


@command.command("list")
def list_models() -> None:
    """List the known base models, what of them is here, and the adapters."""
    from fastformula_models.hub import cached_bases

    try:
        cached = cached_bases()
    except BackendError as error:
        cached = {}
        click.echo(str(error), err=True)
    width = max(map(len, base_models()))
    click.echo("Base models")
    for base in base_models().values():
        here = cached.get(base.id)
        state = "not here"
        if here is not None:
            state = shown_size(here.size)
            state += "" if here.complete else ", not whole; pull it again"
        click.echo(f"  {base.id:{width}}  {state}; {base.licence}")
    click.echo("Adapters")
    places = adapter_places(find_project(Path.cwd()))
    for found in find_adapters(places):
        if isinstance(found, Adapter):
            size = shown_size(_size(found.folder))
            click.echo(f"  {found.name}  {size}; on {found.card.base}")
            click.echo(f"    {found.folder}")
        else:
            click.echo(f"  {found.folder.name}  cannot be used: {found.reason}")
    if not find_adapters(places):
        click.echo("  none; they would be found in")
        for place in places:
            click.echo(f"    {place}")


@command.command("pull")
@click.argument("base")
@_yes
def pull(base: str, yes: bool) -> None:
    """Fetch the base model BASE, such as Qwen/Qwen2.5-Coder-1.5B.

    Only safetensors, the tokenizer and the configuration are fetched, at the revision
    that adapters are trained on. You are shown the licence and the size, and asked.
    What was interrupted goes on when you run the command again. The exit code is 2
    when the model cannot be fetched.
    """
    from fastformula_models.hub import cached_folder, fetch, size_to_fetch

    try:
        model = base_named(base)
        folder = cached_folder(model)
        if folder is None:
            size = size_to_fetch(model)
            click.echo(f"{model.id}, revision {model.revision}")
            click.echo(f"Licence: {model.licence}; https://huggingface.co/{model.id}")
            click.echo(f"To fetch: {shown_size(size)}")
            _ask("Do you accept the licence?", yes)
            folder = fetch(model)
    except BackendError as error:
        raise Failure(str(error)) from error
    except KeyboardInterrupt:
        click.echo(
            f"Interrupted. `fastformula models pull {base}` goes on from here.",
            err=True,
        )
        # An ordinary end would wait for gigabytes that threads are fetching.
        os._exit(2)
    click.echo(f"It is in {folder}")


@command.command("remove")
@click.argument("name")
@_yes
def remove(name: str, yes: bool) -> None:
    """Remove the base model or the adapter NAME from this machine.

    Of two adapters of one name, the project's is meant.
    """
    from fastformula_models.hub import cached_bases, remove_base

    try:
        if name in base_models():
            cached = cached_bases().get(name)
            if cached is None:
                raise Failure(f"{name} is not on this machine")
            _ask(f"Remove {name} ({shown_size(cached.size)})?", yes)
            click.echo(f"Removed {name}: {shown_size(remove_base(name))} are free")
            return
        folder = _adapter_named(name)
        _ask(f"Remove {folder} ({shown_size(_size(folder))})?", yes)
        shutil.rmtree(folder)
    except BackendError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        raise Failure(f"{name} cannot be removed: {error.strerror}") from error
    click.echo(f"Removed {folder}")


def shown_size(size: int) -> str:
    """A size in bytes as people say it, in units of a thousand."""
    value = float(size)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def _adapter_named(name: str) -> Path:
    """The folder of an adapter that is listed; whatever else lies there is left."""
    found = find_adapters(adapter_places(find_project(Path.cwd())))
    for each in found:
        if isinstance(each, Adapter) and each.name == name:
            return each.folder
    names = ", ".join(each.name for each in found if isinstance(each, Adapter))
    raise Failure(
        f"{name} is neither a base model nor an adapter; `fastformula models list` "
        f"shows them{': ' + names if names else ''}"
    )


def _ask(question: str, yes: bool) -> None:
    if not yes:
        click.confirm(question, abort=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
