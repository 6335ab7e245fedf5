"""Names that are written in quotes: of formulas, what goes in and out, stored items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fastformula.analysis import Analysis, FormulaSignature
from fastformula.editor.candidates import Candidate, Item, ItemKind
from fastformula.editor.spot import Bracket, Spot
from fastformula.linter.declarations import default_literal
from fastformula.syntax.tree import Call

_OF_FORMULAS = frozenset({"CALL_FORMULA", "EXECUTE", "IS_EXECUTABLE"})
_OF_STORAGE = frozenset({"WSA_SET", "WSA_GET", "WSA_EXISTS", "WSA_DELETE"})


def find_quoted(analysis: Analysis, spot: Spot) -> Iterator[Candidate]:
    """What the text literal at the cursor may say."""
    bracket = spot.bracket()
    if bracket is None:
        return
    word = spot.word(bracket.at)
    if spot.last in ("MORETHAN", "LESSTHAN"):
        if word == "CALL_FORMULA" and bracket.argument:
            takes = spot.last == "LESSTHAN"
            yield from _variables(analysis, _callee(spot, bracket), takes=takes)
    elif bracket.argument or spot.last != "LPAR":
        return
    elif word in _OF_FORMULAS:
        yield from _formulas(analysis)
    elif word in _OF_STORAGE:
        yield from _stored(analysis)
    elif word == "SET_INPUT":
        yield from _variables(analysis, _executed(analysis, spot), takes=False)
    elif word == "GET_OUTPUT":
        yield from _variables(analysis, _executed(analysis, spot), takes=True)


def find_arguments(analysis: Analysis, spot: Spot) -> Iterator[Candidate]:
    """Whole arguments of a CALL_FORMULA that has its formula: inputs, then returns."""
    bracket = spot.bracket()
    if bracket is None or spot.word(bracket.at) != "CALL_FORMULA":
        return
    if spot.last != "COMMA" or not bracket.argument:
        return
    signature = analysis.environment.library.find(_callee(spot, bracket))
    if signature is None:
        return
    named = {token.text_in(spot.code) for token in spot.tokens[bracket.at :]}
    for name, kind in signature.inputs.items():
        if f"'{name}'" not in named:
            note = "" if name in signature.optional else ", required"
            detail = f"input of {signature.name}{note}"
            snippet = f"${{1:value}} > '{name}'"
            yield Candidate(Item(name, "input", f"> '{name}'", snippet, detail), kind)
    for name, kind in signature.outputs.items():
        if f"'{name}'" not in named:
            literal = default_literal(kind) if kind else "0"
            snippet = f"${{1:variable}} < '{name}' DEFAULT ${{2:{literal}}}"
            detail = f"returned by {signature.name}"
            yield Candidate(Item(name, "output", f"< '{name}'", snippet, detail), kind)


def _callee(spot: Spot, bracket: Bracket) -> str:
    return spot.word(bracket.at + 2).strip("'")


def _formulas(analysis: Analysis) -> Iterator[Candidate]:
    environment = analysis.environment
    for name in environment.library.names():
        signature = environment.library.find(name)
        if signature is not None and name != environment.formula_name:
            yield _item(name, "formula", _describe(signature))


def _describe(signature: FormulaSignature) -> str:
    inputs = ", ".join(signature.inputs)
    outputs = ", ".join(signature.outputs)
    return f"({inputs})" + (f" returns {outputs}" if outputs else "")


def _variables(analysis: Analysis, callee: str, *, takes: bool) -> Iterator[Candidate]:
    """What a called formula returns, or is handed: first what it cannot do without."""
    signature = analysis.environment.library.find(callee)
    if signature is None:
        return
    if takes:
        yield from _listed(signature.outputs, f"returned by {signature.name}")
        return
    needed = [name for name in signature.inputs if name not in signature.optional]
    for name in dict.fromkeys([*needed, *signature.inputs]):
        note = ", required" if name in needed else ""
        kind = {name: signature.inputs[name]}
        yield from _listed(kind, f"input of {signature.name}{note}")


def _listed(types: Mapping[str, str | None], what: str) -> Iterator[Candidate]:
    for name, kind in types.items():
        yield _item(name, "input", f"{what} ({kind})" if kind else what)


def _executed(analysis: Analysis, spot: Spot) -> str:
    """The formula that the nearest EXECUTE names, for SET_INPUT the next one."""
    bracket = spot.bracket()
    is_before = bracket is not None and spot.word(bracket.at) == "GET_OUTPUT"
    names = [
        (call.node.span.start, call.formula)
        for call in analysis.formula_calls
        if isinstance(call.node, Call) and call.formula
    ]
    if is_before:
        before = [name for start, name in names if start < spot.known]
        return before[-1] if before else ""
    return next((name for start, name in names if start > spot.known), "")


def _stored(analysis: Analysis) -> Iterator[Candidate]:
    """Items of the working storage area: this formula's, then those of the others."""
    library = analysis.environment.library
    types = {use.item: use.type for use in analysis.storage if use.item}
    for name, kind in types.items():
        if name:
            yield _item(name, "storage", f"set here ({kind})" if kind else "used here")
    signatures = [library.find(name) for name in library.names()]
    others = {
        name: signature.name
        for signature in signatures
        if signature is not None
        for name in sorted(signature.stored)
        if name not in types
    }
    for name in sorted(others):
        yield _item(name, "storage", f"set by {others[name]}")


def _item(name: str, kind: ItemKind, detail: str) -> Candidate:
    return Candidate(Item(name, kind, name, detail=detail))
