"""A name that nobody knows is nearly the name of something real.

A misspelt database item is a local variable for Oracle: the compiler says "The local
variable was used before being initialized", or, where the formula assigns it, nothing
at all. Without a catalogue of your pod, names that look like items are taken on trust
here, so this is a warning: an item of your own may well have such a name.

Bad:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    grade = PER_ASG_GRADE_NAM
    RETURN grade

Bad:
    DEFAULT FOR PER_PER_LAST_NMAE IS ' '
    family_name = PER_PER_LAST_NMAE
    RETURN family_name

Good:
    DEFAULT FOR PER_ASG_GRADE_NAME IS ' '
    grade = PER_ASG_GRADE_NAME
    RETURN grade
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis, Symbol
from fastformula.diagnostic import Fix, Severity
from fastformula.linter.rule import Finding, Rule
from fastformula.linter.spelling import Index, index, look_up, mistakes
from fastformula.text import Edit


def check(analysis: Analysis) -> Iterator[Finding]:
    """The first use of each name taken on trust that has a near one."""
    known = [
        each
        for each in analysis.symbols.values()
        if not _is_trusted(each) or _is_declared(each)
    ]
    names = index(each.key for each in known)
    bare = index(each.key for each in known if not _is_declared(each))
    for symbol in analysis.symbols.values():
        if not _is_trusted(symbol):
            continue
        others = _likely(analysis, symbol, bare if _is_declared(symbol) else names)
        if not others:
            continue
        uses = [use for use in symbol.uses if use.name.key == symbol.key]
        place = (uses or symbol.uses)[0].name.span
        yield Finding(
            place,
            f"Nobody knows a database item `{symbol.name}`. Did you mean "
            f"{' or '.join(f'`{name}`' for name in others)}?"
            + _needs(analysis, others[0]),
            tuple(
                Fix(
                    f"Write {name}",
                    tuple(Edit(use.name.span, name) for use in uses),
                )
                for name in others
            ),
        )


def _is_trusted(symbol: Symbol) -> bool:
    return symbol.item is not None and symbol.item.evidence == "shape"


def _is_declared(symbol: Symbol) -> bool:
    return bool(symbol.default or symbol.default_data or symbol.alias)


def _likely(analysis: Analysis, symbol: Symbol, here: Index) -> tuple[str, ...]:
    """What it may stand for, likeliest first."""
    is_declared = _is_declared(symbol)
    if not (is_declared and symbol.reads):
        # What the formula itself declares, assigns or lacks a DEFAULT for was meant.
        local = look_up(symbol.key, here)
        if local:
            return (analysis.symbols[local].name,)
    near = analysis.environment.catalogue.similar_items(symbol.key)
    if is_declared and len(symbol.reads) > 1:
        # Declared and used again and again: likely an item of the author's own.
        near = tuple(name for name in near if mistakes(symbol.key, name) == 1)
    return near


def _needs(analysis: Analysis, name: str) -> str:
    item = analysis.environment.catalogue.find_item(name.upper())
    if item is None or not item.contexts:
        return ""
    return f" It needs the contexts {', '.join(item.contexts)}."


RULE = Rule(
    "misspelt-item",
    "suspicious",
    Severity.WARNING,
    check,
    needs_whole=True,
    yields_to=("misuse-of-alias", "uninitialized-variable"),
)
