"""From `formula.lark` to the tables that the parser runs on."""

from __future__ import annotations

import json
from collections import deque
from hashlib import sha256
from importlib.resources import files
from typing import Any

GRAMMAR = files("fastformula.syntax") / "formula.lark"


def read_grammar() -> str:
    """The text of the grammar that ships with this package."""
    return GRAMMAR.read_text(encoding="utf-8")


def grammar_hash(grammar: str) -> str:
    """What the tables say of the grammar they were made from.

    Line ends do not count: a checkout on Windows may have changed them.
    """
    return sha256("\n".join(grammar.splitlines()).encode()).hexdigest()


def compile_tables(grammar: str) -> dict[str, Any]:
    """LALR(1) tables and terminals of `grammar`, as JSON can hold them.

    `actions[state][terminal]` is a state to shift to, or `~rule` to reduce by;
    `gotos[state][nonterminal]` a state; a rule is `[name, origin, length]` where
    the name chooses the tree node and is "" where the children are spliced into
    the parent and "?" where an only child stands for the rule.

    States are numbered breadth-first by symbol, so that the same grammar always
    gives the same text.
    """
    # Only this function needs the parser generator, and the server never calls it.
    from lark import Lark
    from lark.parsers.lalr_analysis import Shift

    lark = Lark(grammar, parser="lalr", maybe_placeholders=False, keep_all_tokens=True)
    table = lark.parse_interactive("").parser_state.parse_conf.parse_table
    start = table.start_states["start"]
    numbers = {start: 0}
    queue = deque([start])
    rules: dict[Any, int] = {}
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    while queue:
        shifts: dict[str, int] = {}
        targets: dict[str, int] = {}
        for symbol, (action, argument) in sorted(table.states[queue.popleft()].items()):
            if action is Shift:
                if argument not in numbers:
                    numbers[argument] = len(numbers)
                    queue.append(argument)
                row = shifts if symbol.isupper() or symbol == "$END" else targets
                row[symbol] = numbers[argument]
            else:
                shifts[symbol] = ~rules.setdefault(argument, len(rules))
        actions.append(shifts)
        gotos.append(targets)
    return {
        "grammar": grammar_hash(grammar),
        "end": numbers[table.end_states["start"]],
        "actions": actions,
        "gotos": gotos,
        "rules": [
            [_node_name(rule), rule.origin.name, len(rule.expansion)] for rule in rules
        ],
        "terminals": {
            terminal.name: _describe(terminal)
            for terminal in sorted(lark.terminals, key=lambda each: each.name)
            if terminal.pattern is not None
        },
        "ignored": sorted(lark.ignore_tokens),
    }


def generate_tables() -> str:
    """The text of `tables.json` for the grammar as it is now."""
    tables = compile_tables(read_grammar())
    lines = []
    for key, value in tables.items():
        if isinstance(value, list) and value and not isinstance(value[0], str):
            rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in value)
            lines.append(f'"{key}":[\n{rows}\n]')
        else:
            lines.append(f'"{key}":{json.dumps(value, separators=(",", ":"))}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _node_name(rule: Any) -> str:
    if rule.alias:
        return str(rule.alias)
    name = str(rule.origin.name)
    if name.startswith("_"):
        return ""
    return "?" if rule.options.expand1 and len(rule.expansion) == 1 else name


def _describe(terminal: Any) -> dict[str, Any]:
    word = terminal.pattern.type == "str" and terminal.pattern.value[0].isalpha()
    return {
        "word": word,
        "pattern": terminal.pattern.value if word else terminal.pattern.to_regexp(),
        "soft": terminal.priority < 0,
    }
