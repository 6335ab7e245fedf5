"""Declarations that a formula lacks, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import get_args

from fastformula.diagnostic import Fix
from fastformula.editor.refactoring.place import Place, Refactoring
from fastformula.linter.rules import missing_default, undeclared_name
from fastformula.syntax.tree import Declaration, Inputs
from fastformula.text import Edit, Span

FEWEST = 2
"""For one alone there is a quick fix."""


def add_defaults(place: Place) -> Iterator[Refactoring]:
    """Add a DEFAULT for each database item that may be empty and has none."""
    fixes = [
        finding.fixes[0]
        for finding in missing_default.check(place.analysis)
        if finding.fixes
    ]
    if len(fixes) >= FEWEST:
        title = f"Add the DEFAULT of all {len(fixes)} items that lack it"
        yield Refactoring(title, "rewrite", _join(fixes))


def add_inputs(place: Place) -> Iterator[Refactoring]:
    """Add to INPUTS ARE what has a DEFAULT only, and what the type hands over."""
    statement = place.placed.statement
    if not isinstance(statement, get_args(Declaration)):
        return
    fixes = [
        finding.fixes[0]
        for finding in undeclared_name.check(place.analysis)
        if finding.fixes
    ]
    if len(fixes) >= FEWEST:
        title = f"Add all {len(fixes)} names that have only a DEFAULT to INPUTS ARE"
        yield Refactoring(title, "rewrite", _join(fixes))
    yield from _add_contract(place)


def _add_contract(place: Place) -> Iterator[Refactoring]:
    """Declare the inputs that formulas of this type have to declare."""
    analysis = place.analysis
    claim = analysis.formula_type
    if claim is None or claim.origin == "inferred":
        return
    missing = [
        each
        for each in claim.type.inputs
        # Without a type it would be declared a number.
        if each.required and each.types and each.name not in analysis.symbols
    ]
    if not missing:
        return
    names = [
        each.name if each.types[0] == "NUMBER" else f"{each.name} ({each.types[0]})"
        for each in missing
    ]
    statements = analysis.parsed.tree.statements
    there = next((each for each in statements if isinstance(each, Inputs)), None)
    if there is not None:
        end = there.span.end
        edit = Edit(Span(end, end), "".join(f",\n    {name}" for name in names))
    else:
        start = statements[0].span.start
        edit = Edit(Span(start, start), f"INPUTS ARE {', '.join(names)}\n")
    yield Refactoring(
        f"Declare the inputs of the type {claim.type.name}", "rewrite", (edit,)
    )


def _join(fixes: list[Fix]) -> tuple[Edit, ...]:
    """The edits of all, those for one place as one."""
    edits = [edit for fix in fixes for edit in fix.edits]
    edits.sort(key=lambda edit: edit.span)
    return tuple(
        Edit(span, "".join(edit.new_text for edit in group))
        for span, group in groupby(edits, key=lambda edit: edit.span)
    )
