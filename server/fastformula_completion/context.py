"""What is worth knowing of a formula besides the text around the cursor.

Written as comments and declarations of the language, which a model of code can read.
What changes least stands first, so that a model's cache of it holds while one types.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from fastformula.analysis import Analysis
from fastformula.analysis.environment import FormulaSignature
from fastformula.language.formula_type import FormulaType, Variable
from fastformula.language.function import find_functions
from fastformula.syntax.tree import Alias, Default, DefaultData, Inputs

NEAR = 1_500
"""How far from the cursor a call stands whose function is described, in code points."""

MOST_NAMES = 40
"""How many names are listed with their types, those used last before the cursor."""

MOST_SIMILAR = 6
"""How many statements of other formulas are shown."""

TOO_SIMILAR = 0.5
"""Similarity (Dice) to lines of the text from which a model would only copy them."""

SIMILAR = 0.25
"""Similarity to what stands at the cursor below which a statement does not help."""


def make_context(analysis: Analysis, offset: int, others: Sequence[str] = ()) -> str:
    """Lines about the formula of `analysis` for a cursor at `offset`.

    `others` are texts of the workspace, the likeliest to be alike first.
    """
    lines = [
        *_type_lines(analysis),
        *_declarations(analysis, offset),
        *_name_lines(analysis, offset),
        *_signatures(analysis, offset),
        *_similar_lines(analysis.parsed.text, offset, others),
    ]
    return "".join(line + "\n" for line in lines)


def _remark(text: str) -> str:
    return f"/* {text.replace('*/', '* /')} */"


def _type_lines(analysis: Analysis) -> Iterator[str]:
    claim = analysis.formula_type
    if claim is None:
        return
    known: FormulaType = claim.type
    yield _remark(f"Formula type: {known.name}")
    if known.contexts:
        yield _remark(f"Contexts: {', '.join(known.contexts)}")
    if known.inputs:
        yield _remark(f"Inputs: {', '.join(map(_typed, known.inputs))}")
    if known.returns:
        yield _remark(f"Returns: {', '.join(map(_typed, known.returns))}")


def _typed(variable: Variable) -> str:
    types = " or ".join(variable.types)
    return f"{variable.name} ({types})" if types else variable.name


def _declarations(analysis: Analysis, offset: int) -> Iterator[str]:
    """The declarations above the cursor, each on a line; the window drops its own."""
    for placed in analysis.statements:
        statement = placed.statement
        declares = isinstance(statement, Alias | Default | DefaultData | Inputs)
        if declares and statement.span.end < offset:
            yield " ".join(statement.span.text_in(analysis.parsed.text).split())


def _name_lines(analysis: Analysis, offset: int) -> Iterator[str]:
    """Names with the types that their spelling does not show, in order of first use."""
    last = {
        use.key: use.name.span.start
        for use in analysis.uses
        if use.name.span.start < offset and use.key in analysis.symbols
    }
    nearest = set(sorted(last, key=lambda key: -last[key])[:MOST_NAMES])
    kinds: dict[str, list[str]] = {}
    for key, symbol in analysis.symbols.items():
        if key in nearest and symbol.type:
            kinds.setdefault(symbol.type, []).append(symbol.name)
    for kind, names in kinds.items():
        yield _remark(f"{kind}: {', '.join(names)}")


def _signatures(analysis: Analysis, offset: int) -> Iterator[str]:
    """The functions that are called near the cursor, and the formulas that are."""
    near = dict.fromkeys(
        site.key
        for site in analysis.calls
        if _distance(analysis.parsed.text, site.call.span.start, offset) <= NEAR
    )
    for key in near:
        for function in find_functions(key)[:1]:
            yield _remark(function.signature)
    library = analysis.environment.library
    for name in dict.fromkeys(call.formula for call in analysis.formula_calls):
        signature = library.find(name) if name else None
        if signature is not None:
            yield _remark(_formula_signature(signature))


def _distance(text: str, one: int, other: int) -> int:
    """How far apart two places are, the same whatever ends the lines."""
    start, end = sorted((one, other))
    return end - start - text.count("\r\n", start, end)


def _formula_signature(signature: FormulaSignature) -> str:
    def listed(names: Iterable[tuple[str, str | None]]) -> str:
        return ", ".join(f"{name} ({kind or 'TEXT'})" for name, kind in names)

    inputs = listed(signature.inputs.items())
    return f"Formula {signature.name}: {inputs} -> {listed(signature.outputs.items())}"


def _similar_lines(text: str, offset: int, others: Sequence[str]) -> Iterator[str]:
    """Lines of other formulas that are like what stands at the cursor, likest last.

    Those that are almost in the text already are left out.
    """
    here = _words(_around(text, offset))
    if not here:
        return
    line_start = text.rfind("\n", 0, offset) + 1
    own = [_words(each) for each in (text[:line_start] + text[offset:]).splitlines()]
    found: dict[str, float] = {}
    for line in islice((line for other in others for line in other.splitlines()), 5000):
        said = line.strip()
        words = _words(said)
        if len(words) < _FEW_WORDS or said in found:
            continue
        likeness = dice(words, here)
        if likeness >= SIMILAR:
            found[said] = likeness
    likest = sorted(found, key=lambda line: -found[line])
    fresh = (
        line
        for line in likest
        if all(dice(_words(line), words) <= TOO_SIMILAR for words in own)
    )
    yield from reversed([_remark(line) for line in islice(fresh, MOST_SIMILAR)])


_FEW_WORDS = 3

_WORD = re.compile(r"\w+")


def _around(text: str, offset: int) -> str:
    """The line of the cursor and the two above."""
    start = offset
    for _ in range(3):
        start = text.rfind("\n", 0, start) if start > 0 else -1
    return text[start + 1 : offset]


def _words(text: str) -> Counter[str]:
    return Counter(word.upper() for word in _WORD.findall(text))


def dice(one: Counter[str], other: Counter[str]) -> float:
    """How alike two bags of words are, from 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
