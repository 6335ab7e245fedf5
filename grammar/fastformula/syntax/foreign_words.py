"""Words that other languages use; see `normalisation`."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.diagnostic import Fix
from fastformula.syntax.rewriting import (
    OPERATORS,
    Handler,
    Rewrite,
    find_closer,
    find_opener,
    made_up,
    mistake,
    replacement,
    stand_in,
    word,
)
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import Token
from fastformula.text import Edit, Span


def _elsif(text: str, tokens: Sequence[Token], at: int, out: list[Token]) -> Rewrite:
    token = tokens[at]
    written = token.text_in(text)
    pair = (stand_in("ELSE", token), made_up("IF", tokens[at + 1]))
    error = mistake(
        "elsif",
        token.span,
        f"There is no {written.upper()}. Write ELSE IF; the IF is then the body of "
        "the ELSE.",
        replacement("Write ELSE IF", token.span, "ELSE IF"),
    )
    return Rewrite(1, pair, error)


def _not_a_variable(text: str, tokens: Sequence[Token], at: int) -> bool:
    """Whether the name at `at` is read, and nothing in the text declares it."""
    if at == 0 or tokens[at - 1].kind not in OPERATORS:
        return False
    name = word(text, tokens[at])
    for index, token in enumerate(tokens[:-1]):
        if token.kind == "NAME" and word(text, token) == name:
            before = tokens[index - 1].kind if index else ""
            if before in ("ARE", "FOR", "AS"):
                return False
            if tokens[index + 1].kind == "EQUAL" and before not in OPERATORS:
                return False
    return True


def _sysdate(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    if not _not_a_variable(text, tokens, at):
        return None
    write = "GET_CONTEXT(EFFECTIVE_DATE, '1951/01/01 00:00:00' (DATE))"
    error = mistake(
        "sysdate",
        token.span,
        "There is no SYSDATE. The date that the formula runs for is the context "
        "EFFECTIVE_DATE.",
        replacement("Use the context EFFECTIVE_DATE", token.span, write),
    )
    return Rewrite(1, (token,), error)


_BOOLEAN_TESTS = ("EXISTS", "WSA_EXISTS", "IS_EXECUTABLE", "CONTEXT_IS_SET")


def _boolean(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    if not _not_a_variable(text, tokens, at):
        return None
    true = word(text, token) == "TRUE"
    if len(out) > 3 and out[-1].kind == "EQUAL" and out[-2].kind == "RPAR":
        opener = find_opener(out, len(out) - 2)
        if opener > 0 and out[opener - 1].kind in _BOOLEAN_TESTS:
            sign = out.pop()
            span = Span(sign.start, token.end)
            error = mistake(
                "boolean",
                span,
                "A test such as EXISTS is a whole condition and is not compared with "
                "TRUE or FALSE; put NOT before it to turn it round.",
                *([replacement("Remove the comparison", span, "")] if true else []),
            )
            return Rewrite(1, (), error)
    write = "'Y'" if true else "'N'"
    error = mistake(
        "boolean",
        token.span,
        f"There is no {word(text, token)}: a variable holds a number, a text or a "
        "date. Use 'Y' and 'N'.",
        replacement(f"Write {write}", token.span, write),
    )
    return Rewrite(1, (stand_in("TEXT", token),), error)


def _block_word(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    # END IF and END LOOP are the business of `end_blocks`.
    if tokens[at + 1].kind in ("EQUAL", "LSQB", "DOT", "LPAR", "IF", "LOOP", "WHILE"):
        return None
    if out and out[-1].kind in OPERATORS | {"ARE", "FOR", "AS", "DOT", "RETURN_LIST"}:
        return None
    written = word(text, token)
    # The END of a BEGIN that was reported is part of the same mistake.
    known = written == "END" and any(
        each.kind == "NAME" and word(text, each) == "BEGIN" for each in tokens[:at]
    )
    error = mistake(
        "block",
        token.span,
        f"There is no {written}. A formula is a plain list of statements; parentheses "
        "group them.",
        replacement(f"Remove {written}", token.span, ""),
    )
    return Rewrite(1, (), None if known else error)


def _break(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    if tokens[at + 1].kind in ("EQUAL", "LSQB", "DOT", "LPAR"):
        return None
    if out and out[-1].kind in OPERATORS | {"ARE", "FOR", "AS", "RETURN_LIST"}:
        return None
    written = word(text, token)
    leave = written == "BREAK"
    error = mistake(
        "exit",
        token.span,
        "A loop is left with EXIT."
        if leave
        else "There is no CONTINUE. Put the rest of the loop's body in an IF.",
        *([replacement("Write EXIT", token.span, "EXIT")] if leave else []),
    )
    return Rewrite(1, (stand_in("EXIT", token),), error)


def _change_context(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    if tokens[at + 1].kind != "LPAR" or (out and out[-1].kind in OPERATORS):
        return None
    error = mistake(
        "change-contexts",
        token.span,
        "The statement is CHANGE_CONTEXTS, with an S.",
        replacement("Write CHANGE_CONTEXTS", token.span, "CHANGE_CONTEXTS"),
    )
    return Rewrite(1, (stand_in("CHANGE_CONTEXTS", token),), error)


def _nvl(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    if tokens[at + 1].kind != "LPAR":
        return None
    name = word(text, token)
    closer = find_closer(tokens, at + 1)
    fixes: tuple[Fix, ...] = ()
    arguments = tokens[at + 2 : max(closer, at + 2)]
    kinds = [each.kind for each in arguments]
    if name == "NVL" and kinds in (
        ["NAME", "COMMA", "TEXT"],
        ["NAME", "COMMA", "NUMBER"],
    ):
        item, value = arguments[0].text_in(text), arguments[2].text_in(text)
        top = _behind_aliases(tokens)
        edits = (
            Edit(Span(top, top), f"DEFAULT FOR {item} IS {value}\n"),
            Edit(Span(token.start, tokens[closer].end), item),
        )
        fixes = (Fix(f"Declare DEFAULT FOR {item} IS {value} and use {item}", edits),)
    advice = {
        "DECODE": "Choose the value with IF … THEN … ELSE ….",
    }.get(
        name,
        "Declare DEFAULT FOR the item or input, and test it with WAS DEFAULTED where "
        "the difference counts.",
    )
    error = mistake("function", token.span, f"There is no {name}. {advice}", *fixes)
    return Rewrite(1, (token,), error)


def _behind_aliases(tokens: Sequence[Token]) -> int:
    at = 0
    while tokens[at].kind == "ALIAS" and at + 4 < len(tokens):
        at += 4
    return tokens[at].start


def _empty_array(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    if not out or out[-1].kind not in ("IS", "EQUAL", "COMMA"):
        return None
    kinds = word(text, token).split("_")[1:]
    valid = kinds[0] if kinds[0] in ("DATE", "NUMBER", "TEXT") else "NUMBER"
    names = sorted(
        name for name in load_tables().keywords if name.startswith("EMPTY_" + valid)
    )
    error = mistake(
        "empty-array",
        token.span,
        f"There is no {word(text, token)}: arrays are indexed by NUMBER or TEXT. "
        f"Choose {' or '.join(names)}.",
        *(replacement(f"Write {name}", token.span, name) for name in names),
    )
    return Rewrite(1, (stand_in(names[0], token),), error)


WORDS: dict[str, Handler] = {
    "ELSIF": _elsif,
    "ELSEIF": _elsif,
    "ELIF": _elsif,
    "SYSDATE": _sysdate,
    "TRUE": _boolean,
    "FALSE": _boolean,
    "BEGIN": _block_word,
    "END": _block_word,
    "DECLARE": _block_word,
    "BREAK": _break,
    "CONTINUE": _break,
    "CHANGE_CONTEXT": _change_context,
    "NVL": _nvl,
    "NVL2": _nvl,
    "COALESCE": _nvl,
    "DECODE": _nvl,
    "EMPTY_NUMBER_DATE": _empty_array,
    "EMPTY_TEXT_DATE": _empty_array,
    "EMPTY_DATE_DATE": _empty_array,
    "EMPTY_NUMBER": _empty_array,
    "EMPTY_TEXT": _empty_array,
    "EMPTY_DATE": _empty_array,
}
"""Handlers by the word of a name."""
