"""An analysis in the making: the only state of the package, and it ends with it."""

from __future__ import annotations

from typing import Literal

from fastformula.analysis.environment import Environment
from fastformula.analysis.model import (
    Access,
    CallSite,
    Placed,
    Problem,
    Scope,
    SymbolKind,
    TypeClaim,
    Use,
)
from fastformula.analysis.names import Names
from fastformula.analysis.words import a_type
from fastformula.diagnostic import Fix, Related, Severity
from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem, looks_like_item
from fastformula.language.types import ARRAYS, DATA_TYPES, array_of
from fastformula.syntax import Parsed
from fastformula.syntax.tree import (
    Alias,
    Constant,
    Date,
    EmptyArray,
    Name,
    Node,
    Statement,
    Text,
    While,
)
from fastformula.text import Span

SURE_EVIDENCE = frozenset({"catalogue", "documented"})
"""The types of items and contexts that are firm enough to judge a formula by."""


class Variable:
    """A symbol in the making."""

    __slots__ = (
        "alias",
        "bit",
        "is_sure",
        "item",
        "key",
        "kind",
        "name",
        "origin",
        "type",
        "uses",
    )

    def __init__(self, key: str, name: str, kind: SymbolKind) -> None:
        self.key = key
        self.name = name
        self.kind = kind
        self.type: str | None = None
        self.is_sure = False
        self.item: DatabaseItem | None = None
        self.alias: Alias | None = None
        self.origin: Span | None = None
        """Where the type comes from, if somewhere in the text."""
        self.bit = 0
        """Its bit in the sets of assigned variables; 0 where it always has a value."""
        self.uses: list[Use] = []


class Draft:
    """What has been found so far, and where the walk is."""

    __slots__ = (
        "_bits",
        "_claim",
        "_spellings",
        "calls",
        "contexts",
        "environment",
        "keys",
        "maybe",
        "names",
        "parsed",
        "problems",
        "product",
        "scope",
        "statement",
        "statements",
        "sure",
        "types",
        "uses",
        "variables",
    )

    def __init__(
        self,
        parsed: Parsed,
        environment: Environment,
        names: Names,
        product: Literal["fusion", "ebs"],
        claim: TypeClaim | None,
    ) -> None:
        self.parsed = parsed
        self.environment = environment
        self.names = names
        self.product = product
        self.variables: dict[str, Variable] = {}
        self.contexts: dict[str, Context | None] = {}
        self.uses: list[Use] = []
        self.calls: list[CallSite] = []
        self.statements: list[Placed] = []
        self.problems: list[Problem] = []
        self.types: dict[int, str | None] = {}
        self.keys: dict[int, str] = {}
        self.scope = Scope(parsed.tree, None, None)
        self.statement: Statement
        self.maybe = 0
        """Bits of the variables that have got a value on some path to here."""
        self.sure = 0
        """Bits of those that have got one on every path."""
        self._spellings: dict[str, Variable] = {}
        self._claim = claim
        # A bit for each name that is assigned; what never is has the bit 1.
        self._bits = {key: 2 << at for at, key in enumerate(sorted(names.assigned))}

    def report(
        self,
        rule: str,
        span: Span,
        message: str,
        fixes: tuple[Fix, ...] = (),
        related: tuple[Related, ...] = (),
        severity: Severity | None = None,
    ) -> None:
        """Note a problem."""
        self.problems.append(Problem(rule, span, message, fixes, related, severity))

    def use(self, name: Name, access: Access) -> Variable:
        """Note a use of a variable, item or global value, and say which it is."""
        variable = self._spellings.get(name.text) or self._resolve(name)
        if not name.text:
            # Made up by the parser, which has said so.
            return variable
        bit = variable.bit
        use = Use(
            name,
            variable.key,
            access,
            self.scope,
            self.statement,
            "yes"
            if not bit or self.sure & bit
            else "maybe"
            if self.maybe & bit
            else "no",
        )
        self.uses.append(use)
        variable.uses.append(use)
        self.keys[id(name)] = variable.key
        return variable

    def use_context(self, name: Name, access: Access) -> Context | None:
        """Note a use of a context, and say which it is."""
        key = name.key
        if name.text:
            if key not in self.contexts:
                self.contexts[key] = self.environment.catalogue.find_context(key)
            use = Use(name, key, access, self.scope, self.statement, "yes")
            self.uses.append(use)
        return self.contexts.get(key)

    def origin_of(self, variable: Variable) -> tuple[Related, ...]:
        """Where the type of a variable was settled, for a message about it."""
        if variable.origin is None or variable.type is None:
            return ()
        return (Related(variable.origin, f"Here it is {a_type(variable.type)}."),)

    def assign(self, variable: Variable) -> None:
        """From here on the variable has a value."""
        self.maybe |= variable.bit
        self.sure |= variable.bit

    def set_type(self, variable: Variable, kind: str | None, node: Node) -> None:
        """A value of this type is put in; the first known one is the variable's."""
        if variable.type is None and kind is not None:
            variable.type = kind
            variable.is_sure = True
            variable.origin = node.span

    def bits_of(self, loop: While) -> int:
        """The bits of what is assigned inside `loop`."""
        bits = 0
        for key in self.names.loops[id(loop)]:
            bits |= self._bits[key]
        return bits

    def _resolve(self, name: Name) -> Variable:
        key = name.key
        alias = self.names.aliases.get(key)
        if alias is not None and not name.quoted:
            key = alias.item.key
        elif name.quoted and self._is_known_unquoted(key):
            key = f'"{key}"'
        variable = self.variables.get(key)
        if variable is None:
            variable = self._classify(key, name)
            if name.text:
                self.variables[key] = variable
        if alias is not None:
            variable.alias = alias
        self._spellings[name.text] = variable
        return variable

    def _is_known_unquoted(self, key: str) -> bool:
        if key in self.names.inputs:
            return False
        catalogue = self.environment.catalogue
        return bool(catalogue.find_item(key) or catalogue.find_context(key))

    def _classify(self, key: str, name: Name) -> Variable:
        """Inputs come first, then items and globals, then contexts, then locals."""
        names = self.names
        declared = names.inputs.get(key)
        if declared is not None:
            variable = Variable(key, name.text, "input")
            if declared.type is not None and declared.type.name in DATA_TYPES:
                variable.type = declared.type.name
                variable.origin = declared.span
            variable.is_sure = variable.type is not None
            self._type_by_default(variable)
            if variable.type is None:
                self._type_by_contract(variable)
            return variable
        item = None if key.startswith('"') else self._find_item(key)
        if item is not None:
            variable = Variable(key, name.text, item.kind)
            variable.item = item
            if item.evidence in SURE_EVIDENCE:
                variable.type = item.type
                variable.is_sure = item.type is not None
            # A DEFAULT knows better than a guess from the name.
            self._type_by_default(variable)
            if variable.type is None:
                variable.type = item.type
            return variable
        variable = Variable(key, name.text, "local")
        self._type_by_default(variable)
        if key not in names.defaults:
            variable.bit = self._bits.get(key.strip('"'), 1)
        return variable

    def _find_item(self, key: str) -> DatabaseItem | None:
        names = self.names
        catalogue = self.environment.catalogue
        item = catalogue.find_item(key)
        is_assigned = key in names.assigned
        if item is not None:
            # Oracle would object to the assignment, but only to items that are there.
            is_there = item.evidence in ("catalogue", "documented", "inferred")
            fits = item.product in ("both", self.product)
            return item if not is_assigned or (is_there and fits) else None
        if is_assigned or catalogue.is_complete:
            return None
        context = catalogue.find_context(key)
        if context is not None and context.product in (
            "both",
            self.product,
        ):
            return None
        if (
            key in names.defaults
            or key in names.default_data
            or any(alias.item.key == key for alias in names.aliases.values())
            or looks_like_item(key)
        ):
            return DatabaseItem(key, None, "shape", self.product)
        return None

    def _type_by_contract(self, variable: Variable) -> None:
        """An input that nothing else types is what its caller hands over, or a number.

        Source: Oracle, Administering Fast Formulas, "How Formulas Determine Variable
        Data Types".
        """
        contract = self._claim.type.find_input(variable.key) if self._claim else None
        if contract is None:
            variable.type, variable.is_sure = "NUMBER", True
        elif len(contract.types) == 1:
            variable.type = contract.types[0]

    def _type_by_default(self, variable: Variable) -> None:
        """A DEFAULT types a name that nothing else does."""
        if variable.type is not None:
            return
        keys = [variable.key]
        keys += (
            alias.alias.key
            for alias in self.names.aliases.values()
            if alias.item.key == variable.key
        )
        for key in keys:
            default = self.names.defaults.get(key)
            if default is not None:
                variable.type = constant_type(default.value)
                variable.origin = default.span
            elif (data := self.names.default_data.get(key)) is not None:
                kind = constant_type(data.value)
                variable.type = (
                    kind if kind in ARRAYS else array_of(kind or "", "NUMBER")
                )
                variable.origin = data.span
            else:
                continue
            variable.is_sure = variable.type is not None
            return


def constant_type(constant: Constant) -> str | None:
    """The type of the literal of a DEFAULT; None where the parser made it up."""
    match constant:
        case Text():
            return "TEXT"
        case Date():
            return "DATE"
        case EmptyArray(type=kind):
            return kind if kind in ARRAYS else None
    return "NUMBER"
