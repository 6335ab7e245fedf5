"""Words of payroll that become one token each, where a recipe asks for it.

New tokens take spare rows of the embedding, which begin as the mean of the pieces that
the word was written in before, and are trained with the adapter. `training/README.md`
says what was measured, and why there are none by default.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from fastformula_training.error import TrainingError

PRESETS = {
    "overview": (
        "DEFAULT FOR",
        "IF",
        "THEN",
        "ELSE",
        "RETURN",
        "HOURS_WORKED",
        "PAY_RATE",
        "OVERTIME_PAY",
        "BASE_SALARY",
        "BONUS_AMOUNT",
        "TAX_RATE",
        "### START",
        "### END",
        "FORMULA_BEGIN",
        "FORMULA_END",
    ),
}
"""Lists of words by name. `overview` is control flow, common variables and markers."""

WORD = re.compile(r"(?:#+ )?\w+(?: \w+)*", re.ASCII)
"""What can be a token: text that no prompt format takes for a control token."""

Pieces = dict[int, list[int]]
"""The ids that a word was written in, by the id of its new token."""


def find_words(names: Sequence[str]) -> tuple[str, ...]:
    """The words of a recipe's list, presets spelled out; raises TrainingError."""
    words = [word for name in names for word in PRESETS.get(name, (name,))]
    for word in words:
        if not WORD.fullmatch(word):
            raise TrainingError(
                f"{word!r} in `domain_tokens` cannot be one token: use words of ASCII "
                f"letters, digits and underscores, or {', '.join(PRESETS)}."
            )
    return tuple(dict.fromkeys(words))


def add_words(tokenizer: Any, words: Sequence[str]) -> Pieces:
    """Give a tokenizer the words; what each new token was written in before.

    Words that are one token already stay what they are. A new token is found only
    where no letter, digit or underscore touches it.
    """
    from tokenizers import AddedToken

    written = {word: tokenizer.encode(word, add_special_tokens=False) for word in words}
    new = {word: pieces for word, pieces in written.items() if len(pieces) > 1}
    tokenizer.add_tokens(
        [AddedToken(word, single_word=True, normalized=False) for word in new]
    )
    added = tokenizer.get_added_vocab()
    return {added[word]: pieces for word, pieces in new.items()}


def begin_rows(model: Any, pieces: Pieces) -> None:
    """Set the rows of new tokens to the mean of their pieces' rows.

    Where the output head has rows of its own, they are set too, as these tokens are
    written and not only read. Raises TrainingError for a head with a bias, of which
    peft would lose the bias.
    """
    import torch

    if not pieces:
        return
    head = model.get_output_embeddings()
    if getattr(head, "bias", None) is not None:
        raise TrainingError(
            "`domain_tokens` cannot be used with this base: its output head has a "
            "bias, which peft cannot train tokens beside."
        )
    layers = [model.get_input_embeddings(), head]
    with torch.no_grad():
        # A shared matrix is one tensor: setting it twice sets the same.
        for weight in {id(layer.weight): layer.weight for layer in layers}.values():
            means = [weight[ids].float().mean(dim=0) for ids in pieces.values()]
            weight[list(pieces)] = torch.stack(means).to(weight)
