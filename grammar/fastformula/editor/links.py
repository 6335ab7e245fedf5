"""Names of called formulas and of rules as links to what they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fastformula.analysis import Analysis
from fastformula.editor.formula_names import find_calls
from fastformula.linter.suppression import Excuse, read_excuses
from fastformula.text import Span


class Link(NamedTuple):
    """Where a called formula is named, and the file that it stands in."""

    span: Span
    formula: str
    path: str


def find_links(analysis: Analysis) -> Iterator[Link]:
    """The calls of formulas that are at hand, in source order."""
    library = analysis.environment.library
    for call in find_calls(analysis):
        signature = library.find(call.formula)
        if signature is not None:
            yield Link(call.span, signature.name, signature.path)


def find_excused(analysis: Analysis) -> list[Excuse]:
    """The rules that comments name to excuse a place, each with where it is named."""
    statements = [each.statement for each in analysis.statements]
    return [each for each in read_excuses(analysis.parsed, statements) if each.rule]
