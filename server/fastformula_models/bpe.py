"""The small model's tokenizer: byte-level BPE in plain Python.

Reads the tokenizer.json that the `tokenizers` library wrote when the model was
trained and gives the same ids, without that library. Text is always text here: a
special token that somebody spells in a comment is encoded letter by letter.
"""

import json
import re
from itertools import pairwise
from pathlib import Path

from fastformula_models.backend import BackendError


def _byte_letters() -> dict[int, str]:
    """The printable letter that stands for each byte (GPT-2's table)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = (byte for byte in range(256) if byte not in set(plain))
    letters = {byte: chr(byte) for byte in plain}
    letters.update((byte, chr(256 + place)) for place, byte in enumerate(others))
    return letters


LETTER_OF_BYTE = _byte_letters()
BYTE_OF_LETTER = {letter: byte for byte, letter in LETTER_OF_BYTE.items()}

_MOST_KNOWN = 20_000
"""How many words are remembered with their tokens."""


class BpeTokenizer:
    """Text to ids and back; the methods are those that `fim` asks of a tokenizer."""

    def __init__(self, path: Path) -> None:
        """Read a tokenizer.json; raises BackendError for one of another kind."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BackendError(f"Cannot read the tokenizer {path}: {error}.") from error
        self._pieces = _pieces(data, path)
        self._vocabulary: dict[str, int] = data["model"]["vocab"]
        self._tokens = {number: token for token, number in self._vocabulary.items()}
        self._ranks = {
            tuple(pair.split(" ")) if isinstance(pair, str) else tuple(pair): rank
            for rank, pair in enumerate(data["model"]["merges"])
        }
        self._added: dict[str, int] = {
            token["content"]: token["id"] for token in data["added_tokens"]
        }
        self._tokens.update((number, token) for token, number in self._added.items())
        self._known: dict[str, list[int]] = {}

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        """The ids of a text. There are no special tokens to add."""
        del add_special_tokens
        ids: list[int] = []
        for piece in self._pieces.findall(text):
            found = self._known.get(piece)
            if found is None:
                if len(self._known) >= _MOST_KNOWN:
                    self._known.clear()
                found = self._known[piece] = self._merge(piece)
            ids += found
        return ids

    def decode(
        self,
        token_ids: list[int],
        *,
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool = False,
    ) -> str:
        """The text of ids; bytes that are no UTF-8 become U+FFFD."""
        del clean_up_tokenization_spaces
        text = bytearray()
        special = set(self._added.values())
        for number in token_ids:
            token = self._tokens[number]
            if number in special:
                text += b"" if skip_special_tokens else token.encode()
            else:
                text += bytes(BYTE_OF_LETTER[letter] for letter in token)
        return text.decode("utf-8", errors="replace")

    def last_piece(self, text: str) -> str:
        """The end of a text that more text could make another token of."""
        pieces: list[str] = self._pieces.findall(text)
        return pieces[-1] if pieces else ""

    def bytes_of_tokens(self) -> list[bytes]:
        """What each id adds to a text; nothing for special tokens."""
        added = set(self._added.values())
        return [
            b""
            if number in added
            else bytes(BYTE_OF_LETTER[letter] for letter in self._tokens[number])
            for number in range(len(self._tokens))
        ]

    def get_added_vocab(self) -> dict[str, int]:
        """The ids of the special tokens."""
        return dict(self._added)

    def _merge(self, piece: str) -> list[int]:
        """Join the bytes of a piece, always the pair that was learnt first."""
        # JSON may bring half a surrogate pair, which no model has ever seen.
        parts = [LETTER_OF_BYTE[byte] for byte in piece.encode(errors="replace")]
        never = len(self._ranks)
        while len(parts) > 1:
            ranks = [self._ranks.get(pair, never) for pair in pairwise(parts)]
            best = min(ranks)
            if best == never:
                break
            joined: list[str] = []
            place = 0
            while place < len(parts):
                if place < len(ranks) and ranks[place] == best:
                    joined.append(parts[place] + parts[place + 1])
                    place += 2
                else:
                    joined.append(parts[place])
                    place += 1
            parts = joined
        return [self._vocabulary[part] for part in parts]


def _pieces(data: dict[str, object], path: Path) -> re.Pattern[str]:
    """The pattern that cuts text before BPE; raises BackendError where there is none.

    Only what `fastformula-train init` writes is read: a split by a pattern whose
    classes name their characters, so Python's engine reads it as the library's does.
    """
    try:
        split, level = data["pre_tokenizer"]["pretokenizers"]  # type: ignore[index]
        known = (
            data["model"]["type"] == "BPE"  # type: ignore[index]
            and data["normalizer"] is None
            and (split["type"], level["type"]) == ("Split", "ByteLevel")
            and split["behavior"] == "Isolated"
            and not split["invert"]
            and not level["use_regex"]
            and not level["add_prefix_space"]
        )
        pattern = re.compile(split["pattern"]["Regex"])
    except (KeyError, TypeError, ValueError, re.error):
        known = False
    if not known:
        raise BackendError(
            f"The tokenizer {path} is not of the kind that `fastformula-train init` "
            "makes; load the model with the `local` backend."
        )
    return pattern
