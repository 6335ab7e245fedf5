"""`fastformula explain`: the page of a rule."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from fastformula_server.failure import Failure

if TYPE_CHECKING:
    from fastformula.linter import Rule


@click.command("explain")
@click.argument("code", metavar="RULE")
def command(code: str) -> None:
    """Explain RULE: why it matters, and how it is broken and kept.

    RULE is what stands in brackets behind a message of `fastformula check`.
    """
    from fastformula.linter import RULES
    from fastformula.linter.codes import REMARKS, SYNTAX

    code = code.lower()
    texts = {**SYNTAX, **REMARKS}
    rule = next((rule for rule in RULES if rule.name == code), None)
    if rule:
        _show(rule)
    elif code in texts:
        click.echo(texts[code])
    else:
        raise Failure(_unknown(code, [*(rule.name for rule in RULES), *texts]))


def _show(rule: Rule) -> None:
    from fastformula_server.pages import kind_of, page_of

    if not sys.stdout.isatty():
        click.echo(f"{rule.name}: {rule.page.text}\n\n{kind_of(rule)}")
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(page_of(rule)))


def _unknown(code: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(code, known, 1)
    advice = f"did you mean {near[0]}?" if near else "see fastformula rules"
    return f"there is no rule {code}; {advice}"
