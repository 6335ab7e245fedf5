"""What a model is taught: the prompt that serving would write, and the answer to it."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from fastformula_models import fim, instructions


class Lesson(NamedTuple):
    """A prompt and what should follow it; the format's end follows the answer."""

    prompt: fim.Parts
    answer: str


class Taught(NamedTuple):
    """A lesson as tokens."""

    ids: list[int]
    """Those of the prompt, of the answer, and the one that ends it."""
    prompt: int
    """How many belong to the prompt."""


def fill(
    fmt: fim.FimFormat,
    prefix: str,
    middle: str,
    suffix: str,
    *,
    suffix_first: bool = False,
) -> Lesson:
    """Teach a hole, as serving asks for one or with the suffix first."""
    return Lesson(fim.render(fmt, prefix, suffix, suffix_first=suffix_first), middle)


def read(fmt: fim.FimFormat, text: str) -> Lesson:
    """Teach a text from left to right: all of it is the answer."""
    return Lesson(fim.beginning(fmt), text)


def follow(fmt: fim.FimFormat, words: str, answer: str) -> Lesson:
    """Teach an instruction, whose words are those that `instructions.compose` gives."""
    return Lesson(instructions.parts(fmt, words), answer)


def encode(
    tokenizer: fim.BatchTokenizer, fmt: fim.FimFormat, lessons: Sequence[Lesson]
) -> list[Taught]:
    """Write lessons as tokens, all texts in one call of the tokenizer.

    The prompts are those of `encode_prompt`, and an answer always has its end, for a
    model that never sees one never learns to stop. Raises BackendError when the
    tokenizer lacks a token of the format.
    """
    number = cache(lambda token: fim.token_id(tokenizer, fmt, token))
    texts = [
        part
        for lesson in lessons
        for part in (*lesson.prompt, lesson.answer)
        if isinstance(part, str)
    ]
    found = iter(fim.encode_texts(tokenizer, fmt, texts))
    taught = []
    for lesson in lessons:
        prompt: list[int] = []
        for part in lesson.prompt:
            if isinstance(part, str):
                prompt += next(found)
            else:
                prompt.append(number(part.token))
        ids = [*prompt, *next(found), number(fmt.end)]
        taught.append(Taught(ids, len(prompt)))
    return taught
