"""How freely a model may choose its words: three presets, and what they are made of."""

from typing import NamedTuple


class Sampling(NamedTuple):
    """The fields of a request that say how its tokens are chosen; see `Request`."""

    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0


PRESETS = {
    # The likeliest token each time: the same text for the same formula.
    "deterministic": Sampling(),
    "balanced": Sampling(temperature=0.6, top_p=0.9),
    # Code has to repeat its names, so the penalty is at the low end of what is usual.
    "creative": Sampling(temperature=0.9, top_p=0.95, repetition_penalty=1.1),
}
"""From what is safe to what is inventive."""
