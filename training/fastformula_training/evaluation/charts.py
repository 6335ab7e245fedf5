"""Charts as SVG that stands in a page and takes its colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import log10

from fastformula_training.evaluation.intervals import Estimate

WIDTH = 720
"""Of a chart, in pixels of its own; a page scales it."""

LEFT, RIGHT, LINE, BAR = 220, 60, 18, 11

LONGEST_LABEL = 36
"""Characters that fit left of the bars."""

COLOURS = 8
"""How many colours the page has; models beyond share them."""

Bars = Mapping[str, Mapping[str, Estimate | None]]
"""By the label of a group and the name of a bar in it."""


def bars(groups: Bars, title: str) -> str:
    """Shares as bars with their intervals, a group for each label."""
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    parts: list[str] = []
    top = 20.0
    for label, group in groups.items():
        middle = top + len(group) * LINE / 2 + 3
        if len(label) > LONGEST_LABEL:
            label = f"{label[: LONGEST_LABEL - 1]}…"
        parts.append(_text(LEFT - 8, middle, label, "end"))
        for name, estimate in group.items():
            parts += _bar(top, estimate, names.index(name), name)
            top += LINE
        top += 8
    ticks = [
        _tick(_x(share), top, f"{100 * share:.0f} %")
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    return _svg(top + 20, title, (*ticks, *parts)) + legend(names)


def _bar(
    top: float, estimate: Estimate | None, colour: int, name: str
) -> Iterator[str]:
    if estimate is None:
        yield _text(LEFT + 4, top + BAR, "-", "start")
        return
    right = _x(estimate.value)
    yield (
        f'<rect class="c{colour % COLOURS}" x="{LEFT}" y="{top:.1f}" '
        f'width="{max(0.5, right - LEFT):.1f}" height="{BAR}">'
        f"<title>{escape(name)}: {100 * estimate.value:.1f} %</title></rect>"
    )
    if estimate.low is not None and estimate.high is not None:
        middle = top + BAR / 2
        yield (
            f'<path class="whisker" d="M{_x(estimate.low):.1f} {middle:.1f}'
            f'H{_x(estimate.high):.1f}"/>'
        )
        right = max(right, _x(estimate.high))
    yield _text(right + 5, top + BAR - 1, f"{100 * estimate.value:.0f}", "start")


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, share))


def times(milliseconds: Mapping[str, Sequence[float]], title: str) -> str:
    """The share of answers that came within a time, on a scale of powers of ten."""
    values = [max(0.1, each) for those in milliseconds.values() for each in those]
    low, high = log10(min(values)), log10(max(values)) + 0.01
    bottom = 220.0

    def x(value: float) -> float:
        return _x((log10(max(0.1, value)) - low) / (high - low))

    parts = []
    for step in range(-1, 7):
        for digit in (1, 3):
            value = digit * 10.0**step
            if low <= log10(value) <= high:
                parts.append(_tick(x(value), bottom, f"{value:g} ms"))
    for share in (0.25, 0.5, 0.75, 1):
        y = bottom - 200 * share
        parts.append(_text(LEFT - 8, y + 4, f"{100 * share:.0f} %", "end"))
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
    for number, those in enumerate(milliseconds.values()):
        ordered = sorted(those)
        points = "".join(
            f"H{x(each):.1f}V{bottom - 200 * (n + 1) / len(ordered):.1f}"
            for n, each in enumerate(ordered)
        )
        parts.append(
            f'<path class="line c{number % COLOURS}" d="M{LEFT} {bottom}{points}'
            f'H{WIDTH - RIGHT}"/>'
        )
    return _svg(bottom + 20, title, parts) + legend(list(milliseconds))


def legend(names: Sequence[str]) -> str:
    """Which colour is whose, where there is more than one."""
    if len(names) < 2:
        return ""
    items = "".join(
        f'<span class="key"><i class="b{number % COLOURS}"></i>{escape(name)}</span>'
        for number, name in enumerate(names)
    )
    return f'<p class="legend">{items}</p>'


def _tick(x: float, bottom: float, label: str) -> str:
    line = f'<path class="grid" d="M{x:.1f} 14V{bottom:.1f}"/>'
    return line + _text(x, bottom + 14, label, "middle")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {place}>{escape(text)}</text>"


def _svg(height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
