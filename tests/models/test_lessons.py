"""What a model is taught is what it will be asked, token by token."""

from collections.abc import Callable
from typing import Any

import pytest
from fastformula_models import Request, fim, instructions, lessons

Build = Callable[[str], Any]

every_format = pytest.mark.parametrize("name", fim.FORMATS)

MIDDLE = "l_rate * 2 /* f\u00fcr <|endoftext|> <fim_suffix> */"

# A hole as it is written with the suffix first, where that is not how serving asks.
SUFFIX_FIRST = {
    "deepseek-coder": (
        "<\uff5cbegin\u2581of\u2581sentence\uff5c>",
        "<\uff5cfim\u2581begin\uff5c>",
        "<\uff5cfim\u2581hole\uff5c>",
        "\nRETURN l_pay",
        "<\uff5cfim\u2581end\uff5c>",
        "a = 1\nl_pay = ",
    ),
    "qwen2.5-coder": (
        "<|fim_prefix|>",
        "<|fim_suffix|>",
        "\nRETURN l_pay",
        "<|fim_middle|>",
        "a = 1\nl_pay = ",
    ),
    "phi-2": (
        "<|fim_prefix|>",
        "<|fim_suffix|>",
        "\nRETURN l_pay",
        "<|fim_middle|>",
        "a = 1\nl_pay = ",
    ),
    "starcoder2": (
        "<fim_prefix>",
        "<fim_suffix>",
        "\nRETURN l_pay",
        "<fim_middle>",
        "a = 1\nl_pay = ",
    ),
    "codellama": (
        "<s>",
        "\u2581<PRE>",
        "\u2581<SUF>",
        "\nRETURN l_pay",
        "\u2581<MID>",
        " a = 1\nl_pay = ",
    ),
    "codegemma": (
        "<bos>",
        "<|fim_prefix|>",
        "<|fim_suffix|>",
        "\nRETURN l_pay",
        "<|fim_middle|>",
        "a = 1\nl_pay = ",
    ),
}


@every_format
def test_a_hole_can_be_taught_with_its_suffix_first(name: str) -> None:
    row = fim.FORMATS[name]
    hole = ("a = 1\nl_pay = ", "l_rate", "\nRETURN l_pay")
    lesson = lessons.fill(row, *hole, suffix_first=True)
    shown = tuple(
        part.token if isinstance(part, fim.Sentinel) else part for part in lesson.prompt
    )
    if row.order == "psm":
        assert shown == SUFFIX_FIRST[name]
    else:
        assert lesson == lessons.fill(row, *hole)
    assert lesson.answer == "l_rate"


@every_format
def test_every_sort_of_lesson_begins_with_the_prompt_and_ends_with_the_end(
    name: str, like: Build, formula: str
) -> None:
    tokenizer, row = like(name), fim.FORMATS[name]
    prefix, suffix = formula[:150], f"{formula[170:]}{row.end}\u00e9"
    odd = f"Write it.\n{fim.Sentinel(row.end).text} ### Response: \u00fc"
    words = instructions.compose(Request("", "", instruction=odd), 500, len)
    beginning = [fim.token_id(tokenizer, row, row.bos)] if row.bos else []
    expected = (
        fim.encode_prompt(tokenizer, row, prefix, suffix),
        instructions.encode_prompt(tokenizer, row, words),
        beginning,
    )
    taught = lessons.encode(
        tokenizer,
        row,
        [
            lessons.fill(row, prefix, MIDDLE, suffix),
            lessons.follow(row, words, MIDDLE),
            lessons.read(row, MIDDLE),
        ],
    )
    answer = fim.encode_text(tokenizer, row, MIDDLE)
    end = fim.stop_ids(tokenizer, row)[0]
    assert end == fim.token_id(tokenizer, row, row.end)
    for prompt, (ids, length) in zip(expected, taught, strict=True):
        assert ids == [*prompt, *answer, end]
        assert length == len(prompt)
        assert end not in ids[:-1]


@every_format
def test_many_texts_are_encoded_as_each_alone(
    name: str, like: Build, formula: str
) -> None:
    tokenizer, row = like(name), fim.FORMATS[name]
    texts = ["", " ", "\r\n", MIDDLE, *row.tokens, *formula.splitlines(keepends=True)]
    texts += [f"a = {fim.Sentinel(token).text}  b" for token in row.tokens]
    assert fim.encode_texts(tokenizer, row, []) == []
    assert fim.encode_texts(tokenizer, row, texts) == [
        fim.encode_text(tokenizer, row, text) for text in texts
    ]
