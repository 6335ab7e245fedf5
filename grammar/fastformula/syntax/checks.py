"""What the grammar lets through though no formula may hold it.

Some constructs cannot be told apart from the left, so the grammar reads the wider
one; what is too wide is found here, once the tree is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastformula.diagnostic import Diagnostic, Severity
from fastformula.syntax.recogniser import START, recogniser
from fastformula.syntax.rewriting import mistake, replacement
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import Token, trivia
from fastformula.syntax.tree import (
    Assign,
    CallFormula,
    Formula,
    FormulaOutput,
    Index,
    Name,
    Node,
    Text,
    TypedName,
    Was,
)
from fastformula.syntax.visit import walk

TYPES = frozenset(
    word
    for word, terminal in load_tables().keywords.items()
    if terminal.startswith("TYPE_")
)


def check(text: str, tree: Formula, tokens: Sequence[Token]) -> list[Diagnostic]:
    """Errors and remarks that the tree shows; for a text with its tree and tokens."""
    found = [error for node in walk(tree) for error in _check_node(text, node)]
    if ";" in text:
        found += _check_separators(text, tokens)
    return found


def _check_node(text: str, node: Node) -> Iterator[Diagnostic]:
    match node:
        case Assign(target=TypedName(type=note) as target) if note.name not in TYPES:
            yield mistake(
                "target",
                target.span,
                f"A value cannot be assigned to `{target.span.text_in(text)}`. On the "
                "left stands a variable, an array element `a[i]`, or a name with its "
                "type such as `x (DATE)`.",
            )
        case CallFormula(arguments=arguments):
            for argument in arguments:
                if isinstance(argument, FormulaOutput):
                    yield from _check_output(text, argument)
        case Was(subject=subject) if not isinstance(subject, Name):
            yield mistake(
                "was",
                subject.span,
                "WAS DEFAULTED asks about an input or database item, so a single name "
                "stands before it.",
            )
        case Text() if "\n" in node.span.text_in(text):
            yield Diagnostic(
                "text-over-lines",
                Severity.WARNING,
                node.span,
                "This text runs over a line end, which becomes part of it. If that is "
                "not meant, a quote is missing.",
            )


def _check_output(text: str, output: FormulaOutput) -> Iterator[Diagnostic]:
    if not isinstance(output.target, Name | Index):
        yield mistake(
            "target",
            output.target.span,
            "Left of `<` stands the variable that takes the output of the called "
            f"formula; `{output.target.span.text_in(text)}` cannot take a value. An "
            "input is written with `>`.",
        )


def _check_separators(text: str, tokens: Sequence[Token]) -> Iterator[Diagnostic]:
    feed = recogniser().feed
    stack = START
    for token in tokens:
        for piece in trivia(text, token) if token.lead < token.start else ():
            if piece.kind == "separator":
                fix = replacement("Remove `;`", piece.span, "")
                if feed(stack, "UNKNOWN") or feed(stack, "RPAR"):
                    yield Diagnostic(
                        "semicolon",
                        Severity.HINT,
                        piece.span,
                        "Statements need no `;` between them.",
                        (fix,),
                    )
                else:
                    yield mistake(
                        "semicolon",
                        piece.span,
                        "The statement is not complete where this `;` stands.",
                        fix,
                    )
        after = feed(stack, token.kind)
        if after is None:
            # From here on the parser's own errors speak.
            return
        stack = after
