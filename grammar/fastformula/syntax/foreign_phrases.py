"""Phrases that other languages use; see `normalisation`."""

from __future__ import annotations

from collections.abc import Sequence

from fastformula.diagnostic import Fix
from fastformula.syntax.rewriting import (
    OPERATORS,
    Handler,
    Rewrite,
    ends_operand,
    find_closer,
    is_name,
    made_up,
    mistake,
    replacement,
    stand_in,
    word,
)
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import Token
from fastformula.text import Edit, Span

RELATIONS = ("EQUAL", "NE", "LESSTHAN", "MORETHAN", "LE", "GE", "LIKE")


def _list_end(tokens: Sequence[Token], at: int) -> int:
    """Index behind a list `name [(type)] {, name [(type)]}` that begins at `at`."""
    while is_name(tokens[at]):
        at += 1
        if tokens[at].kind == "LPAR":
            at = max(find_closer(tokens, at), at) + 1
        elif tokens[at].kind in load_tables().soft:
            at += 1
        if tokens[at].kind != "COMMA":
            break
        at += 1
    return at


def _unknown(tokens: Sequence[Token], at: int, end: int) -> Token:
    return Token("UNKNOWN", tokens[at].start, tokens[end - 1].end, tokens[at].lead)


def _outputs(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    if tokens[at + 1].kind not in ("ARE", "IS"):
        return None
    end = _list_end(tokens, at + 2)
    span = Span(tokens[at].start, tokens[end - 1].end)
    error = mistake(
        "outputs",
        span,
        "Outputs are not declared. What RETURN names is the output of the formula.",
        replacement("Remove the declaration", span, ""),
    )
    return Rewrite(end - at, (_unknown(tokens, at, end),), error)


def _input(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    verb = tokens[at + 1]
    if verb.kind not in ("ARE", "IS") or (
        verb.kind == "ARE" and (tokens[at].kind == "INPUTS")
    ):
        return None
    span = Span(tokens[at].start, verb.end)
    pair = (stand_in("INPUTS", tokens[at]), stand_in("ARE", verb))
    error = mistake(
        "inputs",
        span,
        "Inputs are declared with INPUTS ARE, also when there is only one.",
        replacement("Write INPUTS ARE", span, "INPUTS ARE"),
    )
    return Rewrite(2, pair, error)


def _local(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    if not is_name(tokens[at + 1]) or (out and out[-1].kind in OPERATORS):
        return None
    token = tokens[at]
    name = tokens[at + 1].text_in(text)
    advice = (
        f"Variables are not declared. The first assignment makes `{name}` and gives "
        "it its type."
    )
    if tokens[at + 2].kind in ("EQUAL", "ASSIGN", "LSQB"):
        fix = replacement(f"Remove {word(text, token)}", token.span, "")
        return Rewrite(1, (), mistake("local", token.span, advice, fix))
    end = _list_end(tokens, at + 1)
    span = Span(token.start, tokens[end - 1].end)
    fix = replacement("Remove the declaration", span, "")
    unknown = _unknown(tokens, at, end)
    return Rewrite(end - at, (unknown,), mistake("local", span, advice, fix))


def _is_null(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    negated = tokens[at + 1].kind == "NOT"
    last = tokens[at + 2 if negated else at + 1]
    if word(text, last) != "NULL":
        return None
    if any(each.kind == "FOR" for each in out[-5:-1]):
        error = mistake(
            "null",
            last.span,
            "There is no NULL literal. Give a value that the data cannot have, such "
            "as ' ', 0 or '0001/01/01 00:00:00' (DATE).",
        )
        return Rewrite(2, (tokens[at], stand_in("TEXT", last)), error)
    tests = [stand_in("WAS", tokens[at]), stand_in("DEFAULTED", last)]
    if negated:
        tests.insert(1, tokens[at + 1])
    span = Span(tokens[at].start, last.end)
    write = "WAS NOT DEFAULTED" if negated else "WAS DEFAULTED"
    error = mistake(
        "is-null",
        span,
        f"There is no IS NULL. For an input or database item with a DEFAULT write "
        f"`{write}`; for a text that a function gave back use ISNULL(…).",
        replacement(f"Write {write}", span, write),
    )
    return Rewrite(len(tests), tests, error)


def _quoted_context(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    token = tokens[at]
    if not out or out[-1].kind not in ("LPAR", "COMMA"):
        return None
    if len(out) > 1 and out[-1].kind == "LPAR":
        function = out[-2]
        asks = function.kind in ("CONTEXT_IS_SET", "NEED_CONTEXT") or (
            function.kind == "NAME" and word(text, function) == "GET_CONTEXT"
        )
        if asks and tokens[at + 1].kind in ("COMMA", "RPAR"):
            return _unquote(text, token)
    if tokens[at + 1].kind != "EQUAL":
        return None
    depth, opener = 0, len(out) - 1
    while opener >= 0 and not (out[opener].kind == "LPAR" and depth == 0):
        depth += {"RPAR": 1, "LPAR": -1}.get(out[opener].kind, 0)
        opener -= 1
    if opener < 1 or out[opener - 1].kind != "CHANGE_CONTEXTS":
        return None
    return _unquote(text, token)


def _unquote(text: str, token: Token) -> Rewrite:
    name = token.text_in(text).strip("'")
    error = mistake(
        "quoted-context",
        token.span,
        "A context is written without quotes.",
        replacement(f"Write {name}", token.span, name),
    )
    return Rewrite(1, (stand_in("NAME", token),), error)


def _for(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    if out and out[-1].kind in ("DEFAULT", "DEFAULT_DATA_VALUE"):
        return None
    loop = next(
        (at + n for n, each in enumerate(tokens[at : at + 25]) if each.kind == "LOOP"),
        None,
    )
    if loop is None or not is_name(tokens[at + 1]):
        return None
    counter = tokens[at + 1]
    header = (
        stand_in("WHILE", tokens[at]),
        counter,
        made_up("GE", tokens[at + 2]),
        made_up("NUMBER", tokens[at + 2]),
        tokens[loop],
    )
    error = mistake(
        "for",
        Span(tokens[at].start, tokens[loop].end),
        f"There is no FOR loop. Set {counter.text_in(text)} first, then loop with "
        "WHILE … LOOP ( … ) and change it in the body.",
    )
    return Rewrite(loop + 1 - at, header, error)


def _in(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    negated = bool(out) and out[-1].kind == "NOT"
    left = out[-2] if negated and len(out) > 1 else out[-1] if out else None
    if left is None or tokens[at + 1].kind != "LPAR" or not ends_operand(left):
        return None
    closer = find_closer(tokens, at + 1)
    if closer < 0:
        return None
    start = tokens[at]
    if negated:
        start = out.pop()
    inside = tokens[at + 2 : closer]
    items = [each.text_in(text) for each in inside[::2]]
    plain = all(each.kind == "COMMA" for each in inside[1::2]) and left.kind == "NAME"
    fixes: tuple[Fix, ...] = ()
    if plain and len(out) > 1 and out[-2].kind != "DOT":
        sign, joint = ("<>", " AND ") if negated else ("=", " OR ")
        name = left.text_in(text)
        write = "(" + joint.join(f"{name} {sign} {item}" for item in items) + ")"
        span = Span(left.start, tokens[closer].end)
        fixes = (replacement("Write one comparison for each value", span, write),)
    error = mistake(
        "in",
        Span(start.start, tokens[closer].end),
        "There is no IN. Compare with each value and join the comparisons with OR.",
        *fixes,
    )
    compared = Token("TEXT", tokens[at + 1].start, tokens[closer].end, tokens[at].end)
    sign_token = stand_in("NE" if negated else "EQUAL", tokens[at])
    return Rewrite(closer + 1 - at, (sign_token, compared), error)


def _between(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    if not out or not ends_operand(out[-1]):
        return None
    left = out[-1]
    middle = next(
        (at + n for n, each in enumerate(tokens[at : at + 40]) if each.kind == "AND"),
        None,
    )
    if middle is None:
        return None
    following = tokens[middle + 1]
    fixes: tuple[Fix, ...] = ()
    if left.kind == "NAME":
        name = left.text_in(text)
        edits = (
            Edit(tokens[at].span, ">="),
            Edit(Span(tokens[middle].end, tokens[middle].end), f" {name} <="),
        )
        fixes = (Fix("Write two comparisons", edits),)
    error = mistake(
        "between",
        tokens[at].span,
        "There is no BETWEEN. Compare with `>=` and `<=`, joined with AND.",
        *fixes,
    )
    read = (
        stand_in("GE", tokens[at]),
        *tokens[at + 1 : middle + 1],
        made_up("NAME", following),
        made_up("LE", following),
    )
    return Rewrite(middle + 1 - at, read, error)


def _case(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    if not out or out[-1].kind not in OPERATORS:
        return None
    end = next(
        (
            at + n
            for n, each in enumerate(tokens[at:])
            if each.kind == "NAME" and word(text, each) == "END"
        ),
        None,
    )
    if end is None:
        return None
    whole = Token("NAME", tokens[at].start, tokens[end].end, tokens[at].lead)
    error = mistake(
        "case",
        whole.span,
        "There is no CASE. Choose the value with IF … THEN … ELSE IF … THEN … ELSE ….",
    )
    return Rewrite(end + 1 - at, (whole,), error)


def _was_defaulted(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    opener = tokens[at + 1]
    if opener.kind != "LPAR" or tokens[at + 3].kind != "RPAR":
        return None
    # Compared with something it is a call of an unknown function, not a test.
    if tokens[at + 4].kind in RELATIONS or not is_name(tokens[at + 2]):
        return None
    item = tokens[at + 2]
    span = Span(tokens[at].start, tokens[at + 3].end)
    write = f"{item.text_in(text)} WAS DEFAULTED"
    error = mistake(
        "was-defaulted",
        span,
        f"WAS DEFAULTED is a test behind the name: `{write}`.",
        replacement(f"Write {write}", span, write),
    )
    following = tokens[at + 4]
    read = (item, made_up("WAS", following), made_up("DEFAULTED", following))
    return Rewrite(4, read, error)


def _bars(
    text: str, tokens: Sequence[Token], at: int, out: list[Token]
) -> Rewrite | None:
    """`||` between two comparisons, as other languages join conditions."""
    joints = ("AND", "OR", "NOT", "IF", "WHILE", "THEN", "LOOP", "ELSE", "CONCAT")
    if tokens[at + 2].kind not in RELATIONS:
        return None
    before = next(
        (each.kind for each in reversed(out) if each.kind in (*joints, *RELATIONS)), ""
    )
    head = next((each.kind for each in reversed(out) if each.kind in joints[3:8]), "")
    if before not in RELATIONS or head not in ("IF", "WHILE"):
        return None
    error = mistake(
        "or",
        tokens[at].span,
        "Conditions are joined with OR; `||` joins texts.",
        replacement("Write OR", tokens[at].span, "OR"),
    )
    return Rewrite(1, (stand_in("OR", tokens[at]),), error)


PHRASES: dict[str, Handler] = {
    "OUTPUTS": _outputs,
    "OUTPUT": _outputs,
    "INPUT": _input,
    "LOCAL": _local,
    "VARIABLE": _local,
    "IN": _in,
    "BETWEEN": _between,
    "CASE": _case,
    "WAS_DEFAULTED": _was_defaulted,
}
"""Handlers by the word of a name."""

PHRASE_KINDS: dict[str, Handler] = {
    "IS": _is_null,
    "TEXT": _quoted_context,
    "INPUTS": _input,
    "FOR": _for,
    "CONCAT": _bars,
}
"""Handlers by the kind of token."""
