"""What the sources hold to formulas that parse and repeat none before."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from fastformula_training.data.data_card import Tally
from fastformula_training.data.dedupe import Fingerprint, find_repeats
from fastformula_training.data.examine import Examined, examine
from fastformula_training.data.importers import import_source
from fastformula_training.data.processes import map_in_order
from fastformula_training.data.split import Member
from fastformula_training.documents import (
    Document,
    SetAside,
    read_documents,
    write_jsonl,
)

Item = TypeVar("Item")


class Watch(Protocol):
    """Passes items on and shows how far they are."""

    def __call__(self, items: Iterable[Item], stage: str, size: int) -> Iterator[Item]:
        """`size` is how many there will be, or 0 where nobody knows."""


def unwatched(items: Iterable[Item], stage: str, size: int) -> Iterator[Item]:
    """Show nothing."""
    return iter(items)


def read(
    sources: Sequence[Path],
    licence: str,
    draft: Path,
    tally: Tally,
    watch: Watch,
) -> int:
    """Write what the sources hold to the draft, and return how many formulas it is."""
    size = 0

    def documents() -> Iterator[Document]:
        nonlocal size
        for source in sources:
            for found in watch(import_source(source, licence), "reading", 0):
                if isinstance(found, SetAside):
                    tally.aside.append(found)
                else:
                    size += 1
                    yield found

    write_jsonl(draft, documents())
    return size


def parse(
    draft: Path,
    size: int,
    masks: bool,
    tally: Tally,
    processes: int,
    watch: Watch,
) -> list[Member]:
    """Parse the draft and put in its place the formulas that parse."""
    kept: list[Member] = []
    look = functools.partial(examine, masks=masks)
    found = map_in_order(look, read_documents(draft), size, processes)

    def documents() -> Iterator[Document]:
        for each in watch(found, "parsing", size):
            document = each.document
            tally.masked.update(each.masked or {})
            if each.fingerprint is None:
                tally.aside.append(_aside(document, each.reason))
                continue
            tally.examined.append((each.tokens, each.type))
            kept.append(_remembered(each, each.fingerprint))
            yield document

    write_jsonl(draft, documents())
    return kept


def _remembered(each: Examined, print_: Fingerprint) -> Member:
    document = each.document
    return Member(
        document.id,
        document.name,
        document.family,
        document.source,
        print_,
        document.place,
        bool(document.instruction),
    )


def _aside(document: Document, reason: str) -> SetAside:
    return SetAside(document.source, document.path, document.line, reason)


def drop_repeats(kept: Sequence[Member], threshold: float, tally: Tally) -> list[int]:
    """The places of formulas that repeat none before; others are told to the tally.

    Of exact copies the first stays that has an instruction, if one has.
    """
    firsts: dict[bytes, int] = {}
    for place, each in enumerate(kept):
        first = firsts.setdefault(each.fingerprint.exact, place)
        if each.asked and not kept[first].asked:
            firsts[each.fingerprint.exact] = place
    unique = sorted(firsts.values())
    for place, each in enumerate(kept):
        first = firsts[each.fingerprint.exact]
        if first != place:
            tally.repeats[place] = (first, 1.0)
    pairs = find_repeats([kept[place].fingerprint for place in unique], threshold)
    for pair in pairs:
        tally.repeats[unique[pair.second]] = (unique[pair.first], pair.jaccard)
    tally.places = [each.place for each in kept]
    return [place for place in unique if place not in tally.repeats]
