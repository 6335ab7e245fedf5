"""A comment names a formula type that Oracle does not have.

Without a known type, inputs and returns are not checked against what Oracle hands over
and takes back. Write the name as the Fast Formulas page has it.

Bad:
    /* Formula Type: Global Absense Entry Validation */
    INPUTS ARE IV_START_DATE (DATE)
    valid = 'Y'
    IF IV_START_DATE < '2020/01/01 00:00:00' (DATE) THEN
        valid = 'N'
    RETURN valid

Good:
    /* Formula Type: Global Absence Entry Validation */
    INPUTS ARE IV_START_DATE (DATE)
    valid = 'Y'
    IF IV_START_DATE < '2020/01/01 00:00:00' (DATE) THEN
        valid = 'N'
    RETURN valid
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from fastformula.analysis import Analysis
from fastformula.analysis.formula_type import read_headers
from fastformula.diagnostic import Fix, Severity
from fastformula.language.formula_type import load_formula_types
from fastformula.linter.rule import Finding, Rule
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first such comment, where nothing else names the type."""
    claim = analysis.formula_type
    if claim is not None and claim.origin != "inferred":
        return
    for written, span in read_headers(analysis.parsed):
        near = get_close_matches(written.upper(), load_formula_types(), n=1, cutoff=0.8)
        message = f"Nobody knows a formula type `{written}`."
        fixes: tuple[Fix, ...] = ()
        if near:
            name = load_formula_types()[near[0]].name
            message += f" Did you mean {name}?"
            fixes = (Fix(f"Write {name}", (Edit(span, name),)),)
        yield Finding(span, message, fixes)
        return


RULE = Rule("unknown-formula-type", "contract", Severity.HINT, check)
