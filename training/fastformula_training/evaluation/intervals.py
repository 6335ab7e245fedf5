"""How sure a mean is: intervals at 95 %, with what belongs together kept together.

Holes of one formula, and formulas of one family, are alike, so what is drawn again and
again is whole families (the cluster bootstrap). A share of holes that are all alone in
their family has Wilson's interval, and so has one of 0 or 100 %, of which a bootstrap
would be sure whatever the number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

DRAWS = 2000
"""How often families are drawn."""

Z = 1.959964
"""Standard deviations to either side that hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `count` answers, and where it lies at 95 %.

    Both ends are None where all answers are of one family.
    """

    value: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Values of some answers, what each weighs, and the family it belongs to."""

    values: Sequence[float]
    weights: Sequence[float]
    families: Sequence[str]


def mean(sample: Sample) -> Estimate:
    """The weighted mean; the sample must not be empty."""
    sums, weights = _by_family(sample)
    value = float(sums.sum() / weights.sum())
    count, families = len(sample.values), len(sums)
    is_share = set(sample.values) <= {0.0, 1.0} and len(set(sample.weights)) == 1
    if is_share and (families == count or value in (0, 1)) and families > 1:
        return Estimate(value, *wilson(value, families), count)
    if families == 1:
        return Estimate(value, None, None, count)
    drawn = _draws(families)
    return Estimate(value, *_middle(drawn @ sums / (drawn @ weights)), count)


def difference(first: Sample, second: Sample) -> Estimate:
    """The mean of the second less that of the first, for the same answers in order.

    Both means are taken of the same families in each draw.
    """
    sums, weights = _by_family(first)
    other_sums, other_weights = _by_family(second)
    value = float(other_sums.sum() / other_weights.sum() - sums.sum() / weights.sum())
    count = len(first.values)
    # Of models that never differ nothing is known but that; no draw would differ.
    if len(sums) == 1 or first.values == second.values:
        return Estimate(value, None, None, count)
    drawn = _draws(len(sums))
    means = drawn @ sums / (drawn @ weights)
    others = drawn @ other_sums / (drawn @ other_weights)
    return Estimate(value, *_middle(others - means), count)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's interval at 95 % for a share of `count` independent cases."""
    spread = Z * Z / count
    centre = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    low, high = ((centre + sign * half) / (1 + spread) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def _by_family(sample: Sample) -> tuple[Any, Any]:
    """Sums of values times weights, and of weights, of each family."""
    places = {family: n for n, family in enumerate(dict.fromkeys(sample.families))}
    which = [places[family] for family in sample.families]
    weights = np.asarray(sample.weights, float)
    values = np.asarray(sample.values, float) * weights
    return np.bincount(which, values), np.bincount(which, weights)


@lru_cache(maxsize=16)
def _draws(families: int) -> Any:
    """How often each family is drawn, in `DRAWS` rows; the same in every run."""
    rng = np.random.default_rng(families)
    shares = np.full(families, 1 / families)
    return rng.multinomial(families, shares, DRAWS).astype(float)


def _middle(values: Any) -> tuple[float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
