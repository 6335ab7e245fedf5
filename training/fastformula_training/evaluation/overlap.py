"""Whether a model was trained on what it is asked about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fastformula.syntax import tokenize
from fastformula_models.card import FILE_NAME, load_card

from fastformula_training.data.dedupe import fingerprint
from fastformula_training.documents import Row, file_hash, read_rows
from fastformula_training.evaluation.subjects import Subject
from fastformula_training.evaluation.suites import whole_texts
from fastformula_training.run.run_folder import RUN_FILE


class Overlap(NamedTuple):
    """What a model has seen before."""

    documents: frozenset[str]
    """The ids of documents that it was trained on."""
    remark: str
    """A sentence for the report."""


def find_overlap(subject: Subject, texts: Mapping[str, str], data: Path) -> Overlap:
    """Which documents, by id, are in the training data that a model's card names.

    The card has the hash of the rows that it was trained on. They are looked for where
    `data` lies and where the model's run read them. Formulas are the same that differ
    in blanks, comments and case only.
    """
    seen: set[str] = set()
    missing: list[str] = []
    hashes = 0
    for folder in subject.folders:
        wanted = load_card(folder).data_hash if (folder / FILE_NAME).is_file() else ""
        if not wanted:
            continue
        hashes += 1
        places = [data, data.parent / "train.jsonl", *_trained_on(folder)]
        for path in places:
            if path.is_file() and file_hash(path) == wanted:
                seen |= _in_both(texts, read_rows(path))
                break
        else:
            missing.append(wanted)
    if missing:
        return Overlap(
            frozenset(seen),
            f"What {subject.name} was trained on is not at hand (SHA-256 "
            f"{', '.join(missing)}), so nobody can say whether it has seen these "
            "formulas.",
        )
    if not hashes:
        return Overlap(
            frozenset(), f"Nothing is known of what {subject.name} was trained on."
        )
    return Overlap(
        frozenset(seen),
        f"{subject.name} was trained on {len(seen)} of these formulas."
        if seen
        else f"{subject.name} was trained on none of these formulas.",
    )


def _trained_on(folder: Path) -> Sequence[Path]:
    """Where the run that made a model read its rows."""
    try:
        run = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        return (Path(run["config"]["data"]) / "train.jsonl",)
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _in_both(texts: Mapping[str, str], rows: Iterable[Row]) -> set[str]:
    trained = {name: text for name, (_, text) in whole_texts(rows).items()}
    known = {_exact(text) for text in trained.values()}
    return {
        name for name, text in texts.items() if name in trained or _exact(text) in known
    }


def _exact(text: str) -> bytes:
    return fingerprint(tokenize(text), text).exact
