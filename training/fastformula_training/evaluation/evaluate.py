"""Models on suites of rows, through the pipeline that serves authors: one report.

Answers are kept in a file as they come, so a run that ended goes on where it was, and
the report is made of that file alone.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from fastformula.syntax import tokenize
from fastformula_completion.constrain import prepare
from fastformula_models import Backend
from fastformula_models.backend import BatchBackend, TimedOut

from fastformula_training.data.dedupe import find_related, fingerprint
from fastformula_training.data.split import RELATED
from fastformula_training.documents import Row, read_rows
from fastformula_training.error import TrainingError
from fastformula_training.evaluation.answers import (
    FILE,
    Answer,
    answer_in,
    append_answer,
    key_of,
    read_answers,
)
from fastformula_training.evaluation.batches import ask_together
from fastformula_training.evaluation.overlap import Overlap, find_overlap
from fastformula_training.evaluation.subjects import Subject
from fastformula_training.evaluation.suites import (
    AS_SERVED,
    SUITES,
    Asking,
    Suite,
    whole_texts,
)

GPU_BATCH = 8
"""Rows that a model on a GPU is asked for at once, unless it is said otherwise."""

MOST_SILENT = 5
"""After so many answers in a row that did not come in time, an endpoint is down."""

Watch = Callable[[Iterator[str], int], Iterable[str]]
"""Passes on what is being asked, and shows how far that is of so many answers."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All answers, and what a report has to say of how they came about."""

    data: str
    settings: dict[str, object]
    remarks: tuple[str, ...]
    families: dict[str, str]
    """Which documents are alike, by id."""
    answers: dict[str, dict[str, list[Answer]]]
    """By suite and model, for the same rows in the same order."""


def evaluate(
    subjects: Sequence[Subject],
    suites: Sequence[str],
    data: Path,
    out: Path,
    asking: Asking = AS_SERVED,
    *,
    limit: int = 0,
    seed: int = 1,
    at_once: int = 0,
    watch: Watch = lambda steps, _: steps,
) -> Evaluation:
    """Ask every model for the rows of every suite that `out` has no answer to.

    `data` is a file of rows, or a prepared folder, of which the test rows are taken.
    No more than `limit` rows of a suite are asked, drawn by `seed`; `at_once` is how
    many together, 0 for what the model is good for. Formulas that one of the models was
    trained on are left out. Raises TrainingError for a suite that is unknown or without
    rows, and BackendError where a model fails.
    """
    chosen = [suite_named(name) for name in dict.fromkeys(suites)]
    path = data / "test.jsonl" if data.is_dir() else data
    rows = list(read_rows(path))
    texts = {name: text for name, (_, text) in whole_texts(rows).items()}
    overlaps = [find_overlap(subject, texts, path) for subject in subjects]
    trained = frozenset[str]().union(*(each.documents for each in overlaps))
    asked = {suite: _draw(suite, rows, trained, path, limit, seed) for suite in chosen}
    settings = asdict(asking) | {"version": version("fastformula")}
    digest = hashlib.sha256(json.dumps(settings).encode()).hexdigest()
    jobs = [
        _Job(
            subject,
            suite,
            {key_of(subject.identity, suite.name, digest, row): row for row in rows},
        )
        for subject in subjects
        for suite, rows in asked.items()
    ]
    out.mkdir(parents=True, exist_ok=True)
    file = out / FILE
    known = read_answers(file)
    lacking = sum(key not in known for job in jobs for key in job.rows)
    if lacking:
        prepare()
        for _ in watch(_ask_all(jobs, known, file, asking, at_once), lacking):
            pass
        known = read_answers(file)
    answers: dict[str, dict[str, list[Answer]]] = {}
    for job in jobs:
        answers.setdefault(job.suite.name, {})[job.subject.name] = [
            answer_in(known[key], row) for key, row in job.rows.items()
        ]
    return Evaluation(
        path.name,
        {"limit": limit, "seed": seed, "at_once": at_once or "as fits", **settings},
        _remarks(overlaps, trained),
        _families(texts),
        answers,
    )


class _Job(NamedTuple):
    """A suite's rows for a model, by the keys of their answers."""

    subject: Subject
    suite: Suite
    rows: dict[str, Row]


def suite_named(name: str) -> Suite:
    """The suite of that name; raises TrainingError, with the nearest name."""
    known = {suite.name: suite for suite in SUITES}
    if name not in known:
        (near,) = get_close_matches(name, known, n=1, cutoff=0.0)
        raise TrainingError(
            f"There is no suite `{name}`; did you mean `{near}`? "
            f"There are {', '.join(known)}."
        )
    return known[name]


def _draw(
    suite: Suite,
    rows: Sequence[Row],
    trained: frozenset[str],
    path: Path,
    limit: int,
    seed: int,
) -> list[Row]:
    """What a suite asks of the rows; raises TrainingError where that is nothing."""
    found = suite.rows(rows, seed)
    if not found:
        raise TrainingError(
            f"{path} holds no rows for the suite {suite.name} ({suite.meaning})."
        )
    unseen = [row for row in found if row.document not in trained]
    if not unseen:
        raise TrainingError(
            f"All formulas of {path} that the suite {suite.name} asks for are among "
            "those that the model was trained on; take others, such as test.jsonl of "
            "the folder that it was trained from."
        )
    if limit and len(unseen) > limit:
        return random.Random(seed).sample(unseen, limit)
    return unseen


def _ask_all(
    jobs: Sequence[_Job],
    known: Collection[str],
    file: Path,
    asking: Asking,
    at_once: int,
) -> Iterator[str]:
    """Answer what is not known yet, and say each time of what; a model at a time."""
    for subject, group in groupby(jobs, lambda job: job.subject):
        todo = [job for job in group if any(key not in known for key in job.rows)]
        if not todo:
            continue
        backend = subject.open()
        try:
            size = _batch_size(subject, backend, at_once)
            for job in todo:
                yield from _ask(job, backend, known, file, asking, size)
        finally:
            backend.close()


def _ask(
    job: _Job,
    backend: Backend,
    known: Collection[str],
    file: Path,
    asking: Asking,
    size: int,
) -> Iterator[str]:
    pairs = list(job.rows.items())
    together = size if job.suite.is_batched else 1
    silent = 0
    # A batch is asked whole, for what else is in it may change its sums.
    for start in range(0, len(pairs), together):
        batch = pairs[start : start + together]
        if all(key in known for key, _ in batch):
            continue
        answers = _answers(backend, job.suite, [row for _, row in batch], asking)
        for (key, _), answer in zip(batch, answers, strict=True):
            silent = silent + 1 if answer.reason == TIMED_OUT else 0
            if silent == MOST_SILENT:
                raise TimedOut(
                    f"{job.subject.name} has not answered {silent} times in a row; the "
                    "same command goes on from here."
                )
            if key not in known:
                append_answer(file, key, job.subject.name, job.suite.name, answer)
                yield f"{job.suite.name}: {job.subject.name}"


TIMED_OUT = "the model did not answer in time"


def _answers(
    backend: Backend, suite: Suite, rows: Sequence[Row], asking: Asking
) -> list[Answer]:
    def ask(row: Row, backend: Backend) -> Answer:
        try:
            return suite.ask(row, backend, asking)
        except TimedOut:
            # An author is offered nothing then.
            return Answer(row, False, "", "", 0.0, TIMED_OUT)

    if len(rows) == 1:
        return [ask(rows[0], backend)]
    return ask_together(backend, rows, ask)


def _batch_size(subject: Subject, backend: Backend, wanted: int) -> int:
    if not subject.asks_at_once:
        return 1
    if wanted:
        return wanted
    device = getattr(backend, "device", None)
    on_gpu = isinstance(backend, BatchBackend) and getattr(device, "type", "") == "cuda"
    return GPU_BATCH if on_gpu else 1


def _remarks(overlaps: Sequence[Overlap], trained: frozenset[str]) -> tuple[str, ...]:
    remarks = [overlap.remark for overlap in overlaps]
    if trained:
        remarks.append(f"These {len(trained)} formulas are left out for all models.")
    return tuple(remarks)


def _families(texts: dict[str, str]) -> dict[str, str]:
    """The first document of each document's family."""
    names = list(texts)
    prints = [fingerprint(tokenize(text), text) for text in texts.values()]
    return {
        names[place]: names[places[0]]
        for places in find_related(prints, RELATED)
        for place in places
    }
