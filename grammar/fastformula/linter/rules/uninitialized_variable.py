"""A variable is used before it has a value.

Nothing gives it one on any way to this place. Mostly the name is misspelt: a database
item that Oracle does not know under this name, or whose contexts the formula type
lacks, is taken for a local variable. Oracle says "The local variable was used before
being initialized".

A name that no statement of the formula gives a value may also be a database item or
global value of your own. Without a catalogue of your pod nobody here can tell, so for
names that look as if they could be, this is a warning. Nothing is said of names in a
statement that cannot be read, as that may give them a value.

Bad:
    INPUTS ARE hours (NUMBER)
    l_pay = hours * l_rate
    l_rate = 12
    RETURN l_pay

Bad:
    INPUTS ARE hours_worked (NUMBER)
    pay = hours_workd * 12
    RETURN pay

Good:
    INPUTS ARE hours (NUMBER)
    l_rate = 12
    l_pay = hours * l_rate
    RETURN l_pay
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fastformula.analysis import Access, Analysis, Symbol
from fastformula.analysis.words import replace
from fastformula.diagnostic import Related, Severity
from fastformula.language import find_functions
from fastformula.linter.declarations import is_local_name
from fastformula.linter.products import find_context
from fastformula.linter.rule import Finding, Rule
from fastformula.linter.spelling import nearest
from fastformula.syntax.tree import Name

_MOST = 30
"""Unknown names that a near one is looked for; where more are, the text is no formula
of this pod, and each would be compared with all names."""

_ORACLE = "Oracle says: The local variable was used before being initialized."


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first such use of each variable."""
    known = {
        each.key: each.name
        for each in analysis.symbols.values()
        if each.writes or each.kind != "local"
    }
    unknown = 0
    for symbol in analysis.locals:
        if symbol.alias or symbol.default_data or find_context(analysis, symbol.key):
            # Told by misuse-of-alias, misuse-of-default and misuse-of-context.
            continue
        for use in symbol.uses:
            is_read = use.access.reads and use.access is not Access.RETURN
            if is_read and use.assigned == "no":
                if symbol.writes:
                    yield _too_early(symbol, use.name)
                else:
                    unknown += 1
                    others = known if unknown <= _MOST else {}
                    yield _unknown(analysis, symbol, use.name, others)
                break


def _too_early(symbol: Symbol, name: Name) -> Finding:
    return Finding(
        name.span,
        f"`{name.text}` is used here before it has a value. {_ORACLE}",
        related=(Related(symbol.writes[0].name.span, "It first gets a value here."),),
    )


def _unknown(
    analysis: Analysis, symbol: Symbol, name: Name, known: Mapping[str, str]
) -> Finding:
    if find_functions(symbol.key):
        return Finding(
            name.span,
            f"`{name.text}` is a function, and this takes it for a variable, which "
            f"nothing gives a value. Write `{name.text}(…)`.",
            severity=Severity.WARNING,
        )
    similar = known.get(nearest(symbol.key, known), "")
    catalogue = analysis.environment.catalogue
    near = catalogue.similar_items(symbol.key) if known and not similar else ()
    message = f"Nothing gives `{name.text}` a value."
    if similar:
        message += f" Did you mean `{similar}`?"
    elif near:
        message += f" Did you mean the database item {' or '.join(near)}?"
    is_open = not (similar or near or catalogue.is_complete or _is_local(symbol))
    if is_open:
        message += " Unless it is a database item or global value of yours,"
    message += f" {_ORACLE}"
    suggestion = similar or next(iter(near), "")
    return Finding(
        name.span,
        message,
        (replace(name, suggestion),) if suggestion else (),
        severity=Severity.WARNING if is_open else None,
    )


def _is_local(symbol: Symbol) -> bool:
    """Whether it can hardly be an item or global value of some pod."""
    return (
        symbol.is_returned
        or is_local_name(symbol.key)
        or symbol.key.startswith('"')
        or any(use.access in (Access.ELEMENT, Access.KEYS) for use in symbol.uses)
    )


RULE = Rule("uninitialized-variable", "compiler", Severity.ERROR, check)
