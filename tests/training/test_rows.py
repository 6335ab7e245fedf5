"""A formula to rows: holes as serving sees them, texts and instructions."""

from dataclasses import replace

import pytest
from fastformula.syntax import parse
from fastformula_completion import complete
from fastformula_models.fake import FakeBackend
from fastformula_models.instructions import write_formula
from fastformula_training.data.examine import environment_of
from fastformula_training.data.holes import KINDS
from fastformula_training.data.rows import Cuts, Job, cut_rows, pieces
from fastformula_training.documents import Document, Row

CUTS = Cuts(dict.fromkeys(KINDS, 1.0), 40, 400, 6000, 1.0, 1)


def rows_of(document: Document, cuts: Cuts = CUTS, *others: str) -> list[Row]:
    return cut_rows(Job(document, others, 0.0, cuts))


def served(row: Row, document: Document, others: tuple[str, ...]) -> str | None:
    """What a model that is asked at this cursor is told before the prefix."""
    backend = FakeBackend(("",))
    complete(
        row.prefix + row.suffix,
        len(row.prefix),
        backend,
        manual=True,
        environment=environment_of(document),
        others=others,
    )
    return backend.requests[0].context() if backend.requests else None


def test_the_context_is_what_serving_writes(documents: list[Document]) -> None:
    others = tuple(document.text for document in documents[:3])
    compared = 0
    for document in documents[3:]:
        typed = replace(document, type="Oracle Payroll")
        for each in (document, typed):
            for row in rows_of(each, CUTS, *others)[:6]:
                if (
                    row.kind in KINDS
                    and (said := served(row, each, others)) is not None
                ):
                    assert row.context == said
                    compared += bool(said)
    assert compared > 20


def test_a_share_of_the_holes_has_a_context(documents: list[Document]) -> None:
    document = next(d for d in documents if d.name == "weekly_overtime")
    rows = rows_of(document, replace(CUTS, characters_per_hole=5, contexts=0.5))
    holes = [row for row in rows if row.kind in KINDS]
    assert 0.3 < sum(bool(row.context) for row in holes) / len(holes) < 0.7
    without = rows_of(document, replace(CUTS, characters_per_hole=5, contexts=0))
    assert [replace(row, context="") for row in rows] == without


def test_a_text_row_is_the_formula(documents: list[Document]) -> None:
    for document in documents:
        texts = [row for row in rows_of(document) if row.kind == "text"]
        assert [(row.prefix, row.middle, row.suffix) for row in texts] == [
            ("", document.text, "")
        ]
        assert not texts[0].context


@pytest.mark.parametrize("longest", [1, 60, 120, 100_000])
def test_pieces_are_cut_behind_statements(
    documents: list[Document], longest: int
) -> None:
    for document in documents:
        parsed = parse(document.text)
        found = list(pieces(parsed, longest))
        assert "".join(found) == document.text
        ends = {node.span.end for node in parsed.tree.statements}
        done = 0
        for piece in found[:-1]:
            done += len(piece)
            assert any(
                not document.text[end:done].strip() for end in ends if end <= done
            )
        assert len(found) == {1: len(ends), 100_000: 1}.get(longest, len(found))
        if longest > 1:
            whole = [piece for piece in found if len(parse(piece).tree.statements) > 1]
            assert all(len(piece) <= longest for piece in whole)


def test_an_instruction_row_asks_as_serving_does(documents: list[Document]) -> None:
    asked = replace(documents[0], instruction="\nPay a bonus by grade.\n")
    row = rows_of(asked)[-1]
    assert row == Row(
        "",
        asked.text,
        "",
        "instruction",
        asked.source,
        asked.id,
        instruction=write_formula("Pay a bonus by grade.", ""),
    )
    assert all(each.kind != "instruction" for each in rows_of(documents[0]))
