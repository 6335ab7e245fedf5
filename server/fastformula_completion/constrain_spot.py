"""A place between two tokens: which of them may come next, by grammar and by names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Literal

from fastformula.analysis.names import out_functions
from fastformula.syntax import Stack, Token, recogniser
from fastformula.syntax.keywords import KEYWORDS
from fastformula.syntax.recogniser import START, tokens_on
from fastformula.syntax.tables import load_tables
from fastformula.syntax.tokens import NAMES

from fastformula_completion.constrain_names import (
    Names,
    Role,
    arity,
    may_begin,
    may_stand,
)

_DECLARING = frozenset(
    {"ALIAS", "DEFAULT", "DEFAULT_DATA_VALUE", "INPUTS", "NEED_CONTEXT"}
)
_OPERATORS = frozenset({"PLUS", "MINUS", "STAR", "SLASH", "CONCAT"})
_OF_CONTEXTS = frozenset({b"GET_CONTEXT", b"CONTEXT_IS_SET"})
_BEHIND_TARGET = frozenset({"EQUAL", "LSQB", "LPAR", "DOT"})
"""By these behind it a name behind RETURN is told to begin the next statement."""

_CALLERS = frozenset(
    "CALL_FORMULA CHANGE_CONTEXTS CONTEXT_IS_SET IS_EXECUTABLE NEED_CONTEXT WSA_DELETE"
    " WSA_EXISTS".split()
)
"""The keywords that are called as functions are, with a parenthesis."""


@dataclass(frozen=True, slots=True)
class Frame:
    """An open bracket, and the argument that is being written in it."""

    key: bytes
    """The upper-case word in front of it, of a call the function; else empty."""
    argument: int
    below: Frame | None


@dataclass(frozen=True)
class Spot:
    """The automaton between two tokens, with what the names so far mean."""

    stack: Stack
    names: Names
    frame: Frame | None = None
    last: str = ""
    """The kind of the token in front."""
    before: str = ""
    """The kind of the one in front of that."""
    word: bytes = b""
    """The token in front where it is a word, in upper case."""
    role: Role | None = None
    """What that word is there for, where it is a name."""
    is_trusted: bool = False
    """Whether that name is the author's own, and taken as it is."""
    pending: bytes = b""
    """The variable that the statement gives a value when it is done."""
    written: frozenset[bytes] = frozenset()
    """The variables that the completion has given a value."""
    ahead: Literal["", "list name", "list end", "plain name", "plain end"] = ""
    """What must come for the RETURN in front to be, or not be, a list of names."""

    @cached_property
    def begins_statement(self) -> bool:
        """Whether a statement may begin here."""
        return recogniser().feed(self.stack, "IF") is not None

    @cached_property
    def keywords(self) -> tuple[bytes, ...]:
        """The keywords that may come next."""
        if self.ahead == "list name":
            return ()
        return tuple(
            word.encode()
            for word, kind in load_tables().keywords.items()
            if kind in load_tables().actions[self.stack.state]
            and self._is_allowed(kind)
            and not _is_name(stack := recogniser().feed(self.stack, kind))
            and stack is not None
        )

    @cached_property
    def expects(self) -> Role | None:
        """What a name would be there for, None where no name can stand."""
        if recogniser().feed(self.stack, "NAME") is None:
            return None
        if self.last in ("ALIAS", "FOR"):
            return "default"
        if self.last in ("AS", "ARE"):
            return "new"
        if self.last == "RETURN_LIST":
            return "return"
        if self.last in ("LPAR", "COMMA"):
            kinds = (kind for kind, _ in tokens_on(self.stack) if kind != "COMMA")
            opener = next(kinds, "")
            if opener == "ARE":
                return "new"
            if opener == "RETURN_LIST":
                return "return"
            if self.frame is not None and not self.begins_statement:
                return _argument_role(self.frame)
        return "target" if self.begins_statement else "value"

    def may_begin(self, beginning: bytes) -> bool:
        """Whether a word that may come next begins so, in upper case."""
        if any(word.startswith(beginning) for word in self.keywords):
            return True
        role = self.expects
        return role is not None and may_begin(self.names, role, beginning, self.written)

    def feed(self, kind: str, word: bytes, *, trust: bool = False) -> Iterator[Spot]:
        """The places behind a token, none where it cannot stand.

        There are two behind a RETURN, which may be a list or not. Tokens of `trust`
        are the author's own: their names are taken as they are.
        """
        if kind == "NAME":
            kind = load_tables().keywords.get(word.decode(errors="replace"), kind)
            if kind == "NAME" and word.decode(errors="replace") in KEYWORDS:
                return
        if not trust and not self._is_allowed(kind):
            return
        if not self._may_precede(kind):
            return
        for taken in ("RETURN", "RETURN_LIST") if kind == "RETURN" else (kind,):
            stack = recogniser().feed(self.stack, taken)
            if stack is not None:
                spot = self._behind(taken, word, stack, trust=trust)
                if spot is not None:
                    yield spot

    def ends(self, following: str) -> bool:
        """Whether the name in front, if one is, can stand before `following`."""
        return self._may_precede(following)

    def _may_precede(self, kind: str) -> bool:
        if self.role is None or self.is_trusted:
            return True
        return may_stand(self.names, self.role, self.word, kind, self.written)

    def _is_allowed(self, kind: str) -> bool:
        """What the grammar lets through though no formula may hold it."""
        match kind:
            case "UNKNOWN":
                return False
            case "EXIT":
                return any(each == "LOOP" for each, _ in tokens_on(self.stack))
            case "WAS":
                return self.last in NAMES and self.before not in _OPERATORS
            case "LESSTHAN" if self.frame and self.frame.key == b"CALL_FORMULA":
                return self.last in NAMES | {"RSQB"} and self.before not in _OPERATORS
            case "COMMA" | "RPAR" if self.frame and self.frame.key:
                count = 0 if self.last == "LPAR" else self.frame.argument + 1
                least, most = arity(self.frame.key)
                if kind == "RPAR":
                    return count >= least
                return most is None or count < most
        if kind in _DECLARING and self.begins_statement:
            return not self.names.has_body and not self.written
        return True

    def _behind(
        self, kind: str, word: bytes, stack: Stack, *, trust: bool
    ) -> Spot | None:
        is_name = _is_name(stack)
        ahead = _look(self.ahead, kind, is_name)
        if ahead is None:
            return None
        role = self.expects if is_name else None
        if is_name and not trust:
            beginning = role is not None and may_begin(
                self.names, role, word, self.written
            )
            if not beginning:
                return None
        pending, written = self.pending, self.written
        if kind in _starters() and self.begins_statement and pending:
            pending, written = b"", written | {pending}
        if kind == "EQUAL" and self.role == "target":
            pending = self.word
        return Spot(
            stack,
            self.names,
            _bracket(self.frame, kind, self.last, self.word),
            "NAME" if is_name and kind != "QNAME" else kind,
            self.last,
            word,
            role,
            trust,
            pending,
            written,
            ahead,
        )


def find_statement(
    tokens: Sequence[Token], stacks: Sequence[Stack], latest: int
) -> int:
    """The index of the token that begins the statement of `tokens[latest]`.

    An operator that goes on with an expression stands where a statement may begin, but
    does not begin one.
    """
    for at in range(latest, 0, -1):
        if (
            tokens[at].kind in _starters()
            and recogniser().feed(stacks[at], "IF") is not None
        ):
            return at
    return 0


def target_of(tokens: Sequence[Token], text: str) -> bytes:
    """The variable that a statement of these tokens assigns; empty where none."""
    if len(tokens) > 1 and tokens[0].kind in NAMES and tokens[1].kind == "EQUAL":
        return tokens[0].text_in(text).upper().encode()
    return b""


def _bracket(frame: Frame | None, kind: str, last: str, word: bytes) -> Frame | None:
    """The brackets open behind a token of `kind`; `word` is the one in front of it."""
    if kind in ("LPAR", "LSQB"):
        called = kind == "LPAR" and (last == "NAME" or last in _CALLERS)
        return Frame(word if called else b"", 0, frame)
    if frame is None:
        return None
    if kind in ("RPAR", "RSQB"):
        return frame.below
    return replace(frame, argument=frame.argument + 1) if kind == "COMMA" else frame


def _argument_role(frame: Frame) -> Role:
    if frame.key in (b"CHANGE_CONTEXTS", b"NEED_CONTEXT"):
        return "context"
    if frame.key in _OF_CONTEXTS and frame.argument == 0:
        return "context"
    if frame.key == b"CALL_FORMULA" and frame.argument:
        return "output"
    out = out_functions().get(frame.key.decode(errors="replace"), frozenset())
    return "output" if frame.argument in out else "value"


def _look(
    ahead: str, kind: str, is_name: bool
) -> Literal["", "list name", "list end", "plain name", "plain end"] | None:
    """What is still to come for a RETURN to be what it was taken for; None: it is not.

    Source of the rule: `fastformula.syntax.tokens.mark_return_lists`.
    """
    match ahead:
        case "list name":
            return "list end" if is_name else None
        case "plain name" if is_name:
            return "plain end"
        case "list end" if kind in _BEHIND_TARGET:
            return None
        case "plain end" if kind not in _BEHIND_TARGET:
            return None
    match kind:
        case "RETURN_LIST":
            return "list name"
        case "RETURN":
            return "plain name"
    return ""


def _is_name(stack: Stack | None) -> bool:
    """Whether the token that led to `stack` was taken for a name."""
    return stack is not None and load_tables().shifted.get(stack.state) in NAMES


@cache
def _starters() -> frozenset[str]:
    """The kinds of tokens before which a statement is done."""
    return recogniser().expected(START) | {"ELSE", "RPAR"}
