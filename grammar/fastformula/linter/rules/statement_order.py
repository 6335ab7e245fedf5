"""A declaration stands behind the statements that do something.

ALIAS, DEFAULT, DEFAULT_DATA_VALUE and INPUTS open a formula, in this order, and a
formula has one INPUTS statement. Oracle says "Incorrect Statement Order". Move the
declaration up, before the first assignment, IF or other statement that does something.
NEED_CONTEXT belongs there too, but no source says what Oracle does elsewhere.

Bad:
    INPUTS ARE hours (NUMBER)
    pay = hours * 12
    DEFAULT FOR hours IS 0
    RETURN pay

Bad:
    INPUTS ARE hours (NUMBER)
    INPUTS ARE rate (NUMBER)
    pay = hours * rate
    RETURN pay

Good:
    DEFAULT FOR hours IS 0
    INPUTS ARE hours (NUMBER), rate (NUMBER)
    pay = hours * rate
    RETURN pay
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.linter.declarations import cut, declarations, first_executable
from fastformula.linter.rule import Finding, Rule
from fastformula.syntax.tree import (
    Alias,
    Declaration,
    Default,
    DefaultData,
    Inputs,
    NeedContext,
)
from fastformula.text import Edit, Span

_WORDS: dict[type[Declaration], str] = {
    Alias: "ALIAS",
    Default: "DEFAULT",
    DefaultData: "DEFAULT_DATA_VALUE",
    Inputs: "INPUTS",
    NeedContext: "NEED_CONTEXT",
}


def check(analysis: Analysis) -> Iterator[Finding]:
    """A second INPUTS, and the first of each run of declarations that come too late."""
    inputs: Inputs | None = None
    run: list[Declaration] = []
    text = analysis.parsed.text
    tops = {id(each): at for at, each in enumerate(analysis.parsed.tree.statements)}
    for declaration, is_late in declarations(analysis):
        if isinstance(declaration, Inputs):
            if inputs is not None:
                yield _second(text, inputs, declaration)
                continue
            inputs = declaration
        if not is_late:
            continue
        at = tops.get(id(declaration))
        if run and at is not None and at - 1 == tops.get(id(run[-1])):
            run.append(declaration)
            continue
        if run:
            yield _late(analysis, run, id(run[0]) in tops)
        run = [declaration]
    if run:
        yield _late(analysis, run, id(run[0]) in tops)


def _second(text: str, first: Inputs, second: Inputs) -> Finding:
    names = text[second.inputs[0].span.start : second.span.end]
    move = Fix(
        "Move the inputs into the first INPUTS statement",
        (
            Edit(Span(first.span.end, first.span.end), f", {names}"),
            Edit(cut(text, second.span), ""),
        ),
    )
    return Finding(
        second.span,
        "A formula has one INPUTS statement, and this is another. Oracle says: "
        "Incorrect Statement Order. Name all inputs in one list.",
        (move,),
        (Related(first.span, "This is the first one."),),
    )


def _late(analysis: Analysis, run: list[Declaration], is_top: bool) -> Finding:
    words = list(dict.fromkeys(_WORDS[type(each)] for each in run))
    first = run[0]
    before = first_executable(analysis)
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    if before is not None:
        related = (Related(before.span, "Here the statements begin."),)
        if is_top:
            fixes = (_move(analysis.parsed.text, run, before.span.start),)
    if words == ["NEED_CONTEXT"]:
        return Finding(
            first.span,
            "NEED_CONTEXT belongs to the declarations, before the first statement "
            "that does something.",
            fixes,
            related,
            Severity.WARNING,
        )
    what = " and ".join(words)
    verb = "stand" if len(words) > 1 else "stands"
    return Finding(
        first.span,
        f"{what} {verb} behind a statement that does something. Oracle says: Incorrect "
        "Statement Order. Move it up to the other declarations.",
        fixes,
        related,
    )


def _move(text: str, run: list[Declaration], to: int) -> Fix:
    moved = "".join(f"{each.span.text_in(text)}\n" for each in run)
    return Fix(
        "Move it before the first statement that does something",
        (
            Edit(Span(to, to), moved),
            *(Edit(cut(text, each.span), "") for each in run),
        ),
    )


RULE = Rule("statement-order", "compiler", Severity.ERROR, check)
