"""The pages of rules as documents of their own, which an editor opens by an address."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from fastformula.linter import RULES, Rule
from fastformula.linter.codes import REMARKS, SYNTAX
from lsprotocol import types

SCHEME = "fastformula"
_START, _END = f"{SCHEME}:/rules/", ".md"


def page_address(code: str) -> str | None:
    """Where the page of a diagnostic's code is; None where there is none."""
    return f"{_START}{code}{_END}" if code in _pages() else None


def read_page(address: str) -> str | None:
    """The page at an address, in Markdown; None where there is none."""
    code = address.removeprefix(_START).removesuffix(_END)
    return _pages().get(code) if address == f"{_START}{code}{_END}" else None


def link_pages(found: Iterable[types.Diagnostic]) -> None:
    """Link each diagnostic to the page of its rule."""
    for each in found:
        address = page_address(str(each.code))
        if address is not None:
            each.code_description = types.CodeDescription(address)


def page_of(rule: Rule) -> str:
    """The page of a rule, in Markdown."""
    page, kind = rule.page, kind_of(rule)
    return f"# {rule.name}\n\n**{page.title}**\n\n{page.markdown}\n\n{kind}\n"


def kind_of(rule: Rule) -> str:
    """The line that ends a rule's page."""
    fixed = " `fastformula check --fix` mends it." if rule.safe else ""
    return f"Group {rule.group}, severity {rule.severity}.{fixed}"


@cache
def _pages() -> dict[str, str]:
    texts = {**SYNTAX, **REMARKS}
    told = {code: f"# {code}\n\n{text}\n" for code, text in texts.items()}
    return told | {rule.name: page_of(rule) for rule in RULES}
