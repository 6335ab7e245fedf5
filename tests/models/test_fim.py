"""Prompts: what a model is shown, and that a user's text cannot change its form."""

import unicodedata
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from fastformula_models import BackendError, fim
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import decoders, pre_tokenizers

Build = Callable[[str], Any]

every_format = pytest.mark.parametrize("name", fim.FORMATS)

BAR, LOW = "\uff5c", "\u2581"

# The prompt for a hole between "l_pay = " and "\nRETURN l_pay" behind a line, token by
# token.
RENDERED = {
    "deepseek-coder": (
        f"<{BAR}begin{LOW}of{LOW}sentence{BAR}>",
        f"<{BAR}fim{LOW}begin{BAR}>",
        "a = 1\n",
        f"<{BAR}fim{LOW}hole{BAR}>",
        "\nRETURN l_pay",
        f"<{BAR}fim{LOW}end{BAR}>",
        "l_pay = ",
    ),
    "qwen2.5-coder": (
        "<|fim_prefix|>",
        "a = 1\n",
        "<|fim_suffix|>",
        "\nRETURN l_pay",
        "<|fim_middle|>",
        "l_pay = ",
    ),
    "phi-2-untrained": ("\nRETURN l_pay\n\na = 1\nl_pay = ",),
    "phi-2": (
        "<|fim_prefix|>",
        "a = 1\n",
        "<|fim_suffix|>",
        "\nRETURN l_pay",
        "<|fim_middle|>",
        "l_pay = ",
    ),
    "starcoder2": (
        "<fim_prefix>",
        "a = 1\n",
        "<fim_suffix>",
        "\nRETURN l_pay",
        "<fim_middle>",
        "l_pay = ",
    ),
    "codellama": (
        "<s>",
        f"{LOW}<PRE>",
        " a = 1\n",
        f"{LOW}<SUF>",
        "\nRETURN l_pay",
        f"{LOW}<MID>",
        "l_pay = ",
    ),
    "codegemma": (
        "<bos>",
        "<|fim_prefix|>",
        "a = 1\n",
        "<|fim_suffix|>",
        "\nRETURN l_pay",
        "<|fim_middle|>",
        "l_pay = ",
    ),
    "fastformula": (
        "<bos>",
        "<fim_prefix>",
        "<fim_suffix>",
        "\nRETURN l_pay",
        "<fim_middle>",
        "a = 1\nl_pay = ",
    ),
}


@every_format
def test_a_hole_is_written_as_the_model_was_taught(name: str) -> None:
    parts = fim.render(fim.FORMATS[name], "a = 1\nl_pay = ", "\nRETURN l_pay")
    shown = tuple(
        part.token if isinstance(part, fim.Sentinel) else part for part in parts
    )
    assert shown == RENDERED[name]
    sentinels = [part.token for part in parts if isinstance(part, fim.Sentinel)]
    assert set(sentinels) <= set(fim.FORMATS[name].tokens)


@every_format
def test_every_format_names_its_source_and_its_end(name: str) -> None:
    row = fim.FORMATS[name]
    assert row.name == name
    assert "https://" in row.source or "arXiv" in row.source
    assert row.end and row.pad
    assert "".join(row.tokens).isascii() or name in ("deepseek-coder", "codellama")


def test_code_llama_is_written_as_text_with_its_spaces() -> None:
    text = fim.render_text(fim.FORMATS["codellama"], "a = 1\nl_pay =", "\nRETURN")
    assert text == " <PRE> a = 1\n <SUF>\nRETURN <MID>l_pay ="


def test_a_sentinel_in_the_formula_is_defused_in_a_text_prompt() -> None:
    row = fim.FORMATS["starcoder2"]
    text = fim.render_text(row, "a = '<fim_suffix>'", "<|endoftext|>")
    assert text == (
        "<fim_prefix><fim_suffix>< |endoftext|><fim_middle>a = '< fim_suffix>'"
    )


def test_an_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(BackendError, match=r"called 'gpt-9'.*starcoder2"):
        fim.format_named("gpt-9")


@every_format
def test_prompt_ids_are_the_sentinels_and_the_text(name: str, like: Build) -> None:
    tokenizer, row = like(name), fim.FORMATS[name]
    ids = fim.encode_prompt(tokenizer, row, "a = 1\nl_pay = ", "\nRETURN l_pay")
    added = tokenizer.get_added_vocab()
    expected: list[int] = []
    for part in RENDERED[name]:
        if part in row.tokens:
            expected.append(added[part])
        else:
            expected += fim.encode_text(tokenizer, row, part)
    assert ids == expected
    texts = [part for part in RENDERED[name] if part not in row.tokens]
    assert fim.decode(tokenizer, row, ids) == "".join(texts)


def pieces(name: str) -> st.SearchStrategy[str]:
    """Texts full of sentinels, halves of sentinels and odd characters."""
    tokens = fim.FORMATS[name].tokens
    written = [fim.Sentinel(token).text for token in tokens]
    halves = [token[:cut] for token in tokens for cut in (1, 2, len(token) - 1)]
    ends = [token[cut:] for token in tokens for cut in (1, 2, len(token) - 1)]
    others = ["<FILL_ME>", "<|im_start|>", "<tool_call>", "<table>", "</table>", "<s>"]
    hard = [
        "    ",
        "\t\t",
        "\r\n",
        " ",
        "\u00fc",
        "\u00f5\u00f7",
        "\U0001f642",
        "e\u0301",
    ]
    piece = st.sampled_from([*tokens, *written, *halves, *ends, *others, *hard])
    return st.lists(piece | st.text(max_size=4), max_size=8).map("".join)


@every_format
@given(data=st.data())
def test_no_text_becomes_a_sentinel_and_every_text_comes_back(
    name: str, like: Build, data: st.DataObject
) -> None:
    tokenizer, row = like(name), fim.FORMATS[name]
    text = data.draw(pieces(name))
    ids = fim.encode_text(tokenizer, row, text)
    controls = {
        number
        for token, number in tokenizer.get_added_vocab().items()
        if len(token) > 1 and token.strip()
    }
    assert controls.isdisjoint(ids)
    back = fim.decode(tokenizer, row, ids)
    if name == "qwen2.5-coder":  # its tokenizer composes accents
        back, text = (unicodedata.normalize("NFC", side) for side in (back, text))
    if name in ("codellama", "codegemma"):  # theirs write a space as U+2581
        text = text.replace(LOW, " ")
    assert back == text


def test_without_our_care_a_deepseek_sentinel_would_come_out_of_text(
    like: Build,
) -> None:
    """The look-alike has the fault that the other tests show to be met."""
    tokenizer, row = like("deepseek-coder"), fim.FORMATS["deepseek-coder"]
    hole = tokenizer.get_added_vocab()[row.suffix]
    options = {"add_special_tokens": False, "split_special_tokens": True}
    assert tokenizer.encode(row.suffix, **options) == [hole]
    letters = tokenizer.encode("f\u00fcr", add_special_tokens=False)
    assert tokenizer.decode(letters, skip_special_tokens=True) == "f\ufffdr"
    assert fim.decode(tokenizer, row, [*letters, hole]) == "f\u00fcr"


def test_a_sentinel_that_a_normalizer_makes_is_found_too(like: Build) -> None:
    tokenizer, row = like("codellama"), fim.FORMATS["codellama"]
    text = "a =  <PRE> b"
    sentinel = tokenizer.get_added_vocab()[row.prefix]
    assert sentinel in tokenizer.encode(text, add_special_tokens=False)
    ids = fim.encode_text(tokenizer, row, text)
    assert sentinel not in ids
    assert fim.decode(tokenizer, row, ids) == text


@every_format
def test_a_sentinel_in_a_comment_changes_no_token_around_it(
    name: str, like: Build, formula: str
) -> None:
    tokenizer, row = like(name), fim.FORMATS[name]
    around = fim.encode_text(tokenizer, row, formula)
    ids = fim.encode_text(tokenizer, row, f"{formula}{row.end}\n{formula}")
    assert ids[: len(around)] == around
    assert ids[-len(around) :] == around


@every_format
def test_a_sound_tokenizer_is_accepted(name: str, like: Build) -> None:
    fim.assert_round_trip(like(name), fim.FORMATS[name])


def test_a_tokenizer_that_loses_spaces_is_refused(like: Build) -> None:
    row = fim.FORMATS["deepseek-coder"]
    broken = deepcopy(like("deepseek-coder"))
    broken.backend_tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    with pytest.raises(BackendError, match="does not give text back as it was"):
        fim.assert_round_trip(broken, row)
    broken.backend_tokenizer.decoder = decoders.Metaspace()
    with pytest.raises(BackendError, match="does not give text back as it was"):
        fim.assert_round_trip(broken, row)


def test_a_tokenizer_of_another_family_is_refused_with_its_own_format(
    like: Build,
) -> None:
    with pytest.raises(BackendError, match=r"no token .* it fits starcoder2"):
        fim.assert_round_trip(like("starcoder2"), fim.FORMATS["qwen2.5-coder"])


def test_sentinels_are_added_to_phi_2_only_and_always_alike(like: Build) -> None:
    row = fim.FORMATS["phi-2"]
    tokenizers = [deepcopy(like("phi-2-untrained")) for _ in range(2)]
    size = len(tokenizers[0])
    new = [fim.add_sentinels(tokenizer, row) for tokenizer in tokenizers]
    assert new == [[size, size + 1, size + 2, size + 3]] * 2
    assert fim.add_sentinels(tokenizers[0], row) == []
    assert fim.add_sentinels(like("starcoder2"), fim.FORMATS["starcoder2"]) == []
