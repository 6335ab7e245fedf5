"""An ALIAS is given to something that is no database item, or takes a name in use.

ALIAS gives a database item or global value a second, shorter name. Inputs, contexts,
functions, local variables and other aliases cannot have one, and the new name must be
new. Oracle says "Misuse of ALIAS". Use the name itself, or assign the value to a local
variable.

Bad:
    ALIAS l_hours_worked AS hours
    l_hours_worked = 8
    pay = hours * 12
    RETURN pay

Bad:
    ALIAS PER_ASG_FTE_VALUE AS fte
    DEFAULT FOR fte IS 1
    INPUTS ARE fte (NUMBER)
    pay = 1200 * fte
    RETURN pay

Good:
    ALIAS PER_ASG_FTE_VALUE AS fte
    DEFAULT FOR fte IS 1
    pay = 1200 * fte
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.words import replace
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.language import find_functions
from fastformula.language.database_item import is_generated, looks_like_item
from fastformula.linter.declarations import is_local_name
from fastformula.linter.products import find_context
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Alias, Inputs, Node

_ORACLE = "Oracle says: Misuse of ALIAS."


def check(analysis: Analysis) -> Iterator[Finding]:
    """What is wrong with each ALIAS, first with what it names, then with the name."""
    inputs: dict[str, Node] = {}
    for statement, *_ in analysis.statements:
        if isinstance(statement, Inputs):
            for each in statement.inputs:
                inputs.setdefault(each.name.key, each)
    aliases: dict[str, Alias] = {}
    for statement, *_ in analysis.statements:
        if isinstance(statement, Alias):
            if statement.item.text and statement.alias.text:
                finding = _judge_item(analysis, statement, inputs, aliases)
                finding = finding or _judge_name(analysis, statement, inputs, aliases)
                if finding is not None:
                    yield finding
            aliases.setdefault(statement.alias.key, statement)


def _judge_item(
    analysis: Analysis,
    node: Alias,
    inputs: dict[str, Node],
    aliases: dict[str, Alias],
) -> Finding | None:
    name, key = node.item, node.item.key
    if key in aliases and aliases[key].item.key != key:
        other = aliases[key]
        return Finding(
            name.span,
            f"`{name.text}` is itself an ALIAS. {_ORACLE} Name the database item.",
            (replace(name, other.item.text),),
            (Related(other.span, "It is declared here."),),
        )
    if key in inputs:
        return _not_item(node, "an input", inputs[key])
    symbol = analysis.symbol_of(name)
    if symbol is None or symbol.item is None:
        if symbol is not None and symbol.writes:
            return _not_item(node, "a local variable", symbol.writes[0].name)
        if find_context(analysis, key) is not None:
            return _not_item(node, "a context, which GET_CONTEXT reads", None)
        if find_functions(key):
            return _not_item(node, "a function", None)
        near = analysis.environment.catalogue.similar_items(key)
        return _unknown(node, near, None)
    if symbol.item.evidence == "shape":
        if find_functions(key):
            return _not_item(node, "a function", None)
        near = analysis.environment.catalogue.similar_items(key)
        if is_local_name(key):
            return _unknown(node, near, None)
        if near:
            return _unknown(node, near, Severity.WARNING)
    return None


def _not_item(node: Alias, what: str, place: Node | None) -> Finding:
    related = () if place is None else (Related(place.span, "See here."),)
    return Finding(
        node.item.span,
        f"`{node.item.text}` is {what}. Only a database item or global value can have "
        f"an ALIAS. {_ORACLE}",
        related=related,
    )


def _unknown(node: Alias, near: tuple[str, ...], severity: Severity | None) -> Finding:
    message = f"There is no database item `{node.item.text}`."
    fixes: tuple[Fix, ...] = ()
    if near:
        message += f" Did you mean {' or '.join(near)}?"
        fixes = (replace(node.item, near[0]),)
    if severity is None:
        message += f" {_ORACLE}"
    return Finding(node.item.span, message, fixes, severity=severity)


def _judge_name(
    analysis: Analysis,
    node: Alias,
    inputs: dict[str, Node],
    aliases: dict[str, Alias],
) -> Finding | None:
    name, key = node.alias, node.alias.key
    other = aliases.get(key)
    if other is not None:
        if other.item.key == node.item.key:
            # Told by repeated-declaration.
            return None
        return _taken(node, f"the ALIAS of `{other.item.text}`", other)
    if key in inputs:
        return _taken(node, "an input", inputs[key])
    item = analysis.environment.catalogue.find_item(key)
    if item is not None and (
        item.evidence == "catalogue"
        # Items made for elements and balances are those of some other pod.
        or (looks_like_item(key) and not is_generated(key))
    ):
        return _taken(node, "a database item", None)
    if find_context(analysis, key) is not None:
        return _taken(node, "a context", None)
    if key == node.item.key:
        return Finding(
            name.span,
            f"The ALIAS of `{node.item.text}` has the same name. {_ORACLE}",
        )
    return None


def _taken(node: Alias, what: str, place: Node | None) -> Finding:
    related = () if place is None else (Related(place.span, "See here."),)
    return Finding(
        node.alias.span,
        f"`{node.alias.text}` is already {what}, so it cannot name something else. "
        f"{_ORACLE} Choose another name.",
        related=related,
    )


RULE = Rule("misuse-of-alias", "compiler", Severity.ERROR, check)
