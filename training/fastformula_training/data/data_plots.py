"""The pictures of a data card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MOST_BARS = 15
"""Sources in a picture; the rest are one bar."""


def draw_plots(
    folder: Path,
    *,
    lengths: Sequence[int],
    middles: Mapping[int, int],
    card: Mapping[str, Any],
    likenesses: Sequence[float],
) -> None:
    """Draw lengths, kinds, sources and duplicates as PNG files.

    `lengths` are the formulas' in tokens, `middles` says how many holes have so many
    characters, `likenesses` are the Jaccard indices of what repeats another.
    """
    from matplotlib.figure import Figure

    def save(figure: Any, name: str) -> None:
        # Without a version in it, so that the same data give the same bytes.
        figure.savefig(folder / name, format="png", metadata={"Software": None})

    figure = Figure(figsize=(9, 3.5), dpi=100, layout="tight")
    left, right = figure.subplots(1, 2)
    left.hist(lengths, bins=30)
    left.set_xlabel("tokens of a formula")
    left.set_ylabel("formulas")
    right.hist(list(middles), bins=30, weights=list(middles.values()))
    right.set_xlabel("characters of a hole's middle")
    right.set_ylabel("holes")
    save(figure, "lengths.png")

    figure = Figure(figsize=(9, 3.5), dpi=100, layout="tight")
    axes = figure.subplots()
    names = sorted({kind for counts in card["kinds"].values() for kind in counts})
    done = [0] * len(names)
    for part, counts in card["kinds"].items():
        heights = [counts.get(name, 0) for name in names]
        axes.bar(names, heights, bottom=done, label=part)
        done = [low + high for low, high in zip(done, heights, strict=True)]
    axes.tick_params(axis="x", rotation=30)
    axes.set_ylabel("rows")
    axes.legend()
    save(figure, "kinds.png")

    figure = Figure(figsize=(9, 4), dpi=100, layout="tight")
    left, right = figure.subplots(1, 2)
    kept = {name: counts["kept"] for name, counts in card["sources"].items()}
    _draw_bars(left, kept, "source")
    _draw_bars(right, card["licences"], "licence")
    save(figure, "sources.png")

    figure = Figure(figsize=(6, 3.5), dpi=100, layout="tight")
    axes = figure.subplots()
    axes.hist(likenesses, bins=20, range=(0.5, 1.0))
    axes.set_xlabel("Jaccard index to the formula that is repeated")
    axes.set_ylabel("formulas left out")
    save(figure, "duplicates.png")


def _draw_bars(axes: Any, counts: Mapping[str, int], title: str) -> None:
    """The largest counts as bars, the rest as one."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    shown = dict(ordered[:MOST_BARS])
    if rest := sum(count for _, count in ordered[MOST_BARS:]):
        shown[f"{len(ordered) - MOST_BARS} more"] = rest
    # A dollar sign would begin a formula of another kind.
    labels = [name[:30].replace("$", r"\$") for name in shown]
    axes.barh(range(len(shown)), list(shown.values()), tick_label=labels)
    axes.invert_yaxis()
    axes.set_xlabel("formulas")
    axes.set_title(title)
