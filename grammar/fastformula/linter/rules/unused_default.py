"""A DEFAULT is given for a name that the formula never uses.

Oracle advises to default only what a formula uses. A DEFAULT that nothing needs is
often left over from a formula that this one was copied from, or its name is misspelt,
and the item that is meant has none. It is said once for a formula, with the first of
them.

Bad:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    DEFAULT FOR PER_ASG_JOB_NAME IS ' '
    grade = PER_ASG_GRADE_NAME
    RETURN grade

Good:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    grade = PER_ASG_GRADE_NAME
    RETURN grade
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis, Symbol
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.misspellings import meant_elsewhere
from fastformula.linter.removal import remove
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Default, DefaultData, Statement


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first such DEFAULT of the formula, as they come in herds."""
    unused: list[Symbol] = []
    statements: list[Statement] = []
    passed_over = meant_elsewhere(analysis) | analysis.contexts.keys()
    for symbol in analysis.symbols.values():
        if symbol.kind == "input" or symbol.key in passed_over:
            continue
        stand_in = [use.statement for use in symbol.uses]
        if all(isinstance(each, Default | DefaultData) for each in stand_in):
            unused.append(symbol)
            statements += stand_in
    if not unused:
        return
    first, *others = unused
    message = f"`{first.name}` has a DEFAULT, but the formula never uses it."
    title = f"Remove the DEFAULT for {first.name}"
    if others:
        message += f" The same goes for {len(others)} more."
        title = "Remove each DEFAULT that is not used"
    yield Finding(
        first.uses[0].name.span,
        message,
        (Fix(title, remove(analysis.parsed.text, statements)),),
        tuple(
            Related(each.uses[0].name.span, f"`{each.name}` is not used either.")
            for each in others[:5]
        ),
    )


RULE = Rule(
    "unused-default",
    "suspicious",
    Severity.HINT,
    check,
    unnecessary=True,
    safe=True,
    needs_whole=True,
    yields_to=("misspelt-item", "misuse-of-default", "statement-order"),
)
