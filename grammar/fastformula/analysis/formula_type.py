"""Which formula type a text is of, and how we know."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastformula.analysis.environment import Environment
from fastformula.analysis.model import TypeClaim
from fastformula.analysis.names import Names
from fastformula.language.formula_type import (
    FormulaType,
    find_formula_type,
    load_formula_types,
)
from fastformula.language.types import Product
from fastformula.syntax import Parsed, trivia
from fastformula.syntax.tokens import COMMENT_KINDS
from fastformula.text import Span

_HEADER = re.compile(
    r"(?P<sure>formula[ _]?type[ \t]*[:=-]+|^[ \t/*#-]*type[ \t]*:)"
    r"[ \t]*(?P<name>[^\r\n*]+)",
    re.IGNORECASE | re.MULTILINE,
)
"""`Formula Type: …` anywhere in a comment, or `Type: …` where a line of it begins."""

_HINTS = (re.compile(r"type[ \t]*:"), re.compile(r"formula[ _]?type[ \t]*[=-]"))
"""Without any of these in the text in lower case there is no header. Each begins with a
word that Python looks for quickly, as long as its case is known."""

_ENOUGH = 2
"""So many names of a contract have to stand in the formula before it is inferred."""


def claim_type(
    parsed: Parsed, names: Names, environment: Environment, product: Product
) -> TypeClaim | None:
    """By setting, else by a comment `Formula Type: …`, else by inputs and returns."""
    if environment.formula_type:
        found = find_formula_type(environment.formula_type)
        if found is not None:
            return TypeClaim(found, "setting", None)
    return _read_comment(parsed) or _infer(names, product)


def read_headers(parsed: Parsed) -> Iterator[tuple[str, Span]]:
    """What the comments say of the formula's type, and where; known or not.

    A line that says `Type:` alone may be of something else, so it counts where what it
    says is known.
    """
    text = parsed.text
    lowered = text.lower()
    if not any(hint.search(lowered) for hint in _HINTS):
        return
    for token in parsed.tokens:
        for piece in trivia(text, token) if token.lead < token.start else ():
            if piece.kind not in COMMENT_KINDS:
                continue
            for match in _HEADER.finditer(text, *piece.span):
                written = match["name"].removesuffix("/").strip()
                is_sure = match["sure"].lower().startswith("formula")
                if written and (is_sure or find_formula_type(written)):
                    start = match.start("name")
                    yield written, Span(start, start + len(written))


def _read_comment(parsed: Parsed) -> TypeClaim | None:
    for written, span in read_headers(parsed):
        found = find_formula_type(written)
        if found is not None:
            return TypeClaim(found, "comment", span)
    return None


def _infer(names: Names, product: Product) -> TypeClaim | None:
    """The one type whose contract shares the most names with the formula."""
    returned = sorted(names.returned)
    best: list[tuple[FormulaType, tuple[str, ...]]] = []
    for each in load_formula_types().values():
        if each.product not in ("both", product):
            continue
        if each.detail not in ("documented", "sampled"):
            continue
        returns = tuple(key for key in returned if each.find_return(key))
        # What is handed back says more than what is taken, as many types share inputs.
        if not returns:
            continue
        inputs = tuple(key for key in names.inputs if each.find_input(key))
        if len(inputs) + len(returns) < _ENOUGH:
            continue
        reasons = (*inputs, *returns)
        if not best or len(reasons) > len(best[0][1]):
            best = [(each, reasons)]
        elif len(reasons) == len(best[0][1]):
            best.append((each, reasons))
    if len(best) != 1:
        return None
    found, reasons = best[0]
    return TypeClaim(found, "inferred", None, reasons)
