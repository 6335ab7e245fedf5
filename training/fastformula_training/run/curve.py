"""The curves of a run as a picture."""

from __future__ import annotations

import math
from pathlib import Path

from fastformula_training.run.watch import read_log

PANELS = (
    ("nats per token", ("loss", "validation_loss")),
    ("learning rate", ("learning_rate",)),
    ("norm of the gradient", ("gradient_norm",)),
)
"""What each panel's axis is called, and which fields of the log it shows."""


def draw_curves(log: Path, picture: Path) -> None:
    """Draw what a log has of each panel over the steps, as a PNG."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    lines = read_log(log)
    figure, panels = pyplot.subplots(
        len(PANELS), sharex=True, figsize=(7, 8), dpi=120, height_ratios=(2, 1, 1)
    )
    for axes, (label, fields) in zip(panels, PANELS, strict=True):
        for field in fields:
            points = [
                (line["step"], line[field])
                for line in lines
                if field in line and math.isfinite(line[field])
            ]
            if points:
                style = "o-" if field == "validation_loss" else "-"
                name = field.replace("_", " ")
                axes.plot(*zip(*points, strict=True), style, label=name, markersize=3)
        axes.set_ylabel(label)
        axes.grid(alpha=0.3)
        axes.legend()
    panels[-1].set_xlabel("step")
    figure.tight_layout()
    part = picture.with_name(picture.name + ".part")
    figure.savefig(part, format="png")
    pyplot.close(figure)
    part.replace(picture)
