"""An item of the working storage area is asked for with a type it cannot have.

An item has the type of the value that WSA_SET stored, and WSA_GET takes the type of its
default. Where they differ, the run ends with "Incorrect data type for stored item".
WSA_EXISTS takes one of the nine types as a text; any other ends the run with "Invalid
type parameter for WSA_EXISTS".

Bad:
    rate = 0
    IF WSA_EXISTS('XX_RATE', 'DECIMAL') THEN
        rate = WSA_GET('XX_RATE', 0)
    WSA_DELETE('XX_RATE')
    RETURN rate

Bad:
    INPUTS ARE grade (TEXT)
    WSA_SET('XX_GRADE', grade)
    level = WSA_GET('XX_GRADE', 0)
    WSA_DELETE('XX_GRADE')
    RETURN level

Good:
    INPUTS ARE grade (TEXT)
    rate = 0
    IF WSA_EXISTS('XX_RATE', 'NUMBER') THEN
        rate = WSA_GET('XX_RATE', 0)
    WSA_SET('XX_GRADE', grade)
    same_grade = WSA_GET('XX_GRADE', ' ')
    WSA_DELETE('XX_RATE')
    WSA_DELETE('XX_GRADE')
    RETURN rate, same_grade
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.analysis.model import StorageUse
from fastformula.analysis.words import a_type, nearest, replace
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.language.types import ARRAYS, SCALARS
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import Text


def check(analysis: Analysis) -> Iterator[Finding]:
    """The type word of each WSA_EXISTS, and each item against what is stored first."""
    stored: dict[str, StorageUse] = {}
    unclear: set[str] = set()
    for use in analysis.storage:
        arguments = use.call.arguments
        if use.operation == "exists" and len(arguments) > 1:
            word = arguments[1]
            if isinstance(word, Text) and word.value.upper() not in ARRAYS | SCALARS:
                yield _unknown_word(word)
                continue
        if use.item is None or use.item in unclear:
            continue
        if use.operation == "delete":
            # What is stored afterwards is another item.
            unclear.add(use.item)
        elif use.operation == "set" and use.type:
            first = stored.setdefault(use.item, use)
            if first.type != use.type:
                unclear.add(use.item)
        elif (first_use := stored.get(use.item)) and (
            finding := _clash(first_use, use)
        ):
            yield finding


def _unknown_word(word: Text) -> Finding:
    types = sorted(ARRAYS | SCALARS)
    near = nearest(word.value.upper(), types)
    fixes: tuple[Fix, ...] = (replace(word, f"'{near}'"),) if near else ()
    return Finding(
        word.span,
        f"`{word.value}` is no type, so the run ends with: Invalid type parameter for "
        "WSA_EXISTS. The types are NUMBER, TEXT, DATE and arrays such as "
        + ("TEXT_NUMBER." if not near else f"TEXT_NUMBER. Did you mean {near}?"),
        fixes,
    )


def _clash(stored: StorageUse, use: StorageUse) -> Finding | None:
    """A finding where `use` wants another type than `stored` has put in."""
    kind = stored.type or ""
    related = (Related(stored.call.span, f"{a_type(kind).capitalize()} is stored."),)
    match use.call.arguments:
        case (_, Text(value=word) as wanted) if use.operation == "exists":
            if word.upper() == kind:
                return None
            return Finding(
                wanted.span,
                f"The item holds {a_type(kind)}, so this never finds it. Ask for "
                f"'{kind}'.",
                (replace(wanted, f"'{kind}'"),),
                related,
            )
        case (_, default) if use.operation == "get" and use.type not in (None, kind):
            return Finding(
                default.span,
                f"The default makes this {a_type(use.type or '')}, but the item holds "
                f"{a_type(kind)}. The run ends with: Incorrect data type for stored "
                "item.",
                related=related,
            )
    return None


RULE = Rule("wsa-type", "suspicious", Severity.WARNING, check)
