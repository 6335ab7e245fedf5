"""The end of a run: its best checkpoint becomes an adapter, or a model, with a card.

Only files are copied, so it costs no memory, and a run that was killed here does it
again.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from fastformula_models.card import Card, save_card

from fastformula_training.run.run_folder import write_settings

WEIGHTS = (
    "adapter_config.json",
    "config.json",
    "generation_config.json",
    "*.safetensors",
    "*.safetensors.index.json",
)
"""What of a checkpoint belongs to the model; the rest is the optimiser's."""


def finish(
    checkpoint: Path,
    folder: Path,
    tokenizer: Any,
    card: Card,
    settings: dict[str, Any],
    losses: dict[str, float],
) -> None:
    """Write weights, tokenizer and cards; `folder` is complete or as it was."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for pattern in WEIGHTS:
        for path in checkpoint.glob(pattern):
            shutil.copyfile(path, part / path.name)
    tokenizer.save_pretrained(part)
    write_settings(settings, part)
    save_card(card, part)
    text = readme(folder.name, card, settings, losses)
    (part / "README.md").write_text(text, encoding="utf-8", newline="\n")
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)


def readme(
    kind: str, card: Card, settings: dict[str, Any], losses: dict[str, float]
) -> str:
    """The card for people, with the fields that model hubs read at its top."""
    config = settings["config"]
    lines = [
        "---",
        f"base_model: {card.base}",
        f"library_name: {'peft' if kind == 'adapter' else 'transformers'}",
        "pipeline_tag: text-generation",
        "tags: [fastformula, fill-in-the-middle]",
        "---",
        "",
        f"# {kind.capitalize()} for Oracle FastFormula",
        "",
        f"Fills holes in formulas, on {card.base}"
        + (f" at revision {card.revision}" if card.revision else "")
        + f", in the prompt format `{card.format}` with a window of {card.budget} "
        "tokens. `fastformula.json` says the same to the language server: set "
        "`completion.backend` to `local` and `completion.adapter` to this folder.",
        "",
        "| | |",
        "| --- | --- |",
        *(f"| {name} | {loss:.4f} |" for name, loss in losses.items()),
        f"| data (SHA-256) | `{card.data_hash}` |",
        f"| made by | {card.created_by} |",
        *(
            f"| {package} | {number} |"
            for package, number in settings["versions"].items()
        ),
        *(f"| `{key}` | `{value}` |" for key, value in config.items()),
        "",
    ]
    return "\n".join(lines)
