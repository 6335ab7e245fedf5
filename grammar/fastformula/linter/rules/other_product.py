"""The formula uses what the product it is written for does not have.

Arrays, loops, CHANGE_CONTEXTS, the working storage area and calls of other formulas are
Fusion's; E-Business Suite has the statements ALIAS, DEFAULT, INPUTS, IF, RETURN and the
assignment. Some functions exist in one of the two only. The product is set in
fastformula.toml or in the editor's settings.

Product: ebs

Bad:
    day = 1
    WHILE day < 5 LOOP
        day = day + 1
    RETURN day

Bad:
    pay = 1200  # a month
    RETURN pay

Good:
    pay = 1200  /* a month */
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.language import find_functions
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax import trivia
from fastformula.text import Span

_FUSION = {
    "LSQB": "arrays",
    "DOT": "arrays",
    "WHILE": "loops",
    "CHANGE_CONTEXTS": "CHANGE_CONTEXTS",
    "NEED_CONTEXT": "NEED_CONTEXT",
    "DEFAULT_DATA_VALUE": "arrays",
}
"""By the kind of a token what E-Business Suite does not have."""

_NAMES = {"fusion": "Fusion", "ebs": "E-Business Suite"}


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first place of everything that the product lacks."""
    told: set[str] = set()
    if analysis.environment.product == "ebs":
        for span, what in _constructs(analysis):
            if what not in told:
                told.add(what)
                yield Finding(span, f"E-Business Suite has no {what}.")
    for site in analysis.calls:
        products = {each.product for each in find_functions(site.key)}
        is_other = products and not products & {"both", analysis.product}
        if is_other and site.key not in told:
            told.add(site.key)
            yield Finding(
                site.call.function.span,
                f"{site.call.function.text} is a function of "
                f"{_NAMES[products.pop()]}; {_NAMES[analysis.product]} does not have "
                "it.",
            )


def _constructs(analysis: Analysis) -> Iterator[tuple[Span, str]]:
    text = analysis.parsed.text
    for token in analysis.parsed.tokens:
        if "#" in text[token.lead : token.start]:
            for piece in trivia(text, token):
                if piece.kind == "hash-comment":
                    yield piece.span, "comments that begin with `#`"
        if token.kind in _FUSION:
            yield Span(token.start, token.end), _FUSION[token.kind]


RULE = Rule("other-product", "compiler", Severity.WARNING, check)
