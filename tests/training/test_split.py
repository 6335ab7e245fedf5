"""Splitting: nothing that belongs together is divided."""

from dataclasses import replace

import pytest
from fastformula.syntax import tokenize
from fastformula_training.data.dedupe import fingerprint, jaccard
from fastformula_training.data.split import (
    RELATED,
    Member,
    deal,
    find_families,
    plain_name,
)
from fastformula_training.data.synthesis import synthesize
from fastformula_training.documents import Document
from fastformula_training.error import TrainingError

Split = dict[str, list[Document]]


def split(
    documents: list[Document],
    validation: float,
    test: float,
    seed: int,
    *,
    whole_sources: bool = False,
) -> Split:
    members = [
        Member(d.id, d.name, d.family, d.source, fingerprint(tokenize(d.text), d.text))
        for d in documents
    ]
    families = find_families(members, whole_sources=whole_sources)
    dealt = deal(families, [d.id for d in documents], validation, test, seed)
    parts: Split = {"train": [], "validation": [], "test": []}
    for document, part in zip(documents, dealt, strict=True):
        parts[part].append(document)
    return parts


def variants(documents: list[Document], count: int) -> list[Document]:
    return [
        replace(document, text=document.text.replace(" = ", f" = {n} + ", 1))
        for n in range(1, count + 1)
        for document in documents
    ]


@pytest.mark.parametrize("seed", range(8))
def test_versions_of_a_formula_stay_on_one_side(
    documents: list[Document], seed: int
) -> None:
    parts = split(variants(documents, 4), 0.2, 0.2, seed)
    names = {part: {d.name for d in inside} for part, inside in parts.items()}
    assert sum(map(len, names.values())) == len(documents)
    assert all(names.values())
    assert sum(map(len, parts.values())) == 40


@pytest.mark.parametrize("seed", range(8))
def test_a_named_family_stays_on_one_side(documents: list[Document], seed: int) -> None:
    family = [
        replace(d, family="ABSENCE" if n % 2 else "") for n, d in enumerate(documents)
    ]
    parts = split(family, 0.3, 0.3, seed)
    holders = [part for part in parts.values() if any(d.family for d in part)]
    assert len(holders) == 1


@pytest.mark.parametrize("seed", range(4))
def test_no_formula_of_one_side_is_like_one_of_another(seed: int) -> None:
    several = list(synthesize(80, 7))
    parts = split(several, 0.2, 0.2, seed)
    assert all(parts.values())
    prints = {
        part: [fingerprint(tokenize(d.text), d.text).shingles for d in inside]
        for part, inside in parts.items()
    }
    for one, other in (
        ("train", "validation"),
        ("train", "test"),
        ("validation", "test"),
    ):
        assert all(jaccard(a, b) < RELATED for a in prints[one] for b in prints[other])


@pytest.mark.parametrize("seed", range(8))
def test_a_source_can_be_kept_whole(documents: list[Document], seed: int) -> None:
    several = [replace(d, source=f"team {n % 5}") for n, d in enumerate(documents)]
    parts = split(several, 0.2, 0.2, seed, whole_sources=True)
    sources = [{d.source for d in part} for part in parts.values()]
    assert all(sources)
    assert sum(map(len, sources)) == 5


def test_two_sources_are_too_few_to_keep_whole(documents: list[Document]) -> None:
    with pytest.raises(TrainingError, match="needs formulas of 3 sources"):
        split(documents, 0.2, 0.2, 1, whole_sources=True)


def test_the_split_is_the_same_every_time_and_another_by_seed(
    documents: list[Document],
) -> None:
    assert split(documents, 0.2, 0.2, 1) == split(documents, 0.2, 0.2, 1)
    tests = {
        tuple(d.id for d in split(documents, 0.2, 0.2, s)["test"]) for s in range(9)
    }
    assert len(tests) > 1


def test_order_of_the_sources_does_not_matter(documents: list[Document]) -> None:
    forth = split(documents, 0.2, 0.2, 3)
    back = split(documents[::-1], 0.2, 0.2, 3)
    for part in ("test", "validation"):
        assert {d.id for d in forth[part]} == {d.id for d in back[part]}


def test_one_formula_is_trained_on(documents: list[Document]) -> None:
    assert split(documents[:1], 0.1, 0.1, 1)["train"] == [documents[0]]


def test_versions_that_differ_much_are_a_family_and_namesakes_are_not() -> None:
    first, second, *others = synthesize(30, 2)
    cut = len(first.text) // 2
    text = second.text[: len(second.text) // 2] + first.text[cut:]
    versions = [replace(first, name="PAY_V1"), replace(first, name="PAY_V2", text=text)]
    numbered = [replace(d, name=f"FF_{n:03}") for n, d in enumerate(others)]
    members = [
        Member(d.id, d.name, "", "", fingerprint(tokenize(d.text), d.text))
        for d in (*versions, *numbered)
    ]
    alike = jaccard(members[0].fingerprint.shingles, members[1].fingerprint.shingles)
    assert 0.2 < alike < RELATED
    families = find_families(members, whole_sources=False)
    assert families[0] == [0, 1]
    assert len(families) > 20


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("OVERTIME_V2", "OVERTIME"),
        ("overtime copy (1)", "OVERTIME"),
        ("Overtime_old_20240131", "OVERTIME"),
        ("OVERTIME", "OVERTIME"),
        ("GOLD", "GOLD"),
        ("THRESHOLD", "THRESHOLD"),
        ("V2", "V2"),
    ],
)
def test_the_version_does_not_count_in_a_name(name: str, plain: str) -> None:
    assert plain_name(name) == plain
