"""What all tests share: formulas with a cursor, golden files, tokenizers of formats."""

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastformula import Parsed, parse
from fastformula_models import fim
from hypothesis import settings
from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)

Build = Callable[[str], Any]

DATA = Path(__file__).parent / "data"
CORPUS = Path(__file__).parents[2] / "shared/corpus"

# The plain run tries the same examples each time, so that it is green or red for a
# reason in the change; the soak looks for new ones, and for longer.
settings.register_profile("plain", derandomize=True, deadline=None)
settings.register_profile("soak", deadline=None, max_examples=2_000)
settings.load_profile("soak" if os.environ.get("FASTFORMULA_SOAK") == "1" else "plain")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help="write golden files anew, then compare"
    )


@pytest.fixture
def sample() -> Callable[[str], tuple[Parsed, int]]:
    """From a formula with `$0` in it to what it says and where `$0` stood."""

    def read(marked: str) -> tuple[Parsed, int]:
        assert marked.count("$0") == 1, f"not one cursor: {marked!r}"
        return parse(marked.replace("$0", "")), marked.index("$0")

    return read


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file below tests/data; `--update` writes the file."""

    def compare(path: str, text: str) -> None:
        file = DATA / path
        if request.config.getoption("--update"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        assert text == file.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session")
def own_formulas() -> dict[str, str]:
    """Whole valid formulas of our own, by file name."""
    folders = (
        DATA / "outline",
        DATA.parent / "training/formulas",
        DATA.parents[1] / "docs/examples",
    )
    texts = {
        file.name: file.read_text(encoding="utf-8")
        for folder in folders
        for file in sorted(folder.glob("*.ff"))
    }
    return {name: text for name, text in texts.items() if not parse(text).errors}


@pytest.fixture(scope="session")
def corpus() -> dict[str, str]:
    """The intact formulas of the corpus beside the repository, by path."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus of published formulas is not at {CORPUS}")
    lines = (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [entry for line in lines if (entry := json.loads(line))["intact"]]
    return {
        entry["file"]: (CORPUS / entry["file"]).read_bytes().decode("utf-8", "replace")
        for entry in entries
    }


FORMULA = """\
DEFAULT FOR hours_worked IS 0
INPUTS ARE hours_worked (NUMBER), rate_name (TEXT)
/* Overtime is paid at time and a half. */
IF hours_worked > 40 THEN
(
  overtime = (hours_worked - 40) * 1.5
  l_rate = GET_TABLE_VALUE('RATES', rate_name, 'HOURLY')
)
RETURN overtime
"""


def byte_level() -> Tokenizer:
    """A BPE over bytes, as GPT-2, DeepSeek-Coder, Qwen and StarCoder2 have one."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(FORMULA.splitlines(keepends=True), trainer)
    return tokenizer


def sentence_piece(*, space_before: bool) -> Tokenizer:
    """A BPE over characters that falls back to bytes, as Llama and Gemma have one."""
    special = ["<unk>", "<s>", "</s>"]
    characters = [chr(code) for code in range(33, 127)] + ["\u2581", "\u263a"]
    pairs = [("h", "o"), ("u", "r"), ("\u2581", "="), ("\u2581", "\u2581")]
    pieces = [
        *special,
        *(f"<0x{byte:02X}>" for byte in range(256)),
        *characters,
        *(left + right for left, right in pairs),
    ]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(
        models.BPE(
            vocab=vocabulary,
            merges=pairs,
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    steps: list[Any] = [normalizers.Replace(" ", "\u2581")]
    back: list[Any] = [
        decoders.Replace("\u2581", " "),
        decoders.ByteFallback(),
        decoders.Fuse(),
    ]
    if space_before:
        steps.insert(0, normalizers.Prepend("\u2581"))
        back.append(decoders.Strip(" ", 1, 0))
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.decoder = decoders.Sequence(back)
    tokenizer.add_special_tokens(special)
    return tokenizer


def special(*tokens: str) -> list[AddedToken]:
    return [AddedToken(token, special=True, normalized=False) for token in tokens]


def plain(*tokens: str) -> list[AddedToken]:
    return [AddedToken(token, special=False, normalized=True) for token in tokens]


@cache
def tokenizer_like(name: str) -> Any:
    """The look-alike for a format, with what is peculiar about its family."""
    row = fim.FORMATS[name]
    if name == "deepseek-coder":
        # Nothing is special, and thirteen letters are added tokens.
        tokenizer = byte_level()
        tokenizer.add_tokens(plain(*row.letters))
        tokenizer.add_tokens(plain(*row.tokens))
    elif name == "qwen2.5-coder":
        tokenizer = byte_level()
        tokenizer.normalizer = normalizers.NFC()
        tokenizer.add_tokens(special(*row.tokens, "<|im_start|>"))
        tokenizer.add_tokens(plain("<tool_call>"))
    elif name.startswith("phi-2"):
        # Runs of blanks are added tokens, and sentinels are new.
        tokenizer = byte_level()
        tokenizer.add_tokens(special("<|endoftext|>"))
        tokenizer.add_tokens(plain("    ", "  ", "\t\t"))
    elif name == "codellama":
        tokenizer = sentence_piece(space_before=True)
        # Matched after normalization, where a space has become the mark.
        tokenizer.add_tokens(plain(row.prefix, row.suffix))
        tokenizer.add_tokens(special(row.middle, row.end, "<FILL_ME>"))
    elif name == "codegemma":
        tokenizer = sentence_piece(space_before=False)
        tokenizer.add_tokens(special(*row.tokens))
        tokenizer.add_tokens(plain("<table>", "</table>"))
    else:
        tokenizer = byte_level()
        tokenizer.add_tokens(special(*row.tokens))
    from transformers import PreTrainedTokenizerFast

    wrap: Any = PreTrainedTokenizerFast
    loaded = wrap(tokenizer_object=tokenizer)
    fim.add_sentinels(loaded, row)
    return loaded


@pytest.fixture(scope="session")
def like() -> Build:
    return tokenizer_like


@pytest.fixture(scope="session")
def formula() -> str:
    return FORMULA
