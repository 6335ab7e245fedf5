"""The text with the values for GET_VALUE_SET is put together wrongly.

It names the parameters of the value set and their values: first the sign that parts
them and the sign between name and value, then each pair, a text or date in quotes:
`|=P_PERSON_ID=123|P_DAY='2026/04/06'`. In a formula every quote of it is written
twice. One sign too few and the value set finds nothing, or the run fails with an error
that does not say why.

Bad:
    INPUTS ARE person_number (TEXT)
    grade = GET_VALUE_SET('XX_GRADE', 'P_PERSON_NUMBER=''' || person_number || '''')
    RETURN grade

Bad:
    INPUTS ARE person_number (TEXT)
    grade = GET_VALUE_SET('XX_GRADE', '|=P_PERSON_NUMBER=''' || person_number)
    RETURN grade

Bad:
    INPUTS ARE person_number (TEXT), day (TEXT)
    binds = '|=P_PERSON_NUMBER=''' || person_number || ''' | P_DAY=''' || day || ''''
    grade = GET_VALUE_SET('XX_GRADE', binds)
    RETURN grade

Good:
    INPUTS ARE person_number (TEXT), day (TEXT), person (NUMBER)
    binds = '|=P_PERSON_NUMBER=''' || person_number || '''|P_DAY=''' || day || ''''
    grade = GET_VALUE_SET('XX_GRADE', binds)
    job = GET_VALUE_SET('XX_JOB', '|=P_PERSON_ID=' || TO_CHAR(person))
    RETURN grade, job
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fastformula.analysis import Access, Analysis
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.nodes import inner
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import (
    Assign,
    Binary,
    Call,
    Expression,
    Name,
    Text,
)
from fastformula.text import Edit, Span

_VALUE = "\ue000"
"""Stands for a value that is not known; in the private use area, as nobody types it."""
_DAY = "\ue001"
"""Stands for a date made a text by TO_CHAR."""
_NAME = re.compile(r"[A-Za-z]\w*")
DEEPEST = 8
"""Variables are followed so far, each of them given its value once."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each text once, where it is put together."""
    told: set[int] = set()
    for site in analysis.calls:
        if site.key != "GET_VALUE_SET" or len(site.call.arguments) < 2:
            continue
        argument = inner(site.call.arguments[1])
        for value in _values(analysis, argument):
            if id(value) in told:
                continue
            told.add(id(value))
            problem = _judge(_spell(analysis, value, 0).strip("\r\n"))
            if problem:
                related: tuple[Related, ...] = ()
                if value is not argument:
                    related = (Related(argument.span, "The value set is asked here."),)
                yield Finding(
                    value.span, problem, tuple(_fixes(analysis, value)), related
                )


def _values(analysis: Analysis, argument: Expression) -> list[Expression]:
    """The argument, or what is assigned to the variable that it is.

    Nothing where the variable is put together in steps.
    """
    symbol = analysis.symbol_of(argument) if isinstance(argument, Name) else None
    if symbol is None:
        return [argument]
    found = []
    for use in symbol.writes:
        if use.access is not Access.WRITE or not isinstance(use.statement, Assign):
            return []
        if any(
            other.statement is use.statement and other.access.reads
            for other in symbol.uses
        ):
            return []
        found.append(inner(use.statement.value))
    return found if symbol.kind == "local" else []


def _spell(analysis: Analysis, node: Expression, depth: int) -> str:
    """The text that comes out, with a sign for each value that is not known."""
    node = inner(node)
    match node:
        case Text(value=value):
            return value
        case Binary(operator="||" | "+"):
            parts = []
            left: Expression = node
            while isinstance(left, Binary) and left.operator in ("||", "+"):
                parts.append(left.right)
                left = inner(left.left)
            parts.append(left)
            return "".join(_spell(analysis, each, depth) for each in reversed(parts))
        case Name():
            values = _values(analysis, node) if depth < DEEPEST else []
            if len(values) == 1:
                return _spell(analysis, values[0], depth + 1)
        case Call(arguments=(first, *_)) if node.function.key == "TO_CHAR":
            return _DAY if analysis.type_of(first) == "DATE" else _VALUE
    return _VALUE


def _judge(text: str) -> str:
    """What is wrong with a text of values; nothing where nobody can tell."""
    if "=" not in text or text[0] in (_VALUE, _DAY):
        return ""
    if text[0] == " ":
        return _blank("at its start")
    if not re.match(r"[^\w\s'\ue000\ue001]{2}", text):
        return (
            "This has to begin with the sign that parts the values and the sign "
            "between name and value: write `|=` before the first name."
        )
    parting, equal = text[0], text[1]
    at = 2
    while True:
        name = _NAME.match(text, at)
        if not name:
            if text[at : at + 1] == " ":
                return _blank("before a name")
            if text[at : at + 1] in (_VALUE, _DAY):
                return ""
            return f"A name has to follow {_quoted(text[:at])}."
        at = name.end()
        if text[at : at + 1] in (_VALUE, _DAY):
            return ""
        if text[at : at + 1] != equal:
            if text[at : at + 1] == " ":
                return _blank(f"behind `{name.group()}`")
            return f"`{equal}` is missing behind the name `{name.group()}`."
        problem, at = _value(text, at + 1, name.group(), parting)
        if problem or at == len(text):
            return problem
        at += 1


def _value(text: str, at: int, name: str, parting: str) -> tuple[str, int]:
    """What is wrong with the value at `at`, and where it ends."""
    following = text[at : at + 1]
    if following == " ":
        return _blank(f"before the value of `{name}`"), at
    if following == "'":
        quoted = re.compile(r"'(?:[^']|'')*'").match(text, at)
        if not quoted:
            return _unclosed(name), at
        inside = quoted.group()
        at = quoted.end()
        follow = text[at : at + 1]
        if follow in ("", parting):
            return "", at
        if re.search(re.escape(parting) + r"\s*[A-Za-z]\w*.$|^'\W?'$", inside[:-1]):
            return _unclosed(name), at
        if follow == " ":
            return _blank(f"behind the value of `{name}`"), at
        return f"`{parting}` is missing behind the value of `{name}`.", at
    end = text.find(parting, at)
    end = len(text) if end < 0 else end
    plain = text[at:end]
    if "'" in plain:
        return (
            f"The value of `{name}` has a closing quote and no opening one. A quote "
            "is written twice inside a text.",
            end,
        )
    if plain != plain.strip():
        return _blank(f"around the value of `{name}`"), end
    if plain == _DAY or re.fullmatch(r"[A-Za-z]\w*", plain):
        return (
            f"The value of `{name}` is a text, which has to stand in quotes, each "
            "written twice.",
            end,
        )
    return "", end


def _blank(where: str) -> str:
    return (
        f"There is a blank {where}. It becomes part of a name or value, so that the "
        "value set does not find it. Remove it."
    )


def _unclosed(name: str) -> str:
    return (
        f"The quote before the value of `{name}` is not closed. Join `''''`, or begin "
        "the next piece with `''`."
    )


def _quoted(text: str) -> str:
    shown = text.replace(_VALUE, "…").replace(_DAY, "…")
    return f"`{shown[-20:]}`"


def _fixes(analysis: Analysis, value: Expression) -> Iterator[Fix]:
    """`|=` put before the first name, where that is all that is missing."""
    first = value
    while isinstance(first, Binary):
        first = inner(first.left)
    if not isinstance(first, Text):
        return
    start = first.span.start + 1
    text = _spell(analysis, value, 0)
    for missing, skipped in (("|=", 0), ("=", 1)):
        if not _judge(text[:skipped] + missing + text[skipped:]):
            at = start + skipped
            yield Fix("Write |= before it", (Edit(Span(at, at), missing),))
            return


RULE = Rule("value-set-binds", "suspicious", Severity.WARNING, check)
