"""The syntax tree: one frozen dataclass per construct, each with its span.

A node says what was written, not what it means. Spans run from the first to the
last token of the construct and hold no outer trivia.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastformula.text import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything in the tree."""

    span: Span


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name as written; `"quoted"` names keep their quotes in `text`."""

    text: str

    @property
    def quoted(self) -> bool:
        """Whether it stands in double quotes, so is never a database item."""
        return self.text.startswith('"')

    @property
    def key(self) -> str:
        """What identifies the name: no quotes, upper case."""
        return (self.text.strip('"') if self.quoted else self.text).upper()


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """One of the nine type words, upper case in `name`."""

    name: str


# Expressions


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A numeric literal; `text` as written, without a sign."""

    text: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A text literal; `value` has its quotes removed and doubled ones single."""

    value: str


@dataclass(frozen=True, slots=True)
class Date(Node):
    """A date literal `'…' (DATE)`; `value` is the text between the quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class EmptyArray(Node):
    """`EMPTY_NUMBER_TEXT` and its like; `type` is `NUMBER_TEXT`."""

    type: str


@dataclass(frozen=True, slots=True)
class Group(Node):
    """An expression in parentheses."""

    inner: Expression


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """A sign before an operand."""

    operator: Literal["-", "+"]
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Two operands of `+ - * / ||`."""

    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`array[index]`, read or assigned."""

    array: Name
    index: Expression


@dataclass(frozen=True, slots=True)
class Method(Node):
    """`array.FIRST(d)`, `.NEXT(i, d)`, `.COUNT`; `method` is upper case."""

    array: Name
    method: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`FUNCTION(argument, …)`, also `GET_CONTEXT`, `WSA_SET` and such."""

    function: Name
    arguments: tuple[Expression, ...]


Constant = Number | Text | Date | EmptyArray | Unary
"""What may follow IS in a DEFAULT; a Unary there is a signed Number."""

Expression = (
    Name
    | Number
    | Text
    | Date
    | EmptyArray
    | Group
    | Unary
    | Binary
    | Index
    | Method
    | Call
)

# Conditions


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """Two or more conditions joined by the same AND or OR."""

    operator: Literal["AND", "OR"]
    operands: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """NOT before a condition."""

    operand: Condition


@dataclass(frozen=True, slots=True)
class ConditionGroup(Node):
    """A condition in parentheses."""

    inner: Condition


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left operator right`; operator as written, of `= <> != >< < > <= …`."""

    left: Expression
    operator: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Like(Node):
    """`subject [NOT] LIKE pattern`."""

    subject: Expression
    negated: bool
    pattern: Expression


@dataclass(frozen=True, slots=True)
class Was(Node):
    """`subject WAS [NOT] DEFAULTED` or `FOUND`."""

    subject: Expression
    negated: bool
    test: Literal["DEFAULTED", "FOUND"]


@dataclass(frozen=True, slots=True)
class Exists(Node):
    """`array.EXISTS(index)`."""

    array: Name
    index: Expression


@dataclass(frozen=True, slots=True)
class BooleanCall(Node):
    """`WSA_EXISTS(…)`, `IS_EXECUTABLE(…)` or `CONTEXT_IS_SET(…)` as a condition."""

    call: Call


Condition = Logic | Not | ConditionGroup | Compare | Like | Was | Exists | BooleanCall

# Declarations


@dataclass(frozen=True, slots=True)
class Alias(Node):
    """`ALIAS item AS alias`."""

    item: Name
    alias: Name


@dataclass(frozen=True, slots=True)
class Default(Node):
    """`DEFAULT FOR name [(TYPE)] IS literal`."""

    name: Name
    type: TypeName | None
    value: Constant


@dataclass(frozen=True, slots=True)
class DefaultData(Node):
    """`DEFAULT_DATA_VALUE FOR name IS literal`."""

    name: Name
    value: Constant


@dataclass(frozen=True, slots=True)
class Input(Node):
    """One name of INPUTS ARE, with its type where one is written."""

    name: Name
    type: TypeName | None


@dataclass(frozen=True, slots=True)
class Inputs(Node):
    """`INPUTS ARE a, b (TEXT), …`."""

    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class NeedContext(Node):
    """`NEED_CONTEXT(context)`."""

    context: Name


@dataclass(frozen=True, slots=True)
class TypedName(Node):
    """`name (TYPE)` on the left of an assignment."""

    name: Name
    type: TypeName


Target = Name | Index | TypedName


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """`target = value`."""

    target: Target
    value: Expression


@dataclass(frozen=True, slots=True)
class Body(Node):
    """What a header governs: one statement, or a list in parentheses."""

    bracketed: bool
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """`IF condition THEN then [ELSE orelse]`."""

    condition: Condition
    then: Body
    orelse: Body | None


@dataclass(frozen=True, slots=True)
class While(Node):
    """`WHILE condition LOOP body`."""

    condition: Condition
    body: Body


@dataclass(frozen=True, slots=True)
class Exit(Node):
    """`EXIT`."""


@dataclass(frozen=True, slots=True)
class Return(Node):
    """`RETURN [name, …]`."""

    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class ContextSetting(Node):
    """`context = value` in the parentheses of CHANGE_CONTEXTS."""

    context: Name
    value: Expression


@dataclass(frozen=True, slots=True)
class ChangeContexts(Node):
    """`CHANGE_CONTEXTS(context = value, …) body`."""

    settings: tuple[ContextSetting, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class FormulaInput(Node):
    """`value > 'NAME'` in CALL_FORMULA; no value unsets the input."""

    value: Expression | None
    name: Expression


@dataclass(frozen=True, slots=True)
class FormulaOutput(Node):
    """`target < 'NAME' DEFAULT default` in CALL_FORMULA."""

    target: Expression
    name: Expression
    default: Expression | None


@dataclass(frozen=True, slots=True)
class CallFormula(Node):
    """`CALL_FORMULA(formula, argument, …)`."""

    formula: Expression
    arguments: tuple[FormulaInput | FormulaOutput, ...]


@dataclass(frozen=True, slots=True)
class CallStatement(Node):
    """A call that stands alone: `WSA_SET(…)`, `EXECUTE(…)`, `WSA_DELETE`, …."""

    call: Call


@dataclass(frozen=True, slots=True)
class ArrayDelete(Node):
    """`array.DELETE(index)`, or `array.DELETE` for all elements."""

    array: Name
    index: Expression | None


@dataclass(frozen=True, slots=True)
class Unknown(Node):
    """Text that no statement could be made of; an error says why."""


Declaration = Alias | Default | DefaultData | Inputs | NeedContext
Statement = (
    Declaration
    | Assign
    | If
    | While
    | Exit
    | Return
    | ChangeContexts
    | CallFormula
    | CallStatement
    | ArrayDelete
    | Unknown
)


@dataclass(frozen=True, slots=True)
class Formula(Node):
    """The whole text."""

    statements: tuple[Statement, ...]
