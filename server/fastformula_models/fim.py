"""How a hole is written for a model: the only place where prompts are made.

Training, evaluation and serving all call this module, so a model is asked in the
very tokens it was taught. The formats themselves are the table of `formats`.

Sentinels are placed by id, never by text, and the user's text is cut wherever it
spells a control token, so that a formula cannot close its own prompt. Tokenizers
are always called with `add_special_tokens=False`: transformers 5 drops
`add_bos_token` where a tokenizer.json exists, so the BOS is ours to place.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from fastformula_models.backend import BackendError, Request
from fastformula_models.formats import FORMATS as FORMATS
from fastformula_models.formats import FimFormat as FimFormat
from fastformula_models.formats import format_named as format_named
from fastformula_models.window import window as window

IGNORED = -100
"""The label of a token whose loss does not count (torch's `ignore_index`)."""

WINDOW_TOKENS = 1024
"""The budget of a prompt's window where no adapter's card says otherwise."""

HOLE = "\u25ae"
"""How a cursor is shown to people."""

_SPACE_MARK = "\u2581"  # SentencePiece's visible space
_ANCHOR = "\u263a"  # what Code Llama's own code encodes before a text, and drops


class Tokenizer(Protocol):
    """The part of a transformers tokenizer that prompts need."""

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """Return the ids of a text."""

    def decode(
        self,
        token_ids: list[int],
        *,
        skip_special_tokens: bool,
        clean_up_tokenization_spaces: bool,
    ) -> str:
        """Return the text of ids."""

    def get_added_vocab(self) -> dict[str, int]:
        """Return the ids of the tokens that are matched whole, sentinels among them."""


class GrowingTokenizer(Tokenizer, Protocol):
    """A tokenizer that takes new tokens, as those of transformers do."""

    def add_tokens(self, new_tokens: list[str], special_tokens: bool) -> int:
        """Append tokens to the vocabulary; return how many were new."""


@dataclass(frozen=True, slots=True)
class Sentinel:
    """A control token in a rendered prompt, by its entry in the vocabulary."""

    token: str

    @property
    def text(self) -> str:
        """How the token is written in a prompt that is sent as text."""
        if self.token.startswith(_SPACE_MARK):
            return " " + self.token[1:]
        return self.token


def render(fmt: FimFormat, prefix: str, suffix: str) -> tuple[Sentinel | str, ...]:
    """Write a hole as sentinels and texts, up to where the middle goes on.

    With the prefix first, the line at the cursor stands behind the sentinel of the
    middle, as its beginning: while an author types in it, all before stays as it was,
    and so does the model's cache of it. The other orders end with the prefix anyway.
    """
    head = (Sentinel(fmt.bos),) if fmt.bos else ()
    after = (Sentinel(fmt.suffix), suffix)
    middle = Sentinel(fmt.middle)
    if fmt.order == "psm":
        line = prefix.rfind("\n") + 1
        before = fmt.before_prefix + prefix[:line]
        return (*head, Sentinel(fmt.prefix), before, *after, middle, prefix[line:])
    if fmt.order == "spm":
        # The middle goes on where the prefix ends, as text does.
        before = fmt.before_prefix + prefix
        return (*head, Sentinel(fmt.prefix), *after, middle, before)
    return (*head, f"{suffix}\n\n{prefix}")


def render_text(fmt: FimFormat, prefix: str, suffix: str) -> str:
    """Write a hole as one text, for an endpoint that has the tokenizer itself.

    The BOS is left to the endpoint, which puts one before every prompt where its
    model has one. A sentinel that the formula itself spells gets a space behind its
    first character: ids are out of reach here, so this is the one place where the
    model is shown something other than the text, and only for such a formula.
    """
    lookalike = _lookalikes(Sentinel(token).text for token in fmt.tokens)
    parts = render(fmt, prefix, suffix)
    return "".join(
        " ".join(_cut(lookalike, part)) if isinstance(part, str) else part.text
        for part in parts
        if part != Sentinel(fmt.bos)
    )


def encode_text(tokenizer: Tokenizer, fmt: FimFormat, text: str) -> list[int]:
    """Encode a user's text; no id of a control token can come out of it."""
    controls = _controls(tokenizer, fmt)
    forbidden = set(controls.values())
    ids: list[int] = []
    for piece in _cut(_lookalikes(controls), text):
        found = _encode(tokenizer, fmt, piece)
        if forbidden.isdisjoint(found):
            ids += found
            continue
        # A normalizer made a control token of something else; one character alone
        # never is one.
        for character in piece:
            ids += _encode(tokenizer, fmt, character)
    return ids


def encode_prompt(
    tokenizer: Tokenizer, fmt: FimFormat, prefix: str, suffix: str
) -> list[int]:
    """Return the ids of the prompt for a hole, BOS and sentinels placed by id.

    Raises BackendError when the tokenizer lacks a token of the format.
    """
    ids: list[int] = []
    for part in render(fmt, prefix, suffix):
        if isinstance(part, Sentinel):
            ids.append(token_id(tokenizer, fmt, part.token))
        else:
            ids += encode_text(tokenizer, fmt, part)
    return ids


def encode_row(
    tokenizer: Tokenizer,
    fmt: FimFormat,
    prefix: str,
    middle: str,
    suffix: str,
    *,
    weigh_all: bool = False,
) -> tuple[list[int], list[int]]:
    """Return the ids and labels of a training row: prompt, middle and its end.

    The labels of the prompt are IGNORED unless `weigh_all`. The end is always
    labelled, for a model that never sees it never learns to stop.
    """
    prompt = encode_prompt(tokenizer, fmt, prefix, suffix)
    answer = encode_text(tokenizer, fmt, middle)
    answer.append(token_id(tokenizer, fmt, fmt.end))
    labels = list(prompt) if weigh_all else [IGNORED] * len(prompt)
    return prompt + answer, labels + answer


def decode(tokenizer: Tokenizer, fmt: FimFormat, ids: Sequence[int]) -> str:
    """Return the text of generated ids, without control tokens.

    These go by id, because some tokenizers do not mark them as special; letters that
    are added tokens are put in as they are, because a byte-level decoder makes
    U+FFFD of them.
    """
    added = tokenizer.get_added_vocab()
    dropped = set(_controls(tokenizer, fmt).values())
    letters = {added[letter]: letter for letter in fmt.letters if letter in added}
    text = ""
    run: list[int] = []
    for token in ids:
        if token in letters:
            text += _decode(tokenizer, fmt, run) + letters[token]
            run = []
        elif token not in dropped:
            run.append(token)
    return text + _decode(tokenizer, fmt, run)


def token_id(tokenizer: Tokenizer, fmt: FimFormat, token: str) -> int:
    """Return the id of a token of the format; BackendError when there is none."""
    added = tokenizer.get_added_vocab()
    if token not in added:
        fitting = [
            row.name
            for row in FORMATS.values()
            if row.middle and added.keys() >= set(row.tokens)
        ]
        advice = f"; it fits {', '.join(fitting)}" if fitting else ""
        raise BackendError(
            f"The tokenizer has no token {token}, which the prompt format "
            f"{fmt.name} needs{advice}."
        )
    return added[token]


def add_sentinels(tokenizer: GrowingTokenizer, fmt: FimFormat) -> list[int]:
    """Give a base without FIM tokens those of its format; return the new ids.

    The ids are the same on every machine, because the tokens are appended in the
    format's order. Formats that the base was trained with add nothing.
    """
    if not fmt.added:
        return []
    known = tokenizer.get_added_vocab()
    new = [token for token in fmt.tokens if token not in known]
    tokenizer.add_tokens(new, special_tokens=True)
    return [token_id(tokenizer, fmt, token) for token in new]


def stop_ids(tokenizer: Tokenizer, fmt: FimFormat) -> list[int]:
    """Return the ids that end a middle: its end, and any other control token."""
    end = token_id(tokenizer, fmt, fmt.end)
    added = tokenizer.get_added_vocab()
    others = {added[token] for token in fmt.tokens if token in added} - {end}
    return [end, *sorted(others)]


_SAMPLES = (
    "DEFAULT FOR l_rate IS 0\r\n  IF (hours  >  10.5) THEN\n\tl_pay = hours * 2",
    "  /* f\u00fcr \u00c1rea, na\u00efve, \u00f5\u00f7\u00fd\u00c0\u00ff\u00f8"
    "\u00fa\u00fe\u00f9\u00f6\u00fb */",
    " l_text = 'caf\u00e9 \u2013 \u20ac 5'\n\n\n# \u65e5\u672c\u8a9e \U0001f642 ",
)


def assert_round_trip(tokenizer: Tokenizer, fmt: FimFormat) -> None:
    """Raise BackendError unless text survives the tokenizer and the tokens exist.

    Some releases of transformers load a byte-level tokenizer that is labelled
    LlamaTokenizerFast with another pre-tokenizer, which silently drops every space.
    """
    for token in fmt.tokens:
        if token not in fmt.stops:
            token_id(tokenizer, fmt, token)
    for sample in _SAMPLES:
        back = decode(tokenizer, fmt, encode_text(tokenizer, fmt, sample))
        if back != sample:
            raise BackendError(
                "The tokenizer does not give text back as it was: "
                f"{sample!r} comes back as {back!r}. It was loaded wrongly or does not "
                "belong to the model."
            )


def cut_window(
    fmt: FimFormat | None,
    request: Request,
    budget: int,
    count: Callable[[str], int],
    *,
    with_context: bool,
) -> tuple[str, str]:
    """Cut the two texts of a request's prompt, and tell it how they will be shown.

    Without a format the two are written by others, with a hole between them.
    """
    context = request.context() if with_context else ""
    head, tail = window(request.prefix, request.suffix, budget, count, context)
    request.shown(render_text(fmt, head, tail) if fmt else f"{head}{HOLE}{tail}")
    return head, tail


def _controls(tokenizer: Tokenizer, fmt: FimFormat) -> dict[str, int]:
    """Return the added tokens that are not text: neither letters, words nor blanks."""
    return {
        token: number
        for token, number in tokenizer.get_added_vocab().items()
        if token in fmt.tokens
        or (
            len(token) > 1
            and not re.fullmatch(r"\w+", token)
            and token.strip(" \t\r\n" + _SPACE_MARK)
        )
    }


def _lookalikes(tokens: Iterable[str]) -> re.Pattern[str]:
    """Match the empty place before each spelling of a token, overlapping ones too."""
    nothing = "(?!)"
    return re.compile(f"(?={'|'.join(map(re.escape, tokens)) or nothing})")


def _cut(lookalike: re.Pattern[str], text: str) -> list[str]:
    """Cut a text behind the first character of each look-alike."""
    cuts = [0, *(found.start() + 1 for found in lookalike.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(cuts)]


def _encode(tokenizer: Tokenizer, fmt: FimFormat, text: str) -> list[int]:
    """Encode a piece without the space that some tokenizers put before it."""
    if not text:
        return []
    if not fmt.implicit_space:
        return tokenizer.encode(text, add_special_tokens=False)
    anchor = tokenizer.encode(_ANCHOR, add_special_tokens=False)
    return tokenizer.encode(_ANCHOR + text, add_special_tokens=False)[len(anchor) :]


def _decode(tokenizer: Tokenizer, fmt: FimFormat, ids: list[int]) -> str:
    """Decode ids without losing the space that some tokenizers strip."""
    if not fmt.implicit_space:
        return tokenizer.decode(
            ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
    anchor = tokenizer.encode(_ANCHOR, add_special_tokens=False)
    text = tokenizer.decode(
        anchor + ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
    )
    return text[len(_ANCHOR) :]
