"""`fastformula-train export`: a trained model as other engines want it."""

from pathlib import Path
from typing import Literal

import click


@click.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--to",
    "engine",
    type=click.Choice(["embedded", "vllm", "gguf"]),
    default="embedded",
    show_default=True,
    help="What is to run it.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The folder to write, or the .gguf file.",
)
@click.option(
    "--storage",
    type=click.Choice(["int8", "float16"]),
    default="int8",
    show_default=True,
    help="For embedded: how weights are kept on disk.",
)
@click.option(
    "--type",
    "kind",
    type=click.Choice(["f32", "f16", "bf16", "q8_0"]),
    default="f16",
    show_default=True,
    help="For gguf: the numbers of the weights.",
)
@click.option(
    "--converter",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="For gguf: llama.cpp's convert_hf_to_gguf.py.",
)
@click.option("--base", default="", help="Where an adapter's base is.")
@click.option("--download", is_flag=True, help="The base may be fetched.")
def export(
    model: Path,
    engine: Literal["embedded", "vllm", "gguf"],
    out: Path,
    storage: Literal["int8", "float16"],
    kind: Literal["f32", "f16", "bf16", "q8_0"],
    converter: Path | None,
    base: str,
    download: bool,
) -> None:
    """Write MODEL for another engine: a model, or an adapter, which is merged first.

    `embedded` takes a small Llama that `train` made; `gguf` is for llama.cpp and
    Ollama, and done by llama.cpp's own script.
    """
    if engine == "embedded":
        from fastformula_training.run.export import export as to_embedded

        size = to_embedded(model, out, storage)
        click.echo(f"{out / 'model.safetensors'} has {size / 1e6:.1f} MB.")
        return
    from fastformula_training.run import engines

    if engine == "gguf":
        size = engines.export_gguf(model, out, kind, converter, base, download)
        click.echo(f"{out} has {size / 1e6:.1f} MB.")
        return
    folder = engines.export_vllm(model, out, base, download)
    click.echo(f"The folder is {folder}; serve it with `vllm serve {folder}`.")
