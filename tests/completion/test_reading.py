"""A text read around a cursor from what its parse knows, as if read from its start."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from fastformula import Parsed, parse
from fastformula.syntax import Stack, tokenize
from fastformula_completion.reading import Before, Behind, read_before, read_behind

LOOKED_AT = 600
"""How many of the tokens behind a cursor are compared."""


def states(stack: Stack | None) -> list[int]:
    found: list[int] = []
    while stack is not None:
        found.append(stack.state)
        stack = stack.below
    return found


def plain_before(before: Before) -> list[object]:
    stacks = [states(stack) for stack in before.stacks]
    return [list(before.tokens), stacks, *before[2:]]


def plain_behind(behind: Behind) -> list[object]:
    slots = islice(behind.slots, LOOKED_AT)
    return [[(*slot[:2], states(slot.stack)) for slot in slots], *behind[1:]]


def cursors(texts: list[str], count: int, seed: int) -> Iterator[tuple[Parsed, int]]:
    """In whole formulas and where the rest of a line, or a bracket, was cut out."""
    dice = random.Random(seed)
    for _ in range(count):
        text = dice.choice(texts)
        token = dice.choice(tokenize(text))
        at = dice.choice((token.start, token.end, dice.randint(token.lead, token.end)))
        line_end = text.find("\n", at)
        below = text[line_end if line_end >= 0 else len(text) :]
        match dice.randrange(5):
            case 1:
                text = text[:at] + below
            case 2:
                text = text[:at] + below.replace(")", "", 1)
            case 3:
                text = text[:at] + dice.choice(("(", "IF ", "x = ", "= =")) + text[at:]
            case 4:
                cut = dice.randrange(len(text))
                text = text[:cut] + text[cut + 1 :]
                at = min(at, len(text))
        yield parse(text), at


def compare(texts: list[str], count: int, seed: int) -> tuple[int, int]:
    """How often the two differ, before the cursor and behind it."""
    before_differs = behind_differs = 0
    for parsed, at in cursors(texts, count, seed):
        # Nothing that is known of a text in another language is made use of.
        unknown = replace(parsed, is_foreign=True)
        before = read_before(parsed.text, at, parsed)
        slow = read_before(parsed.text, at, unknown)
        if plain_before(before) != plain_before(slow):
            before_differs += 1
            continue
        behind = plain_behind(read_behind(parsed, at, before))
        behind_differs += behind != plain_behind(read_behind(unknown, at, slow))
    return before_differs, behind_differs


def test_a_parse_is_made_use_of_without_a_difference(
    own_formulas: dict[str, str],
) -> None:
    assert compare(list(own_formulas.values()), 400, 1) == (0, 0)


def test_a_parse_of_published_formulas_is_made_use_of(corpus: dict[str, str]) -> None:
    texts = [text for text in corpus.values() if len(text) < 8_000]
    assert compare(texts, 200, 2) == (0, 0)
