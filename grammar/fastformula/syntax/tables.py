"""The parser's tables, as shipped, or made anew where the grammar has changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from fastformula.syntax.compilation import compile_tables, grammar_hash, read_grammar


class Rule(NamedTuple):
    """A production: the node it makes, the nonterminal, how many symbols it takes."""

    node: str
    origin: str
    length: int


@dataclass(frozen=True, slots=True)
class Tables:
    """LALR(1) tables; see `compile_tables` for what the entries mean."""

    actions: tuple[dict[str, int], ...]
    gotos: tuple[dict[str, int], ...]
    rules: tuple[Rule, ...]
    end: int
    patterns: dict[str, str]
    """The regular expression of each terminal that is not a keyword."""
    keywords: dict[str, str]
    """From each keyword in upper case to its terminal; the soft ones too."""
    soft: frozenset[str]
    """Terminals of the soft keywords: names where the state does not accept them."""
    ignored: frozenset[str]
    shifted: dict[int, str]
    """From each state that a token leads to, and not a rule, to that token's kind."""


@cache
def load_tables() -> Tables:
    """The tables of the grammar in this package.

    The shipped file is used when it was made from the grammar beside it. Whoever
    edits the grammar gets the new language at once, at the price of a slow start
    until `tools/generate.py` has run.
    """
    shipped = files("fastformula.syntax") / "tables.json"
    grammar = read_grammar()
    data: dict[str, Any] = {}
    if shipped.is_file():
        data = json.loads(shipped.read_text(encoding="utf-8"))
    if data.get("grammar") != grammar_hash(grammar):
        data = compile_tables(grammar)
    terminals = data["terminals"]
    words = {name for name, terminal in terminals.items() if terminal["word"]}
    return Tables(
        actions=tuple(data["actions"]),
        gotos=tuple(data["gotos"]),
        rules=tuple(Rule(*rule) for rule in data["rules"]),
        end=data["end"],
        patterns={
            name: terminal["pattern"]
            for name, terminal in terminals.items()
            if name not in words
        },
        keywords={terminals[name]["pattern"]: name for name in words},
        soft=frozenset(name for name in words if terminals[name]["soft"]),
        ignored=frozenset(data["ignored"]),
        shifted={
            target: kind
            for row in data["actions"]
            for kind, target in row.items()
            if target >= 0
        },
    )
