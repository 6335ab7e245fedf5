"""A variable is written with and without double quotes.

Oracle does not say whether `"base_pay"` and `base_pay` are the same variable; here they
are taken to be. Use one of the two all through the formula. Without quotes is usual;
with them a name can have blanks, or be that of a context.

Bad:
    INPUTS ARE hours (NUMBER)
    base_pay = hours * 12
    bonus = "base_pay" * 0.1
    RETURN bonus

Good:
    INPUTS ARE hours (NUMBER)
    base_pay = hours * 12
    bonus = base_pay * 0.1
    RETURN bonus

Uncertain: Whether the two spellings are one variable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fastformula.analysis import Analysis, Use
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first use of the rarer spelling of each name that has both."""
    for symbol in analysis.symbols.values():
        count = Counter(use.name.quoted for use in symbol.uses)
        if len(count) < 2:
            continue
        rarer = count[True] <= count[False]
        odd = [use for use in symbol.uses if use.name.quoted == rarer]
        usual = next(use for use in symbol.uses if use.name.quoted != rarer)
        yield _describe(odd, usual)


def _describe(odd: list[Use], usual: Use) -> Finding:
    written = usual.name.text
    fix = Fix(
        f"Write {written} everywhere",
        tuple(Edit(use.name.span, written) for use in odd),
    )
    return Finding(
        odd[0].name.span,
        f"`{odd[0].name.text}` is written `{written}` elsewhere. Oracle does not say "
        "that the two are one variable; write it one way.",
        (fix,),
        (
            Related(usual.name.span, f"Here it is {written}."),
            *(Related(use.name.span, "And here.") for use in odd[1:5]),
        ),
    )


RULE = Rule("mixed-quoting", "style", Severity.WARNING, check)
