"""A variable is used as a context, or a context as a variable.

GET_CONTEXT, CONTEXT_IS_SET, NEED_CONTEXT and CHANGE_CONTEXTS take names of contexts
and nothing else. Oracle says "database item or local variable used as a context". The
other way round a context has to be read with GET_CONTEXT, which also says what it is
when nobody has set it. A formula that only reads a context by its bare name gets a
warning: some of Oracle's own examples do it.

Bad:
    l_payroll = 300100
    CHANGE_CONTEXTS(l_payroll = 300200) (
        pay = 1200
    )
    RETURN pay, l_payroll

Bad:
    INPUTS ARE hours (NUMBER)
    IF PAYROLL_ID = 300100 THEN
        pay = hours * 12
    ELSE
        pay = hours * 10
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER)
    l_payroll = GET_CONTEXT(PAYROLL_ID, 0)
    IF l_payroll = 300100 THEN
        pay = hours * 12
    ELSE
        pay = hours * 10
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Access, Analysis, Symbol, Use
from fastformula.analysis.words import replace
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.language.context import load_contexts
from fastformula.linter.declarations import default_literal, is_local_name
from fastformula.linter.products import find_context
from fastformula.linter.rule import Finding, Rule, reported
from fastformula.linter.spelling import nearest
from fastformula.text import Edit

_DECLARED = frozenset({Access.INPUT, Access.DEFAULT, Access.DEFAULT_DATA})

_ORACLE = "Oracle says: database item or local variable used as a context."


def check(analysis: Analysis) -> Iterator[Finding]:
    """What the analysis found, variables used as contexts, contexts read plainly."""
    yield from reported(analysis, "misuse-of-context")
    told = set()
    for use in analysis.uses:
        if use.access in (Access.CONTEXT, Access.SET_CONTEXT) and use.key not in told:
            symbol = analysis.symbols.get(use.key)
            if symbol is not None and _is_variable(symbol, use):
                told.add(use.key)
                yield _variable(symbol, use)
            elif analysis.contexts[use.key] is None:
                told.add(use.key)
                yield _unknown(analysis, use)
    for symbol in analysis.locals:
        if symbol.key not in told:
            yield from _plain(analysis, symbol)


def _is_variable(symbol: Symbol, use: Use | None = None) -> bool:
    """Whether the formula declares or assigns the name, and does so before `use`."""
    return any(
        (each.access.writes or each.access in _DECLARED)
        and (use is None or each.name.span < use.name.span)
        for each in symbol.uses
    )


def _variable(symbol: Symbol, use: Use) -> Finding:
    kind = {"input": "an input", "local": "a variable", "global": "a global value"}
    first = symbol.writes[0] if symbol.writes else symbol.uses[0]
    return Finding(
        use.name.span,
        f"`{use.name.text}` is {kind.get(symbol.kind, 'a database item')} in this "
        f"formula, and here it is used as a context. {_ORACLE}",
        related=(Related(first.name.span, "Here it is a variable."),),
    )


def _unknown(analysis: Analysis, use: Use) -> Finding:
    name, key = use.name, use.key
    known = load_contexts()
    similar = nearest(key, known)
    message = f"There is no context `{name.text}`."
    if similar:
        message += f" Did you mean {similar}?"
    # Some context that no guide names may end as those do that we know.
    is_open = key.rpartition("_")[2] in {each.rpartition("_")[2] for each in known}
    is_certain = (
        not is_open
        or bool(similar)
        or key in analysis.symbols
        or analysis.environment.catalogue.is_complete
        or analysis.environment.catalogue.find_item(key) is not None
        or is_local_name(key)
    )
    return Finding(
        name.span,
        f"{message} {_ORACLE}" if is_certain else message,
        (replace(name, similar),) if similar else (),
        severity=None if is_certain else Severity.WARNING,
    )


def _plain(analysis: Analysis, symbol: Symbol) -> Iterator[Finding]:
    """A context that is read as if it were a variable."""
    context = find_context(analysis, symbol.key)
    if context is None or _is_variable(symbol):
        return
    reads = [use for use in symbol.reads if use.access is not Access.RETURN]
    if not reads:
        return
    literal = default_literal(context.type)
    first, *others = reads
    is_certain = symbol.key in analysis.contexts
    message = (
        f"`{first.name.text}` is a context, which a formula cannot read by its bare "
        f"name. Write GET_CONTEXT({context.name}, {literal})."
    )
    if is_certain:
        message += f" {_ORACLE}"
    fix = Fix(
        f"Write GET_CONTEXT({context.name}, {literal})",
        tuple(
            Edit(use.name.span, f"GET_CONTEXT({context.name}, {literal})")
            for use in reads
            if use.access is Access.READ
        ),
    )
    yield Finding(
        first.name.span,
        message,
        (fix,) if fix.edits else (),
        tuple(Related(use.name.span, "And here.") for use in others[:5]),
        None if is_certain else Severity.WARNING,
    )


RULE = Rule("misuse-of-context", "compiler", Severity.ERROR, check)
