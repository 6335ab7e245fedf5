"""Syntax errors in words: what is wrong, what is expected, how to mend it."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.diagnostic import Diagnostic, Fix
from fastformula.syntax.recogniser import Stack, recogniser
from fastformula.syntax.repair import Repair
from fastformula.syntax.rewriting import (
    REACH,
    find_opener,
    find_unclosed,
    mistake,
    replacement,
)
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import END, NAMES, Token
from fastformula.text import LINE_BREAK, Span

SIGNS = {
    "LPAR": "(",
    "RPAR": ")",
    "LSQB": "[",
    "RSQB": "]",
    "COMMA": ",",
    "DOT": ".",
    "EQUAL": "=",
    "LESSTHAN": "<",
    "MORETHAN": ">",
    "NE": "<>",
    "LE": "<=",
    "GE": ">=",
    "PLUS": "+",
    "MINUS": "-",
    "STAR": "*",
    "SLASH": "/",
    "CONCAT": "||",
}
"""How each sign of the grammar is usually written."""

_OPERANDS = frozenset({"NAME", "NUMBER", "TEXT", "LPAR"})
_RELATIONS = frozenset({"EQUAL", "NE", "LESSTHAN", "MORETHAN", "LIKE", "WAS"})
_LITERALS = frozenset({"NUMBER", "TEXT", "EMPTY_NUMBER_NUMBER"})


def spell(kind: str) -> str:
    """How a terminal is written, or "" where that is for the author to say."""
    if kind in SIGNS:
        return SIGNS[kind]
    if kind == "RETURN_LIST":
        return "RETURN"
    words = {terminal: word for word, terminal in load_tables().keywords.items()}
    return words.get(kind, "")


def say(kind: str) -> str:
    """A terminal as it reads in a sentence."""
    plain = {
        "NAME": "a name",
        "QNAME": "a name",
        "NUMBER": "a number",
        "TEXT": "a text in quotes",
        END: "the end of the formula",
    }
    return plain.get(kind) or f"`{spell(kind)}`"


def expectation(stack: Stack) -> str:
    """What may stand next, in a few words; "" where nearly everything may."""
    expected = set(recogniser().expected(stack))
    parts = []
    if "UNKNOWN" in expected:
        parts.append("the next statement")
        expected -= {*_statement_words(), "QNAME", "NAME"}
    if expected >= _OPERANDS:
        parts.append("a value")
        expected -= {*_OPERANDS, "QNAME", "PLUS", "MINUS"}
        expected -= {kind for kind in expected if kind.startswith("EMPTY_")}
        expected -= {"WSA_EXISTS", "IS_EXECUTABLE", "CONTEXT_IS_SET", "NOT"}
    elif expected >= _LITERALS:
        parts.append("a literal such as 0, ' ' or '0001/01/01 00:00:00' (DATE)")
        expected = set()
    elif "TYPE_NUMBER" in expected:
        parts.append("a type: NUMBER, TEXT, DATE or an array type")
        expected = set()
    if expected >= _RELATIONS:
        parts.append("a comparison such as `=`")
        expected -= {*_RELATIONS, "LE", "GE", "NOT"}
    if {"PLUS", "CONCAT"} <= expected or {"STAR", "SLASH"} <= expected:
        parts.append("an operator")
        expected -= {"PLUS", "MINUS", "STAR", "SLASH", "CONCAT"}
    expected -= {"QNAME", "UNKNOWN", "LPAR" if parts else ""}
    if len(expected) <= 4:
        parts += sorted(say(kind) for kind in expected if kind != END)
    if len(parts) > 1:
        parts[-2:] = [f"{parts[-2]} or {parts[-1]}"]
    return ", ".join(parts)


def _statement_words() -> set[str]:
    return {
        "ALIAS", "CALL_FORMULA", "CHANGE_CONTEXTS", "DEFAULT", "DEFAULT_DATA_VALUE",
        "EXIT", "IF", "INPUTS", "NEED_CONTEXT", "RETURN", "RETURN_LIST", "WHILE",
        "WSA_DELETE", "UNKNOWN", END,
    }  # fmt: skip


def describe(
    text: str,
    tokens: Sequence[Token],
    stacks: Sequence[Stack],
    bad: int,
    repair: Repair,
) -> Diagnostic:
    """The error that `repair` mends; `tokens[bad]` was the first that did not fit."""
    token = tokens[repair.at]
    stack = stacks[repair.at]
    match repair.action:
        case "insert":
            return _describe_missing(text, tokens, stack, repair)
        case "delete":
            return _describe_surplus(text, tokens, stack, repair.at)
        case "replace" if token.kind == "ELSE" and len(repair.tokens) > 1:
            return _describe_surplus(text, tokens, stack, repair.at)
        case "replace":
            return _describe_wrong(text, token, stack, repair.tokens[0].kind)
        case "swap":
            other = tokens[repair.at + 1]
            span = Span(token.start, other.end)
            one, two = token.text_in(text), other.text_in(text)
            gap = text[token.end : other.start]
            return mistake(
                "error",
                span,
                f"`{one}` and `{two}` stand in the wrong order.",
                replacement(f"Write `{two}{gap}{one}`", span, f"{two}{gap}{one}"),
            )
    token = tokens[bad]
    found = _quote(text, token)
    expected = expectation(stacks[bad])
    wanted = f"; expected {expected}" if expected else ""
    if token.kind == END and bad:
        return mistake(
            "error",
            tokens[bad - 1].span,
            f"The formula ends before this statement is complete{wanted}.",
        )
    return mistake(
        "error",
        token.span,
        f"This statement cannot be understood from {found} on{wanted}.",
    )


def _quote(text: str, token: Token) -> str:
    return say(END) if token.kind == END else f"`{token.text_in(text)}`"


def _describe_missing(
    text: str, tokens: Sequence[Token], stack: Stack, repair: Repair
) -> Diagnostic:
    following = tokens[repair.at]
    before = tokens[repair.at - 1] if repair.at else None
    kinds = [token.kind for token in repair.tokens]
    apart = before and "\n" in text[before.end : following.start]
    starts = recogniser().feed(stack, END) is not None or (
        kinds == ["NAME"] and (following.kind == "EQUAL")
    )
    if before and (apart or following.kind == END) and not starts:
        place, span = f"after `{before.text_in(text)}`", before.span
        at = before.end
    else:
        place, span = f"before {_quote(text, following)}", following.span
        at = following.start
    what = _say_missing(stack, kinds)
    advice = ""
    if kinds == ["RPAR"]:
        opener = find_unclosed(tokens, repair.at)
        if 0 <= opener < repair.at - 1:
            line = len(LINE_BREAK.findall(text, 0, tokens[opener].start)) + 1
            advice = f" It closes the `(` of line {line}."
    elif kinds == ["NAME"] and recogniser().feed(stack, "UNKNOWN"):
        advice = " A value is assigned to a variable: `name = value`."
    fixes = _insert_fix(text, kinds, at, at != following.start)
    verb = "are" if " and " in what else "is"
    message = f"{what} {verb} missing {place}.{advice}"
    return mistake("missing", span, message[0].upper() + message[1:], *fixes)


def _say_missing(stack: Stack, kinds: Sequence[str]) -> str:
    if list(kinds) == ["EQUAL", "NAME"] and recogniser().feed(stack, "LIKE"):
        return "A comparison such as `= 'Y'`"
    if list(kinds) == ["NAME", "EQUAL", "NAME"]:
        return "A condition such as `x = 'Y'`"
    words = []
    for kind in kinds:
        operand = kind in ("NAME", "NUMBER", "TEXT")
        value = operand and recogniser().expected(stack) >= _OPERANDS
        words.append("a value" if value else say(kind))
    return " and ".join(words)


def _insert_fix(text: str, kinds: Sequence[str], at: int, behind: bool) -> list[Fix]:
    words = [spell(kind) for kind in kinds]
    if not all(words):
        return []
    write = " ".join(words)
    padded = write
    if behind and write != "," and not write.startswith(")"):
        padded = " " + write
    elif not behind:
        padded = write if write in "([." else write + " "
    return [replacement(f"Insert `{write}`", Span(at, at), padded)]


def _describe_surplus(
    text: str, tokens: Sequence[Token], stack: Stack, at: int
) -> Diagnostic:
    token = tokens[at]
    written = token.text_in(text)
    remove = replacement(f"Remove `{written}`", token.span, "")
    if token.kind == "ELSE":
        fixes = _bracket_branch(text, tokens, at)
        return mistake(
            "else",
            token.span,
            "This ELSE belongs to no IF. Without parentheses a branch is a single "
            "statement, so the IF above has already ended. Write THEN ( … ) ELSE "
            "( … ) around several statements.",
            *fixes,
        )
    if token.kind in ("THEN", "LOOP"):
        header = "IF" if token.kind == "THEN" else "WHILE"
        return mistake(
            "error",
            token.span,
            f"There is no {header} before this {token.kind} that it could belong to.",
            remove,
        )
    if token.kind == "RPAR" and find_unclosed(tokens, at) < 0:
        return mistake("error", token.span, "This `)` closes nothing.", remove)
    expected = expectation(stack)
    wanted = f" Expected: {expected}." if expected else ""
    return mistake(
        "error", token.span, f"`{written}` does not fit here.{wanted}", remove
    )


def _bracket_branch(text: str, tokens: Sequence[Token], orelse: int) -> list[Fix]:
    """The brackets that would make a list of the branch before `tokens[orelse]`."""
    at = orelse - 1
    depth = 0
    floor = max(0, orelse - REACH)
    while at >= floor and not (tokens[at].kind == "THEN" and depth == 0):
        if tokens[at].kind == "RPAR":
            at = find_opener(tokens, at)
            if at < 0:
                return []
        elif tokens[at].kind in ("LPAR", "IF", "WHILE"):
            return []
        at -= 1
    if at < floor or tokens[at + 1].kind == "LPAR":
        return []
    whole = Span(tokens[at].end, tokens[orelse].start)
    inside = whole.text_in(text)
    body = inside.strip()
    tail = inside[len(inside.rstrip()) :] or " "
    head = inside[: len(inside) - len(inside.lstrip())] or " "
    return [
        replacement("Put the branch in parentheses", whole, f" ({head}{body}{tail}) ")
    ]


def _describe_wrong(text: str, token: Token, stack: Stack, kind: str) -> Diagnostic:
    written = token.text_in(text)
    keywords = load_tables().keywords
    if kind in NAMES and written.upper() in keywords:
        return mistake(
            "reserved",
            token.span,
            f"`{written.upper()}` is a reserved word and cannot name anything. Choose "
            "another name.",
        )
    right = spell(kind)
    wanted = say(kind)
    if not right and recogniser().expected(stack) >= _OPERANDS:
        wanted = "a value"
    fixes = [replacement(f"Replace by `{right}`", token.span, right)] if right else []
    advice = f" Did you mean {right}?" if _similar(written.upper(), right) else ""
    return mistake(
        "error",
        token.span,
        f"`{written}` stands where {wanted} is expected.{advice}",
        *fixes,
    )


def _similar(written: str, right: str) -> bool:
    """Whether two words differ by a letter or two, so that one may be a slip."""
    if len(right) < 3 or not written.isalpha() or abs(len(written) - len(right)) > 1:
        return False
    return sorted(written) == sorted(right) or (
        sum(a != b for a, b in zip(written, right, strict=False)) <= 1
    )
