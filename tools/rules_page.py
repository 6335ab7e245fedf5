"""docs/rules.md: the manual pages of all rules in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from fastformula.linter import RULES, Rule
from fastformula.linter.codes import REMARKS, SYNTAX
from fastformula.linter.rule import Group

_GROUPS = {
    "compiler": "Oracle's compiler objects too",
    "contract": "the formula and whoever runs or calls it disagree",
    "suspicious": "likely not what was meant",
    "performance": "slower than need be",
    "style": "harder to read than need be",
}

_INTRODUCTION = """\
<!-- Written by tools/generate.py from grammar/fastformula/linter; do not edit. -->

# Rules

`fastformula check` and the editors report what breaks these rules. Each has a name,
which stands in brackets behind its messages. `fastformula explain NAME` prints its
page. How to turn one off, or to excuse one place, is told in
[configuration](configuration.md). A rule marked *fixed* is mended by
`fastformula check --fix`."""

_REMARKS = """\
## Remarks

What these report has no rule of its own, but is turned off and excused in the same
way."""

_SYNTAX = """\
## Syntax errors

Oracle's compiler refuses these, so they cannot be turned off."""


def rules_page() -> str:
    """The text of docs/rules.md."""
    return "\n\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    yield _INTRODUCTION
    for group in get_args(Group):
        rules = [rule for rule in RULES if rule.group == group]
        if rules:
            yield f"**{group}**: {_GROUPS[group]}"
            yield _table(rules)
    for rule in RULES:
        yield f"## {rule.name}"
        yield f"**{rule.page.title}**"
        fixed = ", fixed" if rule.safe else ""
        yield f"*{rule.group}, {rule.severity}{fixed}*"
        yield rule.page.markdown
    for title, codes in ((_REMARKS, REMARKS), (_SYNTAX, SYNTAX)):
        yield title
        yield "\n".join(
            f'- <a id="{code}"></a>`{code}`: {text}' for code, text in codes.items()
        )


def _table(rules: list[Rule]) -> str:
    rows = ["| Rule | Severity | | What it finds |", "| --- | --- | --- | --- |"]
    for rule in rules:
        fixed = "fixed" if rule.safe else ""
        title = rule.page.title.replace("|", "\\|")
        rows.append(
            f"| [{rule.name}](#{rule.name}) | {rule.severity} | {fixed} | {title} |"
        )
    return "\n".join(rows)
