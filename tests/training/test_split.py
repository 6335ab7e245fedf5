"""Splitting: nothing that belongs together is divided."""

from dataclasses import replace

import pytest
from fastformula_training.documents import Document
from fastformula_training.split import split_documents


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
    split = split_documents(variants(documents, 4), 0.2, 0.2, seed)
    parts = {
        name: {d.name for d in getattr(split, name)}
        for name in ("train", "validation", "test")
    }
    assert sum(map(len, parts.values())) == len(documents)
    assert all(parts.values())
    assert len(split.train) + len(split.validation) + len(split.test) == 40


@pytest.mark.parametrize("seed", range(8))
def test_a_named_family_stays_on_one_side(documents: list[Document], seed: int) -> None:
    family = [
        replace(d, family="ABSENCE" if n % 2 else "") for n, d in enumerate(documents)
    ]
    split = split_documents(family, 0.3, 0.3, seed)
    holders = [
        part
        for part in (split.train, split.validation, split.test)
        if any(d.family for d in part)
    ]
    assert len(holders) == 1


def test_the_split_is_the_same_every_time_and_another_by_seed(
    documents: list[Document],
) -> None:
    assert split_documents(documents, 0.2, 0.2, 1) == split_documents(
        documents, 0.2, 0.2, 1
    )
    assert len({split_documents(documents, 0.2, 0.2, s).test for s in range(9)}) > 1


def test_order_of_the_sources_does_not_matter(documents: list[Document]) -> None:
    forth = split_documents(documents, 0.2, 0.2, 3)
    back = split_documents(documents[::-1], 0.2, 0.2, 3)
    assert set(forth.test) == set(back.test)
    assert set(forth.validation) == set(back.validation)


def test_one_formula_is_trained_on(documents: list[Document]) -> None:
    split = split_documents(documents[:1], 0.1, 0.1, 1)
    assert split.train == (documents[0],)
