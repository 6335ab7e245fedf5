"""Something gets a value that a formula cannot give one.

Database items, global values and their aliases can only be read. A context is set by
CHANGE_CONTEXTS, for the statements in its parentheses. Oracle says "Misuse of
ASSIGNMENT". The same holds for the outputs of CALL_FORMULA, for variables that a
function fills, for array elements and for DELETE. Assign to a local variable.

A name in double quotes is always a variable, so `"PAYROLL_ID" = 5` is allowed.

Bad:
    DEFAULT FOR PER_ASG_FTE_VALUE IS 1
    PER_ASG_FTE_VALUE = 0.5
    pay = 1200 * PER_ASG_FTE_VALUE
    RETURN pay

Bad:
    PAYROLL_ID = 300100
    pay = 1200
    RETURN pay

Good:
    DEFAULT FOR PER_ASG_FTE_VALUE IS 1
    l_fte = PER_ASG_FTE_VALUE
    IF l_fte > 1 THEN
        l_fte = 1
    CHANGE_CONTEXTS(PAYROLL_ID = 300100) (
        pay = 1200 * l_fte
    )
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.declarations import seems_item
from fastformula.linter.products import find_context
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Assign, Body
from fastformula.text import Edit, Span


def check(analysis: Analysis) -> Iterator[Finding]:
    """Every write to a thing that cannot be written."""
    for symbol in analysis.symbols.values():
        if symbol.item is not None:
            for use in symbol.uses:
                if use.access.writes or use.access is Access.DELETE:
                    yield _item(symbol, use)
        elif symbol.kind == "local" and symbol.writes:
            if find_context(analysis, symbol.key) is not None:
                yield from _context(analysis, symbol)
            elif seems_item(analysis, symbol):
                for use in symbol.writes:
                    yield _item(symbol, use)


def _item(symbol: Symbol, use: Use) -> Finding:
    name = use.name.text
    related: tuple[Related, ...] = ()
    if symbol.alias is not None and use.name.key == symbol.alias.alias.key:
        what = f"`{name}` is the ALIAS of `{symbol.alias.item.text}`"
        related = (Related(symbol.alias.span, "It is declared here."),)
    else:
        kind = "global value" if symbol.kind == "global" else "database item"
        what = f"`{name}` is a {kind}"
    deed = "emptied" if use.access is Access.DELETE else "given a value"
    return Finding(
        use.name.span,
        f"{what}, which cannot be {deed}. Oracle says: Misuse of ASSIGNMENT. Copy it "
        "to a local variable, and change that.",
        related=related,
    )


def _context(analysis: Analysis, symbol: Symbol) -> Iterator[Finding]:
    claim = analysis.formula_type
    if claim is not None and claim.type.find_return(symbol.key) is not None:
        return
    for use in symbol.writes:
        name = use.name.text
        if symbol.is_returned:
            yield Finding(
                use.name.span,
                f"`{name}` is also a context. If you return a variable of that name, "
                f'write it in double quotes, `"{name}"`, so that Oracle cannot take '
                "it for the context.",
                severity=Severity.WARNING,
            )
            return
        yield Finding(
            use.name.span,
            f"`{name}` is a context, which only CHANGE_CONTEXTS can set. Oracle says: "
            f"Misuse of ASSIGNMENT. Write CHANGE_CONTEXTS({name} = …) ( … ) around "
            "the statements that need it.",
            _setting(analysis, use),
        )


def _setting(analysis: Analysis, use: Use) -> tuple[Fix, ...]:
    """Set the context for what follows in the block."""
    assign, body = use.statement, use.scope.body
    if not isinstance(assign, Assign) or (body is not None and not body.bracketed):
        return ()
    after = _following(analysis, assign, body)
    if after is None:
        return ()
    written = assign.span.text_in(analysis.parsed.text)
    return (
        Fix(
            "Set it by CHANGE_CONTEXTS for the statements that follow",
            (
                Edit(assign.span, f"CHANGE_CONTEXTS({written}) ("),
                Edit(Span(after, after), "\n)"),
            ),
        ),
    )


def _following(analysis: Analysis, assign: Assign, body: Body | None) -> int | None:
    """The end of the statements behind `assign` in its block."""
    block = analysis.parsed.tree.statements if body is None else body.statements
    end = block[-1].span.end if block else 0
    return end if end > assign.span.end else None


RULE = Rule("misuse-of-assignment", "compiler", Severity.ERROR, check)
