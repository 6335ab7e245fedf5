"""How a hole is written for a model: the only place where prompts are made.

Training, evaluation and serving all call this module, so a model is asked in the
very tokens it was taught. The formats themselves are the table of `formats`.

Sentinels are placed by id, never by text, and the user's text is cut wherever it
spells a control token, so that a formula cannot close its own prompt. Tokenizers
are always called with `add_special_tokens=False`: transformers 5 drops
`add_bos_token` where a tokenizer.json exists, so the BOS is ours to place.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from fastformula_models.backend import BackendError, Request
from fastformula_models.formats import FORMATS as FORMATS
from fastformula_models.formats import FimFormat as FimFormat
from fastformula_models.formats import format_named as format_named
from fastformula_models.window import window as window

WINDOW_TOKENS = 1024
"""The budget of a prompt's window where no adapter's card says otherwise."""

HOLE = "\u25ae"
"""How a cursor is shown to people."""

_WORDS = re.compile(r"(?:#+ )?\w+(?: \w+)*")  # added tokens that are text
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


class BatchTokenizer(Tokenizer, Protocol):
    """A tokenizer that takes many texts at once, as those of transformers do."""

    def __call__(
        self, text: list[str], *, add_special_tokens: bool, return_attention_mask: bool
    ) -> Mapping[str, list[list[int]]]:
        """Return the ids of each text under "input_ids"."""


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


Parts = tuple[Sentinel | str, ...]
"""A prompt: control tokens and the texts between them."""


def beginning(fmt: FimFormat) -> Parts:
    """Return what stands before every prompt and text of a model."""
    return (Sentinel(fmt.bos),) if fmt.bos else ()


def render(
    fmt: FimFormat, prefix: str, suffix: str, *, suffix_first: bool = False
) -> Parts:
    """Write a hole as sentinels and texts, up to where the middle goes on.

    With the prefix first, the line at the cursor stands behind the sentinel of the
    middle, as its beginning: while an author types in it, all before stays as it was,
    and so does the model's cache of it. The other orders end with the prefix anyway.
    Serving asks in the format's order; `suffix_first` is for rows of training only.
    """
    after = (Sentinel(fmt.suffix), suffix)
    middle = Sentinel(fmt.middle)
    if fmt.order == "text":
        return (*beginning(fmt), f"{suffix}\n\n{prefix}")
    head = (*beginning(fmt), Sentinel(fmt.prefix))
    if fmt.order == "spm" or suffix_first:
        # The middle goes on where the prefix ends, as text does.
        return (*head, *after, middle, fmt.before_prefix + prefix)
    line = prefix.rfind("\n") + 1
    before = fmt.before_prefix + prefix[:line]
    return (*head, before, *after, middle, prefix[line:])


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
    return _encode(
        tokenizer,
        fmt,
        [text],
        lambda pieces: [
            tokenizer.encode(piece, add_special_tokens=False) for piece in pieces
        ],
    )[0]


def encode_texts(
    tokenizer: BatchTokenizer, fmt: FimFormat, texts: Sequence[str]
) -> list[list[int]]:
    """Encode users' texts to what `encode_text` makes of each, on all cores."""

    def encode(pieces: list[str]) -> list[list[int]]:
        if not pieces:  # transformers cannot encode nothing
            return []
        return tokenizer(pieces, add_special_tokens=False, return_attention_mask=False)[
            "input_ids"
        ]

    return _encode(tokenizer, fmt, texts, encode)


def encode_prompt(
    tokenizer: Tokenizer, fmt: FimFormat, prefix: str, suffix: str
) -> list[int]:
    """Return the ids of the prompt for a hole, BOS and sentinels placed by id.

    Raises BackendError when the tokenizer lacks a token of the format.
    """
    return encode_parts(tokenizer, fmt, render(fmt, prefix, suffix))


def encode_parts(tokenizer: Tokenizer, fmt: FimFormat, parts: Parts) -> list[int]:
    """Return the ids of a prompt; raises as `encode_prompt`."""
    ids: list[int] = []
    for part in parts:
        if isinstance(part, Sentinel):
            ids.append(token_id(tokenizer, fmt, part.token))
        else:
            ids += encode_text(tokenizer, fmt, part)
    return ids


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
            and not _WORDS.fullmatch(token)
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


def _encode(
    tokenizer: Tokenizer,
    fmt: FimFormat,
    texts: Sequence[str],
    encode: Callable[[list[str]], list[list[int]]],
) -> list[list[int]]:
    """Encode texts by `encode`, around all that spells or becomes a control token."""
    controls = _controls(tokenizer, fmt)
    forbidden = set(controls.values())
    lookalike = _lookalikes(controls)
    cut = [_cut(lookalike, text) for text in texts]
    found = _encode_pieces(fmt, [piece for pieces in cut for piece in pieces], encode)
    encoded: list[list[int]] = []
    place = 0
    for pieces in cut:
        ids: list[int] = []
        for piece in pieces:
            if forbidden.isdisjoint(found[place]):
                ids += found[place]
            else:
                # A normalizer made a control token of something else; one character
                # alone never is one.
                for each in _encode_pieces(fmt, list(piece), encode):
                    ids += each
            place += 1
        encoded.append(ids)
    return encoded


def _encode_pieces(
    fmt: FimFormat,
    pieces: list[str],
    encode: Callable[[list[str]], list[list[int]]],
) -> list[list[int]]:
    """Encode pieces without the space that some tokenizers put before them."""
    if not fmt.implicit_space:
        return encode(pieces)
    (anchor,) = encode([_ANCHOR])
    return [ids[len(anchor) :] for ids in encode([_ANCHOR + piece for piece in pieces])]


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
