"""The highlighters of VS Code and Vim, made from the language's own tables of words.

What is a keyword or a function, `fastformula` knows; here is only what looks alike.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fastformula.language import load_functions, load_keywords

CONTROL = frozenset(
    {"CHANGE_CONTEXTS", "ELSE", "EXIT", "IF", "LOOP", "RETURN", "THEN", "WHILE"}
)
"""Statements and clauses that decide what runs next; the others declare."""

TESTS = frozenset({"DEFAULTED", "WAS"})
"""Clauses of a condition. FOUND is one behind WAS only, and else a name."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the language, upper case, by how they look on the screen."""

    control: frozenset[str]
    operators: frozenset[str]
    declarations: frozenset[str]
    constants: frozenset[str]
    types: frozenset[str]
    methods: frozenset[str]
    functions: frozenset[str]


def words() -> Words:
    """Every word of the language's tables, in the one group it belongs to."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for keyword in load_keywords().values():
        kinds[keyword.kind].add(keyword.name)
    plain = kinds["statement"] | kinds["clause"] | kinds["reserved"]
    functions = kinds["function"] | set(load_functions())
    return Words(
        control=CONTROL,
        operators=TESTS | kinds["operator"],
        declarations=frozenset(plain - CONTROL - TESTS - functions - {"FOUND"}),
        constants=frozenset(kinds["constant"]),
        types=frozenset(kinds["type"]),
        methods=frozenset(kinds["method"]),
        functions=frozenset(functions),
    )


def any_of(choices: Iterable[str]) -> str:
    """An alternation of `choices`, longest first as the first match wins."""
    return "|".join(sorted(choices, key=lambda word: (-len(word), word)))


def textmate(words: Words) -> str:
    """The TextMate grammar (JSON) that VS Code colours formulas by."""
    name = r"[\p{L}_][\p{L}\p{N}_]*"
    types = any_of(words.types)
    rules: list[dict[str, object]] = [
        _region("comment.block", r"/\*", r"\*/", "punctuation.definition.comment"),
        {"name": "comment.line.number-sign.fastformula", "match": "#.*$"},
        _region(
            "string.quoted.single",
            "'",
            "'(?!')",
            "punctuation.definition.string",
            {"name": "constant.character.escape.fastformula", "match": "''"},
        ),
        _match("variable.other.quoted", r'"[^"\r\n]*"'),
        {
            "match": rf"(?i)(\()\s*({types})\s*(\))",
            "captures": {"2": {"name": "storage.type.fastformula"}},
        },
        {
            "match": rf"(?i)(\.)\s*({any_of(words.methods)})\b",
            "captures": {"2": {"name": "support.function.method.fastformula"}},
        },
        {
            "match": r"(?i)\b(WAS)(?:\s+(NOT))?\s+(DEFAULTED|FOUND)\b",
            "captures": {
                number: {"name": "keyword.operator.word.fastformula"}
                for number in ("1", "2", "3")
            },
        },
        _words("keyword.control", words.control),
        _words("keyword.operator.word", words.operators),
        _words("keyword.declaration", words.declarations),
        _words("constant.language", words.constants),
        _match("support.function", rf"(?i)\b({any_of(words.functions)})\b(?=\s*\()"),
        _match(
            "entity.name.function",
            rf"(?i)\b{name}(?=\s*\((?!\s*({types})\s*\)))",
        ),
        _match("constant.numeric", r"(?<![\p{L}\p{N}_.])(\d+(\.\d*)?|\.\d+)"),
        _match("variable.other", name),
        _match("keyword.operator", r"\|\||<>|!=|><|<=|=<|>=|=>|[-+*/=<>]"),
    ]
    grammar = {
        "comment": "Written by tools/highlighting.py; do not edit.",
        "name": "Oracle FastFormula",
        "scopeName": "source.fastformula",
        "fileTypes": ["ff", "fff"],
        "patterns": rules,
    }
    return json.dumps(grammar, indent=2, ensure_ascii=False) + "\n"


def _match(scope: str, pattern: str) -> dict[str, object]:
    return {"name": f"{scope}.fastformula", "match": pattern}


def _words(scope: str, choices: frozenset[str]) -> dict[str, object]:
    return _match(scope, rf"(?i)\b({any_of(choices)})\b")


def _region(
    scope: str, begin: str, end: str, marks: str, *inside: dict[str, object]
) -> dict[str, object]:
    captures = {"0": {"name": f"{marks}.fastformula"}}
    return {
        "name": f"{scope}.fastformula",
        "begin": begin,
        "end": end,
        "beginCaptures": captures,
        "endCaptures": captures,
        "patterns": list(inside),
    }


def vim(words: Words) -> str:
    """The syntax file that Vim and Neovim colour formulas by."""
    vim_types = r"\|".join(sorted(words.types, key=lambda word: (-len(word), word)))
    vim_methods = r"\|".join(sorted(words.methods))
    lines = [
        '" Oracle FastFormula. Written by tools/highlighting.py; do not edit.',
        'if exists("b:current_syntax")',
        "  finish",
        "endif",
        "",
        "syntax case ignore",
        "syntax sync fromstart",
        "",
        *_keywords("fastformulaFunction", words.functions),
        *_keywords("fastformulaControl", words.control),
        *_keywords("fastformulaOperator", words.operators),
        *_keywords("fastformulaDeclaration", words.declarations),
        *_keywords("fastformulaConstant", words.constants),
        r"syntax match fastformulaOperator '\<was\_s\+\(not\_s\+\)\?\zsfound\>'",
        rf"syntax match fastformulaType '(\_s*\zs\({vim_types}\)\ze\_s*)'",
        rf"syntax match fastformulaMethod '\.\s*\zs\({vim_methods}\)\>'",
        r"syntax match fastformulaNumber '\<\d\+\(\.\d*\)\?\|\.\d\+'",
        'syntax match fastformulaQuotedName \'"[^"]*"\' oneline',
        "syntax match fastformulaQuote \"''\" contained",
        'syntax region fastformulaText start="\'" skip="\'\'" end="\'"'
        " contains=fastformulaQuote",
        r"syntax region fastformulaComment start='/\*' end='\*/' contains=@Spell",
        "syntax match fastformulaComment '#.*$' contains=@Spell",
        "",
        *(
            f"highlight default link fastformula{group} {look}"
            for group, look in (
                ("Comment", "Comment"),
                ("Constant", "Constant"),
                ("Control", "Statement"),
                ("Declaration", "Keyword"),
                ("Function", "Function"),
                ("Method", "Function"),
                ("Number", "Number"),
                ("Operator", "Operator"),
                ("Quote", "SpecialChar"),
                ("QuotedName", "Identifier"),
                ("Text", "String"),
                ("Type", "Type"),
            )
        ),
        "",
        'let b:current_syntax = "fastformula"',
    ]
    return "\n".join(lines) + "\n"


def _keywords(group: str, choices: frozenset[str]) -> list[str]:
    """`syntax keyword` lines, none of them wider than a screen."""
    lines: list[str] = []
    for word in sorted(choices):
        word = word.lower()
        if lines and len(lines[-1]) + len(word) < 88:
            lines[-1] += f" {word}"
        else:
            lines.append(f"syntax keyword {group} {word}")
    return lines
