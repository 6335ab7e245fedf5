"""Words that other languages use; see `normalisation`."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.diagnostic import Fix
from fastformula.syntax.rewriting import (
    OPERATORS,
    REACH,
    Handler,
    Rewrite,
    find_closer,
    find_opener,
    made_up,
    mistake,
    opens_block,
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


def _null(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    # Oracle itself prints NULL as an argument of a function.
    if not out or out[-1].kind not in ("EQUAL", "NE") or at < 2:
        return None
    if not _not_a_variable(text, tokens, at):
        return None
    token, sign = tokens[at], tokens[at - 1]
    fixes: tuple[Fix, ...] = ()
    heads = ("IF", "WHILE", "THEN", "LOOP", "ELSE")
    head = next((each.kind for each in reversed(out) if each.kind in heads), "")
    if head in ("IF", "WHILE") and tokens[at - 2].kind == "NAME":
        write = "WAS NOT DEFAULTED" if sign.kind == "NE" else "WAS DEFAULTED"
        span = Span(sign.start, token.end)
        fixes = (replacement(f"Write {write}", span, write),)
    error = mistake(
        "null",
        token.span,
        "There is no NULL literal. An input or database item without a value is asked "
        "for with WAS DEFAULTED; a text without one is ' '.",
        *fixes,
    )
    return Rewrite(1, (stand_in("TEXT", token),), error)


def _index_function(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    method = word(text, token).removesuffix("_INDEX")
    shape = f"{method}(default)" if method in ("FIRST", "LAST") else f"{method}(i, d)"
    if out and out[-1].kind == "DOT":
        fix = replacement(f"Write {method}", token.span, method)
        read: tuple[Token, ...] = (stand_in(method, token),)
    elif tokens[at + 1].kind == "LPAR":
        fix, read = None, (token,)
    else:
        return None
    error = mistake(
        "method",
        token.span,
        f"There is no {word(text, token)}. The index of an array is `a.{shape}`.",
        *([fix] if fix else []),
    )
    return Rewrite(1, read, error)


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
    if out[-1].kind in ("IF", "WHILE", "AND", "OR", "NOT") and tokens[at + 1].kind in (
        "THEN",
        "LOOP",
        "AND",
        "OR",
    ):
        write = "1 = 1" if true else "1 = 0"
        error = mistake(
            "boolean",
            token.span,
            f"There is no {word(text, token)}; a condition compares two values.",
            replacement(f"Write {write}", token.span, write),
        )
        following = tokens[at + 1]
        equal, one = made_up("EQUAL", following), made_up("NUMBER", following)
        return Rewrite(1, (stand_in("NUMBER", token), equal, one), error)
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
    opener = _begin_of(text, tokens, at) if written == "END" else -1
    if opener >= 0:
        body = opener > 0 and tokens[opener - 1].kind in ("THEN", "ELSE", "LOOP")
        return Rewrite(1, (stand_in("RPAR", token),) if body else (), None)
    title, edits = f"Remove {written}", [Edit(token.span, "")]
    read: tuple[Token, ...] = ()
    end = _end_of(text, tokens, at) if written == "BEGIN" else -1
    if end >= 0:
        body = bool(out) and out[-1].kind in ("THEN", "ELSE", "LOOP")
        if body:
            read = (stand_in("LPAR", token),)
        title = "Write ( … )" if body else "Remove BEGIN and END"
        edits = [
            Edit(token.span, "(" if body else ""),
            Edit(tokens[end].span, ")" if body else ""),
        ]
    error = mistake(
        "block",
        token.span,
        f"There is no {written}. A formula is a plain list of statements; parentheses "
        "group them.",
        Fix(title, tuple(edits)),
    )
    return Rewrite(1, read, error)


def _block_depth(text: str, tokens: Sequence[Token], at: int) -> int:
    """1 for a BEGIN, -1 for an END that is not END IF or END LOOP, else 0."""
    if tokens[at].kind != "NAME":
        return 0
    if tokens[at + 1].kind in ("IF", "LOOP", "WHILE"):
        return 0
    return {"BEGIN": 1, "END": -1}.get(word(text, tokens[at]), 0)


def _end_of(text: str, tokens: Sequence[Token], begin: int) -> int:
    depth = 0
    for at in range(begin, min(begin + REACH, len(tokens) - 1)):
        depth += _block_depth(text, tokens, at)
        if depth == 0:
            return at
    return -1


def _begin_of(text: str, tokens: Sequence[Token], end: int) -> int:
    depth = 0
    for at in range(end, max(-1, end - REACH), -1):
        depth += _block_depth(text, tokens, at)
        if depth == 0:
            return at
    return -1


def _break(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    if tokens[at + 1].kind in ("EQUAL", "LSQB", "DOT", "LPAR"):
        return None
    misplaced = OPERATORS | {"ARE", "FOR", "AS", "RETURN_LIST"}
    if out and out[-1].kind in misplaced and not opens_block(out):
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


def _is_assigned(text: str, tokens: Sequence[Token], name: Token) -> bool:
    return any(
        token.kind == "NAME"
        and word(text, token) == word(text, name)
        and tokens[at + 1].kind == "EQUAL"
        and (at == 0 or tokens[at - 1].kind not in OPERATORS)
        for at, token in enumerate(tokens[:-1])
    )


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
    literal = kinds in (["NAME", "COMMA", "TEXT"], ["NAME", "COMMA", "NUMBER"])
    # What the formula assigns itself is no item, and a DEFAULT would not reach it.
    if name == "NVL" and literal and not _is_assigned(text, tokens, arguments[0]):
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
    "NULL": _null,
    "FIRST_INDEX": _index_function,
    "LAST_INDEX": _index_function,
    "NEXT_INDEX": _index_function,
    "PRIOR_INDEX": _index_function,
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
