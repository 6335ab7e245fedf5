"""What models answered, as values, and the file that keeps them from the first on.

A line is added as soon as there is an answer, so nothing is asked twice, whenever a
run ends. What a line answers is in its key: the model, the suite, the settings and the
row itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastformula_training.documents import Row
from fastformula_training.error import TrainingError

FILE = "answers.jsonl"

BEFORE = 200
"""How many characters before the hole a line shows to its reader."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking for the middle of a row.

    `middle` is what was offered, "" where nothing was, and `reason` says why; `raw` is
    all that the model wrote before anything was cut. `counts` holds what else a suite
    measured: see `suites`.
    """

    row: Row
    offered: bool
    middle: str
    raw: str
    milliseconds: float
    reason: str = ""
    counts: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The formula after the offer is accepted."""
        return self.row.prefix + self.middle + self.row.suffix


def key_of(identity: str, suite: str, settings: str, row: Row) -> str:
    """What an answer is filed under, in 32 hexadecimal digits."""
    parts = (identity, suite, settings, row.prefix, row.middle, row.suffix)
    said = json.dumps((*parts, row.kind, row.instruction))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def append_answer(path: Path, key: str, model: str, suite: str, answer: Answer) -> None:
    """Add a line, in one piece."""
    line = {
        "key": key,
        "model": model,
        "suite": suite,
        "kind": answer.row.kind,
        "document": answer.row.document,
        "before": answer.row.prefix[-BEFORE:],
        "expected": answer.row.middle,
        "offered": answer.middle if answer.offered else None,
        "raw": answer.raw,
        "reason": answer.reason,
        "milliseconds": round(answer.milliseconds, 2),
        "counts": dict(answer.counts),
    }
    with path.open("ab", buffering=0) as file:
        file.write((json.dumps(line, ensure_ascii=False) + "\n").encode())


def read_answers(path: Path) -> dict[str, dict[str, Any]]:
    """The lines of the file by their keys; none where there is no file.

    The end of a line that was being written when its writer was killed is taken off.
    Raises TrainingError for any other line that is none of ours.
    """
    if not path.exists():
        return {}
    written = path.read_bytes()
    whole = written.rfind(b"\n") + 1
    if whole < len(written):
        with path.open("r+b") as file:
            file.truncate(whole)
    lines: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(written[:whole].splitlines(), 1):
        try:
            value = json.loads(line)
            lines[value["key"]] = value
            _ = answer_in(value, _ANY)
        except (ValueError, TypeError, KeyError) as error:
            raise TrainingError(
                f"{path}, line {number}, is not an answer that `evaluate` wrote; "
                "delete the line, or choose another folder with --out."
            ) from error
    return lines


def answer_in(line: Mapping[str, Any], row: Row) -> Answer:
    """The answer to `row` that a line of the file holds."""
    offered = line["offered"]
    return Answer(
        row,
        offered is not None,
        offered or "",
        line["raw"],
        float(line["milliseconds"]),
        line["reason"],
        dict(line["counts"]),
    )


_ANY = Row("", "", "", "", "", "")
