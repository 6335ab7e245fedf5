"""What analysis finds out about a formula; made once per text and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from fastformula.analysis.environment import Environment
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem
from fastformula.language.formula_type import FormulaType
from fastformula.language.function import Function
from fastformula.syntax import Parsed
from fastformula.syntax.tree import (
    Alias,
    Body,
    Call,
    CallFormula,
    ChangeContexts,
    Default,
    DefaultData,
    Expression,
    Formula,
    If,
    Input,
    Name,
    Node,
    Statement,
    Text,
    While,
)
from fastformula.text import Span


class Access(StrEnum):
    """What a formula does with a name in one place."""

    INPUT = "input"
    """Declared by INPUTS ARE."""
    ALIASED = "aliased"
    """The item of an ALIAS."""
    ALIAS = "alias"
    """The new name of an ALIAS."""
    DEFAULT = "default"
    DEFAULT_DATA = "default data"
    READ = "read"
    """Its value is used."""
    ELEMENT = "element"
    """`a[i]` is used."""
    KEYS = "keys"
    """`.FIRST`, `.NEXT`, `.COUNT`, `.EXISTS` and such: its indexes are used."""
    TEST = "test"
    """WAS DEFAULTED or WAS FOUND."""
    RETURN = "return"
    WRITE = "write"
    ELEMENT_WRITE = "element write"
    """`a[i] = …`."""
    OUT = "out"
    """Handed to an OUT parameter, which writes it."""
    DELETE = "delete"
    """`.DELETE`."""
    CONTEXT = "context"
    """Named by GET_CONTEXT, CONTEXT_IS_SET or NEED_CONTEXT."""
    SET_CONTEXT = "set context"
    """Changed by CHANGE_CONTEXTS."""

    @property
    def declares(self) -> bool:
        """Whether it only says something about the name."""
        return self in _DECLARING

    @property
    def reads(self) -> bool:
        """Whether the value matters here; RETURN counts, WAS DEFAULTED too."""
        return self in _READING

    @property
    def writes(self) -> bool:
        """Whether a value is put in."""
        return self in _WRITING


_DECLARING = {
    Access.INPUT,
    Access.ALIASED,
    Access.ALIAS,
    Access.DEFAULT,
    Access.DEFAULT_DATA,
}
_READING = {Access.READ, Access.ELEMENT, Access.KEYS, Access.TEST, Access.RETURN}
_WRITING = {Access.WRITE, Access.ELEMENT_WRITE, Access.OUT}


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A block of statements: the formula, or the body of a header."""

    node: Formula | If | While | ChangeContexts
    body: Body | None
    parent: Scope | None

    def chain(self) -> Iterator[Scope]:
        """The scope itself and those around it, the innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    @property
    def loop(self) -> While | None:
        """The innermost WHILE around."""
        for scope in self.chain():
            if isinstance(scope.node, While):
                return scope.node
        return None

    @property
    def context_changes(self) -> tuple[ChangeContexts, ...]:
        """The CHANGE_CONTEXTS around, the innermost first."""
        return tuple(
            scope.node
            for scope in self.chain()
            if isinstance(scope.node, ChangeContexts)
        )


class Use(NamedTuple):
    """One place where a name stands."""

    name: Name
    key: str
    """Of `Analysis.symbols`; for CONTEXT and SET_CONTEXT the name in upper case."""
    access: Access
    scope: Scope
    """Where the statement stands."""
    statement: Statement
    """The innermost one; a header's condition belongs to the header."""
    assigned: Literal["yes", "maybe", "no"]
    """Before a read: whether the variable has got a value on the way here."""


SymbolKind = Literal["input", "item", "global", "local"]


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """One variable, database item or global value, under all its spellings."""

    key: str
    """The name in upper case; of an alias, that of the item. Still in its quotes when
    a quoted variable has the name of a database item or context."""
    name: str
    """As first written."""
    kind: SymbolKind
    type: str | None
    """One of the nine types; None where nothing says."""
    is_sure: bool
    """Whether `type` is declared, documented or follows from such; a guess from a
    name's shape is not."""
    item: DatabaseItem | None
    """Of items and globals. `evidence` is `shape` for one taken on trust."""
    uses: tuple[Use, ...]
    """In source order, those through an alias too."""
    alias: Alias | None = None
    input: Input | None = None
    default: Default | None = None
    """The first DEFAULT FOR it."""
    default_data: DefaultData | None = None

    @property
    def reads(self) -> tuple[Use, ...]:
        """Where its value matters."""
        return tuple(use for use in self.uses if use.access in _READING)

    @property
    def writes(self) -> tuple[Use, ...]:
        """Where it gets a value."""
        return tuple(use for use in self.uses if use.access in _WRITING)

    @property
    def is_returned(self) -> bool:
        """Whether some RETURN names it."""
        return any(use.access is Access.RETURN for use in self.uses)


class Placed(NamedTuple):
    """A statement and where it stands."""

    statement: Statement
    scope: Scope
    is_reachable: bool


class CallSite(NamedTuple):
    """A call of a function, `GET_CONTEXT` and such included."""

    call: Call
    key: str
    """The function's name in upper case."""
    function: Function | None
    """The overload that fits; None where none does, or nobody knows the function."""
    scope: Scope
    statement: Statement

    def text_argument(self, at: int) -> str | None:
        """Argument number `at`, from 0, where it is a text literal."""
        arguments = self.call.arguments
        argument = arguments[at] if at < len(arguments) else None
        return argument.value if isinstance(argument, Text) else None


class Passed(NamedTuple):
    """A value handed to a formula that is called."""

    name: str | None
    """Of the input, upper case; None where it is computed."""
    node: Expression
    """Where the name stands."""
    value: Expression | None
    """None unsets the input."""
    type: str | None


class Taken(NamedTuple):
    """A value taken over from a formula that is called."""

    name: str | None
    node: Expression
    target: Expression | None
    """The variable; None for GET_OUTPUT, which may stand anywhere."""
    default: Expression | None
    type: str | None
    """What the caller takes it for."""


class FormulaCall(NamedTuple):
    """A call of another formula: CALL_FORMULA, or SET_INPUT … EXECUTE … GET_OUTPUT."""

    node: CallFormula | Call
    """The CALL_FORMULA or the EXECUTE."""
    formula: str | None
    """Its name in upper case; None where it is computed."""
    inputs: tuple[Passed, ...]
    outputs: tuple[Taken, ...]
    scope: Scope


class StorageUse(NamedTuple):
    """A WSA_SET, WSA_GET, WSA_EXISTS or WSA_DELETE."""

    call: Call
    operation: Literal["set", "get", "exists", "delete"]
    item: str | None
    """Its name in upper case; None where it is computed, or where all are deleted."""
    type: str | None
    scope: Scope


class Problem(NamedTuple):
    """What the compiler would object to, found while typing expressions.

    `rule` names the rule of the linter that reports it.
    """

    rule: str
    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    """Where it is not the rule's own."""


class TypeClaim(NamedTuple):
    """The formula type, and how we know."""

    type: FormulaType
    origin: Literal["setting", "comment", "inferred"]
    span: Span | None
    """Where the comment says so."""
    reasons: tuple[str, ...] = ()
    """The names that gave it away, where it is inferred."""


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """All that is known about one text."""

    parsed: Parsed
    environment: Environment
    product: Literal["fusion", "ebs"]
    formula_type: TypeClaim | None
    symbols: Mapping[str, Symbol]
    """By key, in order of first use."""
    contexts: Mapping[str, Context | None]
    """Every name used as a context, by upper-case name; None where it is unknown."""
    uses: tuple[Use, ...]
    """Every name of the formula, in source order."""
    calls: tuple[CallSite, ...]
    statements: tuple[Placed, ...]
    """In source order, headers before what they hold."""
    formula_calls: tuple[FormulaCall, ...]
    storage: tuple[StorageUse, ...]
    problems: tuple[Problem, ...]
    ends_without_return: bool
    """Whether a path reaches the end of the text."""
    types: Mapping[int, str | None]
    """By `id` of the node; ask `type_of`."""
    keys: Mapping[int, str]
    """The symbol of a Name by its `id`; ask `symbol_of`."""

    def type_of(self, node: Node) -> str | None:
        """The type of an expression; None where nothing says."""
        return self.types.get(id(node))

    def symbol_of(self, name: Name) -> Symbol | None:
        """What a name stands for; None for contexts and functions."""
        key = self.keys.get(id(name))
        return None if key is None else self.symbols.get(key)

    @property
    def locals(self) -> tuple[Symbol, ...]:
        """The local variables."""
        return tuple(each for each in self.symbols.values() if each.kind == "local")

    @property
    def inputs(self) -> tuple[Symbol, ...]:
        """The inputs."""
        return tuple(each for each in self.symbols.values() if each.kind == "input")

    @property
    def items(self) -> tuple[Symbol, ...]:
        """Database items and global values."""
        return tuple(each for each in self.symbols.values() if each.item is not None)
