"""The plain Python tokenizer gives what the tokenizers library gives."""

import json
import random
from pathlib import Path

import pytest
from fastformula_models.backend import BackendError
from fastformula_models.bpe import BpeTokenizer
from fastformula_models.embedded import WEIGHTS
from tokenizers import Tokenizer

ALPHABET = (
    "abcXYZ_019 \t\r\n.,()='\"|<>*/+-#[]"
    "\u00e9\u00df\u0130\u00a0\u2013\u20ac\u2028\u65e5\u672c\u0663\u00b2\U0001f642\ufeff"
)
TEXTS = (
    "",
    " ",
    "\n\n   \n\tIF l_x > 10 THEN\r\n(\r\n  l_y = 0001/01/01 00:00:00\n)",
    "DEFAULT FOR PER_ASG_FTE_VALUE IS 0\nINPUTS ARE IV_START_DATE (date)",
    "/* f\u00fcr \u00c1rea, caf\u00e9 \u2013 \u20ac 5, \u65e5\u672c \U0001f642 */",
    "__ _a a_ a__b 12345 1 22 333 4444 55555x6",
    "l_log = ESS_LOG_WRITE('a''b' || TO_CHAR(l_n))   \n   ",
)
SPECIAL = ("<pad>", "<bos>", "<eos>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>")


@pytest.fixture(scope="module")
def ours() -> BpeTokenizer:
    return BpeTokenizer(WEIGHTS / "tokenizer.json")


@pytest.fixture(scope="module")
def library() -> Tokenizer:
    return Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))


@pytest.mark.parametrize("text", TEXTS)
def test_ids_are_those_of_the_library(
    text: str, ours: BpeTokenizer, library: Tokenizer
) -> None:
    ids = library.encode(text, add_special_tokens=False).ids
    assert ours.encode(text) == ids
    assert ours.decode(ids) == text


def test_random_text_is_read_as_the_library_reads_it(
    ours: BpeTokenizer, library: Tokenizer
) -> None:
    rng = random.Random(4)
    for _ in range(400):
        text = "".join(rng.choices(ALPHABET, k=rng.randint(1, 60)))
        ids = library.encode(text, add_special_tokens=False).ids
        assert ours.encode(text) == ids, repr(text)
        assert ours.decode(ids) == text


def test_a_cut_letter_decodes_as_in_the_library(
    ours: BpeTokenizer, library: Tokenizer
) -> None:
    ids = ours.encode("\U0001f642\u20ac")
    for end in range(1, len(ids)):
        part = ids[:end]
        assert ours.decode(part) == library.decode(part, skip_special_tokens=False)


@pytest.mark.parametrize("token", SPECIAL)
def test_text_never_becomes_a_special_token(token: str, ours: BpeTokenizer) -> None:
    ids = ours.encode(f"/* {token} */")
    assert not set(ids) & set(ours.get_added_vocab().values())
    assert ours.decode(ids) == f"/* {token} */"


def test_special_tokens_are_known_by_id(ours: BpeTokenizer) -> None:
    assert list(ours.get_added_vocab()) == list(SPECIAL)
    ids = [ours.get_added_vocab()["<eos>"], *ours.encode("x")]
    assert ours.decode(ids) == "<eos>x"
    assert ours.decode(ids, skip_special_tokens=True) == "x"


@pytest.mark.parametrize(
    "change",
    [
        {"pre_tokenizer": {"type": "Whitespace"}},
        {"normalizer": {"type": "NFC"}},
        {"model": {"type": "WordPiece"}},
    ],
)
def test_another_kind_of_tokenizer_is_refused(
    change: dict[str, object], tmp_path: Path
) -> None:
    data = json.loads((WEIGHTS / "tokenizer.json").read_text(encoding="utf-8"))
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(data | change), encoding="utf-8")
    with pytest.raises(BackendError, match="not of the kind"):
        BpeTokenizer(path)


def test_a_missing_tokenizer_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="Cannot read the tokenizer"):
        BpeTokenizer(tmp_path / "tokenizer.json")


def test_half_a_surrogate_pair_is_a_question_mark(ours: BpeTokenizer) -> None:
    assert ours.encode("a = '\ud83d'") == ours.encode("a = '?'")
