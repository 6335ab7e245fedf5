"""Holes: where they are cut, and that nothing gets lost."""

import pytest
from fastformula.syntax import parse
from fastformula_training.data.holes import KINDS, cut_holes
from fastformula_training.documents import Document, Row

EVERY = dict.fromkeys(KINDS, 1.0)


def holes(document: Document, shares: dict[str, float], seed: int = 1) -> list[Row]:
    return cut_holes(parse(document.text), document, shares, 20, 400, seed)


def test_a_filled_hole_is_the_formula(documents: list[Document]) -> None:
    for document in documents:
        rows = holes(document, EVERY)
        assert len(rows) > 10
        for row in rows:
            assert row.prefix + row.middle + row.suffix == document.text
            assert row.middle.strip()
            assert (row.document, row.source) == (document.id, "own")


EXPECTED = {
    "condition": "hours_worked > weekly_norm",
    "expression": "hours_worked - weekly_norm",
    "statement": "RETURN overtime_hours, overtime_pay",
    "declaration": "INPUTS ARE hours_worked, hourly_rate",
    "body": "overtime_hours = 0\n  overtime_pay = 0",
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_kind_cuts_what_it_is_named_for(
    documents: list[Document], kind: str
) -> None:
    document = next(d for d in documents if d.name == "weekly_overtime")
    found = {
        row.middle for seed in range(20) for row in holes(document, {kind: 1}, seed)
    }
    assert EXPECTED[kind] in found


def test_arguments_are_cut_without_their_parentheses(documents: list[Document]) -> None:
    document = next(d for d in documents if d.name == "night_premium")
    rows = holes(document, {"arguments": 1})
    assert {row.middle for row in rows} == {
        "night_hours * premium_rate, 2",
        "2",
        "night_hours",
    }


@pytest.mark.parametrize("kind", ["statement", "body", "condition", "declaration"])
def test_a_hole_of_the_tree_leaves_a_place_where_its_text_parses(
    documents: list[Document], kind: str
) -> None:
    for document in documents:
        for row in holes(document, {kind: 1}):
            assert parse(row.prefix + row.middle + row.suffix).errors == ()
            assert not row.middle.endswith((" ", "\n"))


def test_a_line_is_cut_to_its_end(documents: list[Document]) -> None:
    for document in documents:
        for row in holes(document, {"line": 1}):
            assert "\n" not in row.middle
            assert row.suffix.lstrip(" ").startswith("\n") or not row.suffix


def test_the_same_seed_cuts_the_same_holes(documents: list[Document]) -> None:
    for document in documents:
        assert holes(document, EVERY) == holes(document, EVERY)
        assert holes(document, EVERY, 1) != holes(document, EVERY, 2)


def test_no_hole_is_longer_than_asked(documents: list[Document]) -> None:
    for document in documents:
        rows = cut_holes(parse(document.text), document, EVERY, 10, 30, 1)
        assert rows
        assert max(len(row.middle) for row in rows) <= 30


def test_a_hole_is_cut_once_only(documents: list[Document]) -> None:
    for document in documents:
        rows = cut_holes(parse(document.text), document, EVERY, 2, 400, 1)
        places = [(len(row.prefix), len(row.middle)) for row in rows]
        assert len(places) == len(set(places))


def test_a_share_of_holes_stands_at_the_end_of_what_is_written(
    documents: list[Document],
) -> None:
    whole, open_ended = (
        [
            row
            for document in documents
            for row in cut_holes(
                parse(document.text), document, EVERY, 10, 400, 1, unfinished
            )
        ]
        for unfinished in (0.0, 0.5)
    )
    assert [(row.prefix, row.middle) for row in whole] == [
        (row.prefix, row.middle) for row in open_ended
    ]
    ended = sum(not row.suffix.strip() for row in open_ended)
    assert 0.4 < ended / len(open_ended) < 0.6
