"""How alike two texts are: by characters, and by words and signs."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_WORD = re.compile(r"\w+|[^\w\s]")


def levenshtein(first: str, second: str) -> int:
    """The fewest insertions, deletions and substitutions between two texts.

    A column of the table is two integers with a bit for each row: by how much it grows
    and shrinks (Myers 1999, with Hyyrö's simplification of 2001).
    """
    if not first:
        return len(second)
    bits = (1 << len(first)) - 1
    last = 1 << (len(first) - 1)
    places: dict[str, int] = {}
    for place, character in enumerate(first):
        places[character] = places.get(character, 0) | 1 << place
    grows, shrinks, distance = bits, 0, len(first)
    for character in second:
        equal = places.get(character, 0)
        same = (((equal & grows) + grows) ^ grows) | equal | shrinks
        more = shrinks | ~(same | grows) & bits
        less = grows & same
        distance += bool(more & last) - bool(less & last)
        more = (more << 1 | 1) & bits
        less = less << 1 & bits
        grows = less | ~(same | more) & bits
        shrinks = more & same
    return distance


def edit_similarity(first: str, second: str) -> float:
    """1 less the Levenshtein distance over the longer length; 1 for two blanks."""
    longer = max(len(first), len(second))
    return 1 - levenshtein(first, second) / longer if longer else 1.0


def kept_share(offer: str, truth: str) -> float:
    """The share of an offer's characters in words and signs that the truth has too.

    They count where they stand in the same order; blanks do not count.
    """
    said, meant = _WORD.findall(offer), _WORD.findall(truth)
    blocks = SequenceMatcher(None, said, meant, autojunk=False).get_matching_blocks()
    kept = sum(
        len(word) for block in blocks for word in said[block.a : block.a + block.size]
    )
    return kept / max(1, sum(map(len, said)))
