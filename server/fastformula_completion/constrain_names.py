"""The names that may stand at a cursor, each in its role.

Names are compared as upper-case UTF-8: models write bytes, and FastFormula does not
tell case.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from fastformula.analysis import Access, Analysis, Use
from fastformula.language import find_functions, load_functions
from fastformula.language.catalogue import Catalogue
from fastformula.language.context import load_contexts
from fastformula.language.database_item import load_items, looks_like_item
from fastformula.language.function import Parameter
from fastformula.language.types import ARRAYS
from fastformula.syntax.tree import (
    Alias,
    Default,
    DefaultData,
    Inputs,
    NeedContext,
    Unknown,
)

Role = Literal["value", "target", "output", "return", "context", "default", "new"]
"""What a name is there for.

`value`: it is read, or it is a function with a value. `target`: a statement begins with
it. `output`: CALL_FORMULA or a function may put a value in. `default`: DEFAULT or ALIAS
names it. `new`: it is declared.
"""

_NO_BODY = (Alias, Default, DefaultData, Inputs, NeedContext, Unknown)


@dataclass(frozen=True, slots=True)
class Names:
    """What the names mean at one cursor."""

    values: tuple[bytes, ...]
    """Names of the formula that may be read, sorted."""
    arrays: frozenset[bytes]
    """Those of them that may be arrays."""
    fixed: frozenset[bytes]
    """Names of the formula that cannot be assigned."""
    assigned: frozenset[bytes]
    """Names that some statement of the formula gives a value."""
    returns: tuple[bytes, ...]
    """What RETURN may name, sorted."""
    contexts: tuple[bytes, ...]
    """Contexts, sorted."""
    used: frozenset[bytes]
    """All names of the formula."""
    product: str
    catalogue: Catalogue
    has_body: bool
    """Whether a statement that is no declaration stands before the cursor."""


def names_at(analysis: Analysis, offset: int, pending: bytes) -> Names:
    """The names at `offset`.

    What is assigned in front of it has a value, and in a loop what is assigned
    anywhere in it; but not `pending`, the variable of the statement that the cursor is
    in, unless it had one before.
    """
    values: set[bytes] = set()
    returns: set[bytes] = set()
    fixed: set[bytes] = set()
    assigned: set[bytes] = set()
    arrays: set[bytes] = set()
    contexts = {key.encode() for key in analysis.contexts}
    used = set(contexts)
    last: dict[bytes, int] = {}
    for symbol in analysis.symbols.values():
        texts = {use.name.text for use in symbol.uses}
        keys = {text: text.upper().encode() for text in texts}
        used.update(keys.values())
        is_item = symbol.item is not None
        if is_item:
            fixed.update(keys.values())
        if symbol.type is None or symbol.type in ARRAYS:
            arrays.update(keys.values())
        for use in symbol.uses:
            access = use.access
            if access is Access.READ and not is_item:
                continue
            key = keys[use.name.text]
            if access.writes:
                assigned.add(key)
                if use.name.span.start < offset or _comes_round(use, offset):
                    last[key] = last.get(key, 0) + 1
            elif access.declares or is_item:
                values.add(key)
                if access is Access.INPUT:
                    returns.add(key)
    written = {key for key, times in last.items() if key != pending or times > 1}
    values |= written
    returns |= set(last)
    return Names(
        values=tuple(sorted(values)),
        arrays=frozenset(arrays & (values | assigned)),
        fixed=frozenset(fixed),
        assigned=frozenset(assigned),
        returns=tuple(sorted(returns)),
        contexts=tuple(sorted(contexts.union(context_keys()))),
        used=frozenset(used),
        product=analysis.product,
        catalogue=analysis.environment.catalogue,
        has_body=any(
            placed.statement.span.end < offset
            and not isinstance(placed.statement, _NO_BODY)
            for placed in analysis.statements
        ),
    )


def _comes_round(use: Use, offset: int) -> bool:
    """Whether it stands in a loop that `offset` is in, too."""
    loop = use.scope.loop
    return loop is not None and loop.span.start < offset <= loop.span.end


def may_begin(
    names: Names, role: Role, beginning: bytes, written: frozenset[bytes]
) -> bool:
    """Whether some name in that role begins so, in upper case.

    `written` are the variables that the completion itself has given a value.
    """
    if beginning.startswith(b'"'):
        return any(key.startswith(beginning) for key in names.used)
    if role == "value":
        return (
            _has(names.values, beginning)
            or _has(function_keys(), beginning)
            or _has(item_keys(names.product), beginning)
            or any(key.startswith(beginning) for key in written)
            # Of a pod's own items only whole names are looked up.
            or (names.catalogue.is_complete and beginning.isascii())
        )
    if role == "context":
        return _has(names.contexts, beginning)
    if role == "return":
        return _has(names.returns, beginning) or any(
            key.startswith(beginning) for key in written
        )
    return beginning.isascii() or any(key.startswith(beginning) for key in names.used)


def may_stand(
    names: Names, role: Role, key: bytes, following: str, written: frozenset[bytes]
) -> bool:
    """Whether the name `key` can have that role before a token of kind `following`."""
    if following == "LPAR" and role in ("value", "target", "output"):
        overloads = find_functions(key.decode(errors="replace"))
        is_value = any(each.returns != "STATEMENT" for each in overloads)
        return bool(overloads) and (is_value or role == "target")
    is_array = following in ("LSQB", "DOT")
    match role:
        case "context":
            return _is_in(names.contexts, key)
        case "return":
            return _is_in(names.returns, key) or key in written
        case "default":
            return (
                key in names.used
                or _is_item(names, key)
                or not looks_like_item(key.decode(errors="replace"))
            )
        case "new":
            return True
        case "target":
            known = key in names.assigned or key in written
            if is_array and known and key in names.used:
                return key in names.arrays
            if following == "DOT":
                return known
            return known or (key not in names.fixed and not _is_known(names, key))
        case "output" if following in ("LESSTHAN", "LSQB", "COMMA", "RPAR"):
            known = key in names.assigned or key in written
            if known or (key not in names.fixed and not _is_known(names, key)):
                return True
    if is_array and key in names.used:
        return key in names.arrays
    return _is_in(names.values, key) or key in written or _is_item(names, key)


@lru_cache(maxsize=4096)
def arity(key: bytes) -> tuple[int, int | None]:
    """The fewest and the most arguments of a function; None where there is no most."""
    overloads = find_functions(key.decode(errors="replace"))
    lists = [each.parameters for each in overloads] or [()]
    if not overloads or any(one.repeats for each in lists for one in each):
        most = None
    else:
        most = max(len(each) for each in lists)
    return min(_fewest(each) for each in lists), most


def _fewest(parameters: Sequence[Parameter]) -> int:
    count = sum(not (one.optional or one.repeats) for one in parameters)
    # What repeats stands at least once, unless it may be left out.
    return count + any(one.repeats and not one.optional for one in parameters)


@cache
def function_keys() -> tuple[bytes, ...]:
    """The functions that have a value, sorted."""
    return tuple(
        sorted(
            name.encode()
            for name, overloads in load_functions().items()
            if any(each.returns != "STATEMENT" for each in overloads)
        )
    )


@cache
def context_keys() -> tuple[bytes, ...]:
    """Oracle's contexts, sorted."""
    return tuple(sorted(name.encode() for name in load_contexts()))


@cache
def item_keys(product: str) -> tuple[bytes, ...]:
    """Oracle's database items of a product, sorted."""
    other = "fusion" if product == "ebs" else "ebs"
    return tuple(
        sorted(
            name.encode()
            for name, facts in load_items().items()
            if _product(facts) != other
        )
    )


def _product(facts: str) -> str:
    marks = facts.partition("- ")[0].split()[2:]
    return next((mark for mark in marks if mark in ("ebs", "both")), "fusion")


def _is_known(names: Names, key: bytes) -> bool:
    """Whether the language or Oracle has given the name a meaning."""
    return (
        _is_item(names, key)
        or _is_in(names.contexts, key)
        or bool(find_functions(key.decode(errors="replace")))
    )


def _is_item(names: Names, key: bytes) -> bool:
    if names.catalogue.is_complete:
        return names.catalogue.find_item(key.decode(errors="replace")) is not None
    return _is_in(item_keys(names.product), key)


def _has(keys: Sequence[bytes], beginning: bytes) -> bool:
    at = bisect_left(keys, beginning)
    return at < len(keys) and keys[at].startswith(beginning)


def _is_in(keys: Sequence[bytes], key: bytes) -> bool:
    at = bisect_left(keys, key)
    return at < len(keys) and keys[at] == key
