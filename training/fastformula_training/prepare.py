"""Sources to prepared data: parsed, without duplicates, split, cut into holes."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from fastformula.syntax import Parsed, parse
from fastformula.text import LineIndex

from fastformula_training.config import plain
from fastformula_training.dataset import file_hash
from fastformula_training.dedupe import exact_groups, near_pairs
from fastformula_training.documents import (
    Document,
    Row,
    write_atomically,
    write_jsonl,
    write_lines,
)
from fastformula_training.error import TrainingError
from fastformula_training.holes import KINDS, cut_holes
from fastformula_training.importers import Unreadable, import_source
from fastformula_training.split import Split, split_documents

CARD = "card.json"
PARTS = ("train", "validation", "test")

Item = TypeVar("Item")
Watch = Callable[[Iterable[Any], str], Iterable[Any]]
"""Passes items on and shows how far they are; the text names the stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareConfig:
    """How documents become rows. A kind's share says how often it is cut."""

    seed: int = 1
    near_duplicate: float = 0.85
    """The Jaccard index from which a formula repeats another; above 1 keeps all."""
    validation: float = 0.1
    """The share of the documents whose holes measure a run while it goes on."""
    test: float = 0.1
    """The share of the documents that only `evaluate` sees."""
    characters_per_hole: int = 120
    """One hole is cut for so many characters of a formula."""
    longest: int = 800
    """The characters of the longest middle."""
    unfinished: float = 0.0
    """The share of training holes behind which the formula is not yet written."""
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
        if self.characters_per_hole < 1 or self.longest < 1:
            raise TrainingError("`characters_per_hole` and `longest` must be above 0.")
        if not any(getattr(self, kind) > 0 for kind in KINDS):
            raise TrainingError("At least one kind of hole must have a share above 0.")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that was set aside, and why."""

    name: str
    source: str
    reason: str


def prepare(
    sources: Sequence[Path],
    out: Path,
    config: PrepareConfig,
    watch: Watch = lambda items, _: items,
) -> dict[str, Any]:
    """Make `out` from the sources and return its card.

    An earlier preparation in `out` is replaced; the folder is whole or as it was.
    Raises TrainingError for a source that is not there, a folder that is something
    else, and when no formula is left to train on.
    """
    if out.exists() and not (out / CARD).is_file() and any(out.iterdir()):
        raise TrainingError(f"{out} holds something else; choose another folder.")
    read: list[Document] = []
    rejected: list[Rejected] = []
    for source in sources:
        for found in watch(import_source(source, config.licence), "reading"):
            if isinstance(found, Unreadable):
                rejected.append(Rejected(found.place, source.name, found.reason))
            else:
                read.append(replace(found, text=_lines_ended(found.text)))
    parsed: dict[str, Parsed] = {}
    sound: list[Document] = []
    for document in watch(read, "parsing"):
        result = parse(document.text)
        reason = _why_not(result)
        if reason:
            rejected.append(Rejected(document.name, document.source, reason))
        else:
            sound.append(document)
            parsed[document.id] = result
    kept = _drop_repeats(sound, config.near_duplicate, rejected)
    if not kept:
        raise TrainingError(
            f"No formula is left to train on: {_first_reason(rejected)}."
        )
    split = split_documents(kept, config.validation, config.test, config.seed)
    shares = {kind: getattr(config, kind) for kind in KINDS}
    rows = {
        part: [
            row
            for document in watch(getattr(split, part), f"cutting {part}")
            for row in cut_holes(
                parsed[document.id],
                document,
                shares,
                config.characters_per_hole,
                config.longest,
                config.seed,
                config.unfinished if part == "train" else 0.0,
            )
        ]
        for part in PARTS
    }
    return _write(out, kept, split, rows, rejected, parsed, config)


def _lines_ended(text: str) -> str:
    """Line feeds only, so that the model need not learn every ending's variant."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _why_not(parsed: Parsed) -> str:
    """The first error of a formula with its line, or that there is nothing in it."""
    if parsed.errors:
        first = min(parsed.errors, key=lambda error: error.span.start)
        line = LineIndex(parsed.text).position(first.span.start).line + 1
        return f"line {line}: {first.message}"
    return "" if parsed.tree.statements else "has no statement"


def _drop_repeats(
    documents: Sequence[Document], threshold: float, rejected: list[Rejected]
) -> list[Document]:
    """The first of each group of copies; a later one is set aside, not lost."""
    unique: list[Document] = []
    for places in exact_groups([document.text for document in documents]):
        first, *others = places
        unique.append(documents[first])
        rejected.extend(_repeat(documents[o], documents[first], 1) for o in others)
    dropped: set[int] = set()
    for pair in near_pairs([document.text for document in unique], threshold):
        if pair.first not in dropped and pair.second not in dropped:
            dropped.add(pair.second)
            rejected.append(
                _repeat(unique[pair.second], unique[pair.first], pair.jaccard)
            )
    return [d for place, d in enumerate(unique) if place not in dropped]


def _repeat(document: Document, first: Document, likeness: float) -> Rejected:
    return Rejected(
        document.name, document.source, f"repeats {first.name} ({likeness:.2f})"
    )


def _first_reason(rejected: Sequence[Rejected]) -> str:
    if not rejected:
        return "the sources hold no file that ends in .ff, .fff, .txt or .jsonl"
    return f"{rejected[0].name}: {rejected[0].reason.rstrip('.')}"


def _write(
    out: Path,
    kept: Sequence[Document],
    split: Split,
    rows: dict[str, list[Row]],
    rejected: Sequence[Rejected],
    parsed: dict[str, Parsed],
    config: PrepareConfig,
) -> dict[str, Any]:
    """Write all files beside `out`, then put the folder in its place."""
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    write_jsonl(part / "documents.jsonl", kept)
    for name in PARTS:
        write_jsonl(part / f"{name}.jsonl", rows[name])
    write_lines(
        part / "rejected.jsonl",
        (
            json.dumps(
                {field.name: getattr(item, field.name) for field in fields(item)},
                ensure_ascii=False,
            )
            + "\n"
            for item in rejected
        ),
    )
    repeats = sum(item.reason.startswith("repeats ") for item in rejected)
    card: dict[str, Any] = {
        "created_by": f"fastformula {version('fastformula')}",
        "settings": plain(config),
        "documents": {
            "kept": len(kept),
            "duplicates": repeats,
            "set_aside": len(rejected) - repeats,
            **{name: len(getattr(split, name)) for name in PARTS},
        },
        "tokens": sum(len(parsed[document.id].tokens) - 1 for document in kept),
        "characters": sum(len(document.text) for document in kept),
        "rows": {name: len(rows[name]) for name in PARTS},
        "kinds": {
            name: dict(sorted(Counter(row.kind for row in rows[name]).items()))
            for name in PARTS
        },
        "sources": dict(Counter(document.source for document in kept)),
        "licences": dict(Counter(document.licence or "not named" for document in kept)),
        "hashes": {
            f"{name}.jsonl": file_hash(part / f"{name}.jsonl")
            for name in ("documents", *PARTS)
        },
    }
    write_atomically(part / CARD, json.dumps(card, indent=2, ensure_ascii=False) + "\n")
    write_lines(part / "README.md", (line + "\n" for line in _page(card)))
    shutil.rmtree(out, ignore_errors=True)
    part.replace(out)
    return card


def _page(card: dict[str, Any]) -> Iterator[str]:
    """The data card as a Markdown page."""
    documents = card["documents"]
    yield "# Data card"
    yield ""
    yield (
        f"{documents['kept']} formulas with {card['tokens']:,} tokens and "
        f"{card['characters']:,} characters. {documents['duplicates']} repeated "
        f"another and {documents['set_aside']} were set aside; `rejected.jsonl` says "
        "why."
    )
    yield ""
    yield "| part | formulas | holes | " + " | ".join(KINDS) + " |"
    yield "|---|---:|---:|" + "---:|" * len(KINDS)
    for name in PARTS:
        kinds = " | ".join(str(card["kinds"][name].get(kind, 0)) for kind in KINDS)
        yield f"| {name} | {documents[name]} | {card['rows'][name]} | {kinds} |"
    for title, key in (("source", "sources"), ("licence", "licences")):
        yield ""
        yield f"| {title} | formulas |"
        yield "|---|---:|"
        for name, count in sorted(card[key].items()):
            yield f"| {name} | {count} |"
    yield ""
    yield "| file | SHA-256 |"
    yield "|---|---|"
    for name, digest in card["hashes"].items():
        yield f"| {name} | `{digest}` |"
    yield ""
    settings = ", ".join(f"{key} {value}" for key, value in card["settings"].items())
    yield f"Made by {card['created_by']} with {settings}."
