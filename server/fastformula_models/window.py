"""What of a text fits into a prompt, and what is worth knowing besides."""

from collections.abc import Callable, Sequence

STEP = 16
"""In how many tokens at a time the line at the cursor takes room from those above."""

CONTEXT_SHARE = 4
"""A prompt's window has one part in so many for context."""


def window(
    prefix: str,
    suffix: str,
    budget: int,
    count: Callable[[str], int],
    context: str = "",
) -> tuple[str, str]:
    """Cut both sides to `budget` tokens together, as `count` counts them, at line ends.

    The prefix gets three quarters and the suffix one; what a side does not need goes
    to the other. Only a line at the cursor that is too long by itself is cut inside.
    At most a quarter of all goes to the first lines of `context`, which then stand
    before the prefix; those that the prefix has itself are left out.
    """
    if context:
        share = budget // CONTEXT_SHARE
        near, _ = window(prefix, suffix, budget - share, count)
        said = {line.strip() for line in near.splitlines()}
        news = [line for line in context.splitlines() if line.strip() not in said]
        known = _first_lines(news, share, count)
        room = budget - sum(map(count, known))
        head, tail = window(prefix, suffix, room, count)
        return "".join(known) + head, tail
    before = prefix.splitlines(keepends=True)[::-1]
    after = suffix.splitlines(keepends=True)
    costs_before = _costs(before, budget, count)
    costs_after = _costs(after, budget, count)
    share = budget * 3 // 4
    room_before = max(share, budget - sum(costs_after))
    room_after = max(budget - share, budget - sum(costs_before))
    is_cut = sum(costs_before) + sum(costs_after) > budget
    if is_cut and before and not before[0].endswith("\n"):
        # While one types in a line, the lines above it stay for some keys.
        steps = -(-costs_before[0] // STEP)
        costs_before[0] = max(costs_before[0], min(steps * STEP, room_before))
    kept_before = _fitting(costs_before, room_before)
    kept_after = _fitting(costs_after, room_after)
    head = "".join(before[:kept_before][::-1])
    tail = "".join(after[:kept_after])
    if before and not kept_before:
        line = before[0]
        size = _longest(lambda n: count(line[len(line) - n :]) <= room_before, line)
        head = line[len(line) - size :]
    if after and not kept_after:
        rest = after[0]
        tail = rest[: _longest(lambda n: count(rest[:n]) <= room_after, rest)]
    return head, tail


def _first_lines(
    lines: Sequence[str], room: int, count: Callable[[str], int]
) -> list[str]:
    lines = [line + "\n" for line in lines]
    return lines[: _fitting(_costs(lines, room, count), room)]


def _costs(lines: list[str], budget: int, count: Callable[[str], int]) -> list[int]:
    """Count tokens line by line, no further than a little over the budget."""
    costs: list[int] = []
    spent = 0
    for line in lines:
        if spent > budget:
            break
        costs.append(count(line))
        spent += costs[-1]
    return costs


def _fitting(costs: list[int], room: int) -> int:
    """Return how many of the first lines fit."""
    for number, cost in enumerate(costs):
        room -= cost
        if room < 0:
            return number
    return len(costs)


def _longest(fits: Callable[[int], bool], line: str) -> int:
    """Return the most characters of a line that fit."""
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
