"""What the grammar lets through though no formula may hold it.

Some constructs cannot be told apart from the left, so the grammar reads the wider
one; what is too wide is found here, once the tree is known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from fastformula.diagnostic import Diagnostic, Severity
from fastformula.syntax.recogniser import START, Stack, recogniser
from fastformula.syntax.rewriting import mistake, replacement
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import Token, trivia
from fastformula.syntax.tree import (
    Assign,
    CallFormula,
    FormulaOutput,
    Index,
    Name,
    Node,
    Statement,
    Text,
    TypedName,
    Was,
)
from fastformula.syntax.visit import walk
from fastformula.text import Span

TYPES = frozenset(
    word
    for word, terminal in load_tables().keywords.items()
    if terminal.startswith("TYPE_")
)


def check_statements(text: str, statements: Iterable[Statement]) -> list[Diagnostic]:
    """Errors and remarks that statements show, in order."""
    return check_nodes(text, (node for each in statements for node in walk(each)))


def check_nodes(text: str, nodes: Iterable[Node]) -> list[Diagnostic]:
    """Errors and remarks that nodes show by themselves, in order."""
    return [error for node in nodes for error in _check_node(text, node)]


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


def check_separators(
    text: str, tokens: Sequence[Token], begun: Sequence[Stack] = (START,)
) -> list[Diagnostic]:
    """A remark, or an error, for each `;`, up to the first token that does not fit.

    `begun` are the stacks before the first tokens, which are known to fit.
    """
    errors: list[Diagnostic] = []
    stacks = begun
    place = text.find(";", tokens[0].lead) if tokens else -1
    while 0 <= place < tokens[-1].start:
        at = bisect_right(tokens, place, key=lambda token: token.lead) - 1
        token = tokens[at]
        if token.lead <= place < token.start:
            if at >= len(stacks):
                stacks = _stacks(tokens, stacks)
            if at >= len(stacks):
                # From there on the parser's own errors speak.
                break
            for piece in trivia(text, token):
                if piece.kind == "separator":
                    errors += _check_separator(piece.span, stacks[at])
        place = text.find(";", max(place + 1, token.start))
    return errors


def _stacks(tokens: Sequence[Token], begun: Sequence[Stack]) -> list[Stack]:
    """The stack before each token up to the first that does not fit."""
    feed = recogniser().feed
    stacks = [*begun]
    for token in tokens[len(begun) - 1 :]:
        after = feed(stacks[-1], token.kind)
        if after is None:
            break
        stacks.append(after)
    return stacks


def _check_separator(span: Span, stack: Stack) -> Iterator[Diagnostic]:
    feed = recogniser().feed
    fix = replacement("Remove `;`", span, "")
    if feed(stack, "UNKNOWN") or feed(stack, "RPAR"):
        yield Diagnostic(
            "semicolon",
            Severity.HINT,
            span,
            "Statements need no `;` between them.",
            (fix,),
        )
    else:
        yield mistake(
            "semicolon",
            span,
            "The statement is not complete where this `;` stands.",
            fix,
        )
