"""Statements of a generated formula, and how they become lines of text.

The generator builds these few nodes; expressions inside them are text already. The
renderer puts brackets, indentation, blank lines and comments where the author's
`Style` has them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from random import Random

from fastformula_training.data.synthesis.style import Style


@dataclass(frozen=True, slots=True)
class Line:
    """A statement that is written as it stands, such as `WSA_DELETE('X')`."""

    text: str


@dataclass(frozen=True, slots=True)
class Assign:
    """`target = value`; an `aside` becomes a comment behind it."""

    target: str
    value: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A comment on what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class If:
    """A chain: condition and body of each branch, and the body of the last ELSE."""

    branches: tuple[tuple[str, "Body"], ...]
    otherwise: "Body" = ()


@dataclass(frozen=True, slots=True)
class While:
    """A loop."""

    condition: str
    body: "Body"


@dataclass(frozen=True, slots=True)
class ChangeContexts:
    """A block under other contexts: pairs of context and expression."""

    contexts: tuple[tuple[str, str], ...]
    body: "Body"


@dataclass(frozen=True, slots=True)
class Return:
    """RETURN with the names it hands back."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A call written over several lines when it is long: CALL_FORMULA and the like."""

    head: str
    arguments: tuple[str, ...]


Statement = Line | Assign | Note | If | While | ChangeContexts | Return | Call
Body = Sequence[Statement]


def render(body: Body, style: Style, rng: Random) -> str:
    """The text of the statements, a line feed after each line."""
    lines = list(_sequence(body, style, rng, 0))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def comment(text: str, style: Style) -> list[str]:
    """The lines of a comment in the author's form."""
    return style.comment_form.format(text).split("\n")


def _starts_paragraph(statement: Statement) -> bool:
    return not isinstance(statement, Assign | Line)


def _sequence(body: Body, style: Style, rng: Random, depth: int) -> Iterator[str]:
    """Statements one after the other; `=` stands in a column where authors align."""
    rate = style.blank_rate if depth == 0 else style.blank_rate / 2
    width = 0
    for index, statement in enumerate(body):
        if index and _starts_paragraph(statement) and rng.random() < rate:
            yield ""
        if not isinstance(statement, Assign):
            width = 0
        elif style.align and not width:
            run = takewhile(lambda one: isinstance(one, Assign), body[index:])
            width = max(len(one.target) for one in run if isinstance(one, Assign))
        yield from _lines(statement, style, rng, depth, width)


def _lines(
    statement: Statement, style: Style, rng: Random, depth: int, width: int = 0
) -> Iterator[str]:
    pad = style.indent * depth
    match statement:
        case Line(text):
            yield pad + text
        case Assign(target, value, aside):
            tail = f"  /* {aside} */" if aside else ""
            text = f"{target.ljust(width)}{style.assign}{value}{tail}"
            yield from _wrapped(pad, text, rng)
        case Note(text):
            for line in comment(text, style):
                yield pad + line
        case If():
            yield from _if(statement, style, rng, depth)
        case While(condition, body):
            head = f"{style.keyword('WHILE')} {_condition(condition, style, rng)}"
            head = f"{head} {style.keyword('LOOP')}"
            yield from _block(head, body, style, rng, depth, bare=False)
        case ChangeContexts(contexts, body):
            pairs = style.comma.join(
                f"{name}{style.assign}{value}" for name, value in contexts
            )
            head = f"{style.keyword('CHANGE_CONTEXTS')}({pairs})"
            yield from _block(head, body, style, rng, depth, bare=False)
        case Return(names):
            yield from _return(names, style, rng, depth)
        case Call(head, arguments):
            yield from _call(head, arguments, style, pad)


def _condition(text: str, style: Style, rng: Random) -> str:
    return f"({text})" if rng.random() < style.condition_brackets else text


def _if(statement: If, style: Style, rng: Random, depth: int) -> Iterator[str]:
    bare = rng.random() < style.bare_single
    then = style.keyword("THEN")
    if rng.random() < style.one_line:
        line = _one_line(statement, style, rng, bare)
        if line and len(line) < 100:
            yield style.indent * depth + line
            return
    for index, (condition, body) in enumerate(statement.branches):
        opening = style.keyword("ELSE IF" if index else "IF")
        if index and style.else_if == "own block":
            # An author who gives each ELSE brackets of its own nests the rest.
            rest = If(statement.branches[index:], statement.otherwise)
            yield from _block(style.keyword("ELSE"), [rest], style, rng, depth, False)
            return
        head = f"{opening} {_condition(condition, style, rng)}"
        if style.bracket == "next line" and len(head) > 70:
            yield style.indent * depth + head
            head = then
        else:
            head = f"{head} {then}"
        yield from _block(head, body, style, rng, depth, bare)
    if statement.otherwise:
        yield from _block(
            style.keyword("ELSE"), statement.otherwise, style, rng, depth, bare
        )


def _one_line(statement: If, style: Style, rng: Random, bare: bool) -> str:
    """A short choice between two assignments in one line, or nothing."""
    condition, body = statement.branches[0]
    parts = [f"{style.keyword('IF')} {_condition(condition, style, rng)}"]
    parts.append(style.keyword("THEN"))
    for index, inner in enumerate((body, statement.otherwise)):
        if index and inner:
            parts.append(style.keyword("ELSE"))
        if len(inner) > 1 or not all(isinstance(one, Assign) for one in inner):
            return ""
        for one in inner:
            text = "".join(_lines(one, style, rng, 0)).strip()
            parts.append(text if bare else f"({text})")
    return " ".join(parts) if len(statement.branches) == 1 else ""


def _block(
    head: str, body: Body, style: Style, rng: Random, depth: int, bare: bool
) -> Iterator[str]:
    pad = style.indent * depth
    inner = depth + 1
    if bare and len(body) == 1 and isinstance(body[0], Assign | Return):
        yield pad + head
        yield from _lines(body[0], style, rng, inner)
        return
    if style.bracket == "same line":
        yield f"{pad}{head} ("
    elif style.bracket == "indented":
        yield pad + head
        yield f"{pad}{style.indent}("
        inner += rng.random() < 0.5
    else:
        yield pad + head
        yield pad + "("
    yield from _sequence(body, style, rng, inner)
    yield pad + (style.indent if style.bracket == "indented" else "") + ")"


def _return(
    names: tuple[str, ...], style: Style, rng: Random, depth: int
) -> Iterator[str]:
    pad = style.indent * depth
    keyword = style.keyword("RETURN")
    if len(names) > 3 and style.list_form != "one line" and rng.random() < 0.7:
        step = pad + (style.indent or "  ")
        if style.list_form == "leading":
            yield f"{pad}{keyword} {names[0]}"
            for name in names[1:]:
                yield f"{step},{name}"
        else:
            yield f"{pad}{keyword} {names[0]},"
            for name in names[1:-1]:
                yield f"{step}{name},"
            yield step + names[-1]
        return
    yield f"{pad}{keyword} {style.comma.join(names)}".rstrip()


def _call(
    head: str, arguments: tuple[str, ...], style: Style, pad: str
) -> Iterator[str]:
    step = pad + (style.indent or "  ")
    yield f"{pad}{head}({arguments[0]},"
    for argument in arguments[1:-1]:
        yield f"{step}{argument},"
    yield f"{step}{arguments[-1]})"


def _wrapped(pad: str, text: str, rng: Random) -> Iterator[str]:
    """A long concatenation broken before an operator, as authors do now and then."""
    if len(pad + text) > 92 and " || " in text and rng.random() < 0.6:
        pieces = text.split(" || ")
        line = pad + pieces[0]
        hang = pad + " " * (text.index("=") + 2)
        for piece in pieces[1:]:
            if len(line) + len(piece) > 84:
                yield line
                line = f"{hang}|| {piece}"
            else:
                line = f"{line} || {piece}"
        yield line
        return
    yield pad + text
