"""An ALIAS gives a name that the formula never uses.

Either the item is used under its long name all the same, and the short one is one name
more to know, or the item is not used at all.

Bad:
    ALIAS PER_ASG_GRADE_NAME AS grade_name
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    grade = PER_ASG_GRADE_NAME
    RETURN grade

Good:
    ALIAS PER_ASG_GRADE_NAME AS grade_name
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    grade = grade_name
    RETURN grade
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.removal import remove
from fastformula.linter.rule import Finding, Rule


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each ALIAS whose new name stands nowhere else."""
    used = {
        use.name.key for use in analysis.uses if use.access is not Access.ALIAS
    } | set(analysis.contexts)
    for use in analysis.uses:
        if use.access is not Access.ALIAS or use.name.key in used:
            continue
        symbol = analysis.symbols.get(use.key)
        # Told by misuse-of-alias where there is nothing that it could stand for.
        if symbol is not None and symbol.item is not None:
            yield Finding(
                use.name.span,
                f"The alias `{use.name.text}` is never used.",
                (
                    Fix(
                        f"Remove the ALIAS {use.name.text}",
                        remove(analysis.parsed.text, (use.statement,)),
                    ),
                ),
            )


RULE = Rule(
    "unused-alias",
    "suspicious",
    Severity.HINT,
    check,
    unnecessary=True,
    safe=True,
    needs_whole=True,
)
