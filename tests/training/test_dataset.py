"""Rows as tokens: what is left out, what is counted, what is kept for the next run."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastformula_models import fim, instructions
from fastformula_training.config import RunConfig
from fastformula_training.documents import Row, write_jsonl
from fastformula_training.encoding import dataset
from fastformula_training.encoding.dataset import Encoded, encode_file
from fastformula_training.error import TrainingError

FORMAT = fim.FORMATS["starcoder2"]

KNOWN = "/* NUMBER: a */\n"

ROWS = [
    Row("a = 1\nb = ", "a * 2", "\nRETURN b\n", "line", "own", "d", KNOWN),
    Row("b = ", "a * 2 + " * 20 + "1", "\n", "line", "own", "d"),
    Row("", "a = 1\nRETURN a\n", "", "text", "own", "d"),
    Row("", "a = 1 + " * 90 + "1\n", "", "text", "own", "d"),
    Row("", "a = 1\n", "", "instruction", "own", "d", instruction="### Response: a"),
]


@pytest.fixture
def tokenizer(like: Callable[[str], Any]) -> Any:
    return like("starcoder2")


@pytest.fixture
def run(tmp_path: Path) -> RunConfig:
    write_jsonl(tmp_path / "train.jsonl", ROWS)
    return RunConfig(
        base="b",
        data=tmp_path,
        output=tmp_path / "run",
        context=200,
        longest_middle=60,
        text_weight=1.0,
        instruction_weight=1.0,
        repeat_rows=False,
    )


def read(run: RunConfig, tokenizer: Any) -> Encoded:
    return encode_file(run.data / "train.jsonl", tokenizer, FORMAT, run)


def shown(encoded: Encoded, tokenizer: Any) -> list[tuple[str, str]]:
    """Prompt and answer of each row, as text without control tokens."""
    found = []
    for start, end in zip(encoded.starts, encoded.starts[1:], strict=False):
        ids, middle = encoded.ids[start:end], encoded.middle[start:end]
        assert ids[-1] == fim.token_id(tokenizer, FORMAT, FORMAT.end)
        found.append(
            (
                fim.decode(tokenizer, FORMAT, ids[~middle].tolist()),
                fim.decode(tokenizer, FORMAT, ids[middle].tolist()),
            )
        )
    return found


def test_each_sort_is_written_in_its_way_and_long_rows_are_left_out(
    run: RunConfig, tokenizer: Any
) -> None:
    encoded = read(run, tokenizer)
    assert shown(encoded, tokenizer) == [
        (f"{KNOWN}a = 1\n\nRETURN b\nb = ", "a * 2"),
        ("", "a = 1\nRETURN a\n"),
        (instructions.render("# ## Response: a"), "a = 1\n"),
    ]
    assert (encoded.left_out, encoded.with_context, encoded.instructions) == (2, 1, 1)
    without = read(replace(run, context_share=0.0, spm=1.0), tokenizer)
    assert shown(without, tokenizer)[0] == ("\nRETURN b\na = 1\nb = ", "a * 2")
    assert without.with_context == 0


def test_an_encoding_is_kept_until_something_it_depends_on_changes(
    run: RunConfig,
    tokenizer: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = []
    write = dataset.encode
    monkeypatch.setattr(
        dataset, "encode", lambda *all: written.append(1) or write(*all)
    )
    first = read(run, tokenizer)
    again = read(replace(run, epochs=9.0, learning_rate=1.0), tokenizer)
    assert len(written) == 1
    for name in ("ids", "middle", "starts"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert (again.left_out, again.with_context, again.instructions) == (2, 1, 1)
    changes: list[dict[str, Any]] = [
        {"context": 201},
        {"longest_middle": 61},
        {"spm": 0.5},
        {"context_share": 0.5},
        {"fim_weight": 0.9},
        {"text_weight": 0.9},
        {"instruction_weight": 0.9},
        {"repeat_rows": True},
        {"rows": 3},
        {"seed": 2},
    ]
    for number, change in enumerate(changes, 2):
        read(replace(run, **change), tokenizer)
        assert len(written) == number, change
    write_jsonl(run.data / "train.jsonl", [*ROWS, ROWS[0]])
    assert len(read(run, tokenizer)) == 4
    other = deepcopy(tokenizer)
    other.add_tokens(["RETURN"])
    read(run, other)
    assert len(written) == len(changes) + 3


def test_a_torn_encoding_is_made_again(run: RunConfig, tokenizer: Any) -> None:
    whole = read(run, tokenizer)
    (kept,) = (run.data / "cache").iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    assert np.array_equal(read(run, tokenizer).ids, whole.ids)
    assert [path.name for path in (run.data / "cache").iterdir()] == [kept.name]


def test_a_file_without_a_row_that_fits_is_refused(
    run: RunConfig, tokenizer: Any
) -> None:
    write_jsonl(run.data / "train.jsonl", [ROWS[1], ROWS[3]])
    with pytest.raises(TrainingError, match="holds no row that fits a context of 200"):
        read(run, tokenizer)
