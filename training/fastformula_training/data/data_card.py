"""The card of prepared data: what is in it, from where, and what was left out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastformula_training.config import plain
from fastformula_training.data.data_plots import draw_plots
from fastformula_training.data.holes import KINDS
from fastformula_training.data.importers import CARD
from fastformula_training.data.rows import INSTRUCTION, TEXT
from fastformula_training.documents import (
    Document,
    Row,
    SetAside,
    file_hash,
    write_atomically,
    write_lines,
)
from fastformula_training.error import TrainingError

PARTS = ("train", "validation", "test")
SORTS = (*KINDS, TEXT, INSTRUCTION)

MOST_LISTED = 40
"""Sources that the page lists; card.json has all."""


@dataclass(slots=True)
class Tally:
    """What is counted while data are prepared."""

    aside: list[SetAside] = field(default_factory=list)
    masked: Counter[str] = field(default_factory=Counter)
    examined: list[tuple[int, str]] = field(default_factory=list)
    """Tokens and formula type of each formula that parses, by place."""
    places: list[str] = field(default_factory=list)
    """Where each of these stands, for people."""
    repeats: dict[int, tuple[int, float]] = field(default_factory=dict)
    """Places of formulas that repeat another: which one, and the Jaccard index."""
    closest: float = 0.0
    """About how like a formula to train on one to test or validate is, at most."""
    documents: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    model_tokens: int = 0
    lengths: list[int] = field(default_factory=list)
    """Tokens of the language of each formula that is kept."""
    characters: int = 0
    instructions: int = 0
    types: Counter[str] = field(default_factory=Counter)
    sources: dict[str, Counter[str]] = field(default_factory=dict)
    licences: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(
        default_factory=lambda: {part: Counter() for part in PARTS}
    )
    with_context: Counter[str] = field(default_factory=Counter)
    middles: Counter[int] = field(default_factory=Counter)
    """How many holes have a middle of so many characters."""

    def keep(
        self,
        document: Document,
        place: int,
        part: str,
        tokenizer: Callable[[str], int] | None,
    ) -> None:
        """Count a formula that is kept."""
        tokens, type_ = self.examined[place]
        self.documents[part] += 1
        self.tokens += tokens
        self.lengths.append(tokens)
        self.characters += len(document.text)
        self.model_tokens += tokenizer(document.text) if tokenizer else 0
        self.instructions += bool(document.instruction)
        self.types[type_ or "not known"] += 1
        self.sources.setdefault(document.source, Counter())["kept"] += 1
        self.licences[document.licence or "not named"] += 1

    def repeat(self, document: Document, place: int) -> None:
        """Count a formula that repeats another, and say which."""
        first, likeness = self.repeats[place]
        self.sources.setdefault(document.source, Counter())["repeats"] += 1
        self.aside.append(
            SetAside(
                document.source,
                document.path,
                document.line,
                f"repeats {self.places[first]} ({likeness:.2f})",
            )
        )

    def row(self, part: str, row: Row) -> None:
        """Count a row."""
        self.kinds[part][row.kind] += 1
        self.with_context[part] += bool(row.context)
        if row.kind in KINDS:
            self.middles[len(row.middle)] += 1


def make_card(folder: Path, config: Any, tally: Tally, families: int) -> dict[str, Any]:
    """The card as values that are written to card.json."""
    for aside in tally.aside:
        if not aside.reason.startswith("repeats "):
            tally.sources.setdefault(aside.source, Counter())["set_aside"] += 1
    exact = sum(likeness == 1 for _, likeness in tally.repeats.values())
    return {
        "created_by": f"fastformula {version('fastformula')}",
        "settings": plain(config),
        "documents": {
            "kept": sum(tally.documents.values()),
            "duplicates": len(tally.repeats),
            "exact_duplicates": exact,
            "set_aside": len(tally.aside) - len(tally.repeats),
            "families": families,
            "instructions": tally.instructions,
            **{part: tally.documents[part] for part in PARTS},
        },
        "closest": round(tally.closest, 3),
        "tokens": tally.tokens,
        "model_tokens": tally.model_tokens,
        "characters": tally.characters,
        "rows": {part: tally.kinds[part].total() for part in PARTS},
        "kinds": {part: dict(sorted(tally.kinds[part].items())) for part in PARTS},
        "contexts": {part: tally.with_context[part] for part in PARTS},
        "types": dict(sorted(tally.types.items())),
        "sources": {
            name: {key: counts[key] for key in ("kept", "repeats", "set_aside")}
            for name, counts in sorted(tally.sources.items())
        },
        "licences": dict(sorted(tally.licences.items())),
        "masked": dict(sorted(tally.masked.items())),
        "hashes": {
            f"{name}.jsonl": file_hash(folder / f"{name}.jsonl")
            for name in ("documents", *PARTS)
        },
    }


def write_card(folder: Path, card: dict[str, Any], tally: Tally) -> None:
    """Write card.json, the page and its pictures."""
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    write_atomically(folder / CARD, text)
    draw_plots(
        folder,
        lengths=tally.lengths,
        middles=tally.middles,
        card=card,
        likenesses=[likeness for _, likeness in tally.repeats.values()],
    )
    write_lines(folder / "README.md", (line + "\n" for line in _page(card)))


def _page(card: dict[str, Any]) -> Iterator[str]:
    """The data card as a Markdown page."""
    documents = card["documents"]
    yield "# Data card"
    yield ""
    model = f", {card['model_tokens']:,} of the model," if card["model_tokens"] else ""
    yield (
        f"{documents['kept']} formulas of {documents['families']} families with "
        f"{card['tokens']:,} tokens of the language{model} and "
        f"{card['characters']:,} characters. {documents['duplicates']} more repeated "
        f"one of these ({documents['exact_duplicates']} but for names and literals "
        f"exactly), and {documents['set_aside']} were set aside; `rejected.jsonl` says "
        "why, and where."
    )
    yield ""
    yield (
        "No family is divided. Of the formulas to test and to validate with, the one "
        "most like one to train on has a Jaccard index of about "
        f"{card['closest']:.2f}."
    )
    yield ""
    yield from _table(
        ("part", "formulas", "rows", *SORTS, "with context"),
        (
            (
                part,
                documents[part],
                card["rows"][part],
                *(card["kinds"][part].get(kind, 0) for kind in SORTS),
                card["contexts"][part],
            )
            for part in PARTS
        ),
    )
    yield ""
    yield "![Kinds of rows](kinds.png)"
    yield ""
    yield "![Lengths](lengths.png)"
    yield ""
    yield "## Where they are from"
    yield ""
    sources = sorted(card["sources"].items(), key=lambda each: -each[1]["kept"])
    yield from _table(
        ("source", "kept", "repeats", "set aside"),
        (
            (name, counts["kept"], counts["repeats"], counts["set_aside"])
            for name, counts in sources[:MOST_LISTED]
        ),
    )
    if len(sources) > MOST_LISTED:
        yield ""
        yield f"{len(sources) - MOST_LISTED} more sources are in `{CARD}`."
    yield ""
    yield "![Sources and licences](sources.png)"
    yield ""
    yield from _table(("licence", "formulas"), card["licences"].items())
    yield ""
    yield from _table(("formula type", "formulas"), card["types"].items())
    yield ""
    yield "![Likeness of repeats](duplicates.png)"
    if card["settings"]["literals"] == "mask":
        yield ""
        yield "## What was replaced in literals and comments"
        yield ""
        yield from _table(("rule", "times"), card["masked"].items())
    yield ""
    yield "## Files"
    yield ""
    yield from _table(
        ("file", "SHA-256"),
        ((name, f"`{digest}`") for name, digest in card["hashes"].items()),
    )
    yield ""
    settings = ", ".join(f"{key} {value}" for key, value in card["settings"].items())
    yield f"Made by {card['created_by']} with {settings}."


def open_counter(folder: Path) -> Callable[[str], int]:
    """What counts the tokens of the model in a folder; raises TrainingError."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library has no narrower type
        raise TrainingError(
            f"{folder} has no tokenizer.json that can be read: {error}."
        ) from error
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A Markdown table, numbers to the right."""
    yield f"| {' | '.join(head)} |"
    yield "|---|" + "---:|" * (len(head) - 1)
    for row in rows:
        cells = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        yield f"| {' | '.join(cells)} |"
