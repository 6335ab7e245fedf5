"""Which of Oracle's two products a formula is for, where nobody has said."""

from __future__ import annotations

from functools import cache
from typing import Literal

from fastformula.language import load_functions
from fastformula.language.catalogue import Catalogue
from fastformula.syntax import Parsed

_FUSION_ONLY = frozenset(
    "LSQB DOT WHILE LOOP EXIT CHANGE_CONTEXTS CALL_FORMULA NEED_CONTEXT"
    " DEFAULT_DATA_VALUE CONTEXT_IS_SET IS_EXECUTABLE WSA_DELETE WSA_EXISTS"
    " EMPTY_DATE_NUMBER EMPTY_DATE_TEXT EMPTY_NUMBER_NUMBER EMPTY_NUMBER_TEXT"
    " EMPTY_TEXT_NUMBER EMPTY_TEXT_TEXT".split()
)
"""Terminals of what E-Business Suite does not have."""


def infer_product(parsed: Parsed, catalogue: Catalogue) -> Literal["fusion", "ebs"]:
    """EBS where the formula uses what only that has, and nothing that only Fusion has.

    Fusion is the answer in doubt, as most formulas written today are for it.
    """
    text = parsed.text
    is_ebs = False
    for token in parsed.tokens:
        if token.kind in _FUSION_ONLY:
            return "fusion"
        if token.kind == "NAME":
            key = text[token.start : token.end].upper()
            products = _function_products().get(key)
            if products is None:
                item = catalogue.find_item(key)
                products = frozenset({item.product}) if item else frozenset()
            if products == {"fusion"}:
                return "fusion"
            is_ebs = is_ebs or products == {"ebs"}
    return "ebs" if is_ebs else "fusion"


@cache
def _function_products() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(each.product for each in overloads)
        for name, overloads in load_functions().items()
    }
