"""Sources to prepared data: parsed, without duplicates, split, cut into rows.

Formulas are read three times from a draft of documents.jsonl rather than kept: in
memory are a fingerprint of each, some 5 KB, and those that are being worked on.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fastformula_training.data.data_card import PARTS, Tally, make_card, write_card
from fastformula_training.data.dedupe import Fingerprint, closest
from fastformula_training.data.gather import Watch, drop_repeats, parse, read, unwatched
from fastformula_training.data.holes import KINDS
from fastformula_training.data.importers import CARD
from fastformula_training.data.processes import map_in_order
from fastformula_training.data.rows import Cuts, Job, cut_rows
from fastformula_training.data.split import deal, find_families
from fastformula_training.documents import (
    Document,
    Row,
    SetAside,
    read_documents,
    write_jsonl,
)
from fastformula_training.error import TrainingError

DRAFT = "read.jsonl"
"""What was read of the sources, while the folder is being made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareConfig:
    """How documents become rows. A kind's share says how often it is cut."""

    seed: int = 1
    near_duplicate: float = 0.85
    """The Jaccard index from which a formula repeats another; above 1 keeps all."""
    literals: Literal["keep", "mask"] = "keep"
    """`mask` replaces personal and secret text in literals and comments."""
    split_by: Literal["family", "source"] = "family"
    """What is kept whole: families of formulas, or all that is of one source too."""
    validation: float = 0.1
    """The share of the documents whose holes measure a run while it goes on."""
    test: float = 0.1
    """The share of the documents that only `evaluate` sees."""
    characters_per_hole: int = 120
    """One hole is cut for so many characters of a formula."""
    longest: int = 800
    """The characters of the longest middle."""
    longest_text: int = 6000
    """The characters of the longest row that is plain text; they are 2,000 tokens."""
    unfinished: float = 0.0
    """The share of training holes behind which the formula is not yet written."""
    contexts: float = 1.0
    """The share of holes with what serving writes before the prefix; each takes the
    time of parsing the formula anew."""
    neighbours: int = 4
    """Formulas of the same source and part of which a context may show lines."""
    licence: str = ""
    """The licence of documents that do not name theirs."""
    statement: float = 0.25
    expression: float = 0.1
    condition: float = 0.1
    arguments: float = 0.1
    body: float = 0.1
    line: float = 0.15
    declaration: float = 0.05
    characters: float = 0.15

    def __post_init__(self) -> None:
        """Check what the types do not say; raises TrainingError."""
        if self.validation < 0 or self.test < 0 or self.validation + self.test >= 1:
            raise TrainingError("`validation` and `test` must leave some to train on.")
        for name in ("characters_per_hole", "longest", "longest_text"):
            if getattr(self, name) < 1:
                raise TrainingError(f"`{name}` must be above 0.")
        if self.neighbours < 0 or not 0 <= self.contexts <= 1:
            raise TrainingError("`neighbours` and `contexts` must not be below 0.")
        if not any(getattr(self, kind) > 0 for kind in KINDS):
            raise TrainingError("At least one kind of hole must have a share above 0.")


def prepare(
    sources: Sequence[Path],
    out: Path,
    config: PrepareConfig,
    *,
    tokenizer: Callable[[str], int] | None = None,
    processes: int = 1,
    watch: Watch = unwatched,
) -> dict[str, Any]:
    """Make `out` from the sources and return its card.

    `tokenizer` counts a model's tokens, for the card only. `processes` share the
    work, 0 are as many as there are cores; the data do not depend on them.

    An earlier preparation in `out` is replaced; the folder is whole or as it was.
    Raises TrainingError for a source that is not there, a folder that is something
    else, and when no formula is left to train on.
    """
    if out.exists() and not (out / CARD).is_file() and any(out.iterdir()):
        raise TrainingError(f"{out} holds something else; choose another folder.")
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        tally = Tally()
        draft = part / DRAFT
        size = read(sources, config.licence, draft, tally, watch)
        masks = config.literals == "mask"
        parsed = parse(draft, size, masks, tally, processes, watch)
        chosen = drop_repeats(parsed, config.near_duplicate, tally)
        if not chosen:
            raise TrainingError(
                f"No formula is left to train on: {_first_reason(tally.aside)}."
            )
        members = [parsed[place] for place in chosen]
        families = find_families(members, whole_sources=config.split_by == "source")
        dealt = deal(
            families,
            [member.id for member in members],
            config.validation,
            config.test,
            config.seed,
        )
        sides: dict[bool, list[Fingerprint]] = {True: [], False: []}
        for member, name in zip(members, dealt, strict=True):
            sides[name == "train"].append(member.fingerprint)
        tally.closest = closest(sides[False], sides[True])
        _write_documents(part, dict(zip(chosen, dealt, strict=True)), tally, tokenizer)
        family_of = {
            members[place].id: number
            for number, places in enumerate(families)
            for place in places
        }
        for name in PARTS:
            _write_rows(part, name, family_of, config, tally, processes, watch)
        write_jsonl(part / "rejected.jsonl", tally.aside)
        card = make_card(part, config, tally, len(families))
        write_card(part, card, tally)
        draft.unlink()
        for name in PARTS:
            (part / _documents_of(name)).unlink()
        _put(part, out)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return card


def _put(part: Path, out: Path) -> None:
    """Put a folder that is complete in the place of an earlier one."""
    old = out.with_name(out.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.replace(old)
    try:
        part.replace(out)
    except OSError:
        if old.exists():
            old.replace(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _first_reason(aside: Sequence[SetAside]) -> str:
    if not aside:
        return "the sources hold no formulas, zips, JSONL or CSV files"
    return f"{aside[0].place}: {aside[0].reason.rstrip('.')}"


def _documents_of(part: str) -> str:
    """The name of the draft with the formulas of a part."""
    return f"{part}-documents.jsonl"


def _write_documents(
    part: Path,
    dealt: dict[int, str],
    tally: Tally,
    tokenizer: Callable[[str], int] | None,
) -> None:
    """Write documents.jsonl, and a draft for each part of the split."""

    def documents(wanted: str = "") -> Iterator[Document]:
        for place, document in enumerate(read_documents(part / DRAFT)):
            if place not in dealt:
                if not wanted:
                    tally.repeat(document, place)
            elif not wanted or dealt[place] == wanted:
                if not wanted:
                    tally.keep(document, place, dealt[place], tokenizer)
                yield document

    write_jsonl(part / "documents.jsonl", documents())
    for name in PARTS:
        write_jsonl(part / _documents_of(name), documents(name))


def _write_rows(
    part: Path,
    name: str,
    family_of: dict[str, int],
    config: PrepareConfig,
    tally: Tally,
    processes: int,
    watch: Watch,
) -> None:
    """Cut the formulas of one part."""
    cuts = Cuts(
        {kind: getattr(config, kind) for kind in KINDS},
        config.characters_per_hole,
        config.longest,
        config.longest_text,
        config.contexts,
        config.seed,
    )
    unfinished = config.unfinished if name == "train" else 0.0
    size = tally.documents[name]
    jobs = _jobs(part / _documents_of(name), family_of, config, unfinished, cuts)
    cut = map_in_order(cut_rows, jobs, size, processes)

    def rows() -> Iterator[Row]:
        for found in watch(cut, f"cutting {name}", size):
            for row in found:
                tally.row(name, row)
                yield row

    write_jsonl(part / f"{name}.jsonl", rows())


def _jobs(
    file: Path,
    family_of: dict[str, int],
    config: PrepareConfig,
    unfinished: float,
    cuts: Cuts,
) -> Iterator[Job]:
    """Documents with those that stand before them in the same source."""
    last: deque[Document] = deque(maxlen=2 * config.neighbours)
    for document in read_documents(file):
        others = [
            other.text
            for other in reversed(last)
            if other.source == document.source
            and family_of[other.id] != family_of[document.id]
        ]
        yield Job(document, tuple(others[: config.neighbours]), unfinished, cuts)
        last.append(document)
