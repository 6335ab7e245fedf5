"""What Oracle defines, as data: words, functions, contexts, formula types, items.

Each fact has its source. Nothing is read until it is asked for.
"""

from fastformula.language.context import Context, find_context, load_contexts
from fastformula.language.database_item import (
    DatabaseItem,
    find_item,
    looks_like_item,
)
from fastformula.language.formula_type import (
    FormulaType,
    Variable,
    find_formula_type,
    load_formula_types,
)
from fastformula.language.function import (
    Function,
    Parameter,
    find_functions,
    load_chapters,
    load_functions,
    load_methods,
)
from fastformula.language.keyword import Keyword, find_keyword, load_keywords
from fastformula.language.similar import similar_items
from fastformula.language.source import Source, load_sources

__all__ = [
    "Context",
    "DatabaseItem",
    "FormulaType",
    "Function",
    "Keyword",
    "Parameter",
    "Source",
    "Variable",
    "find_context",
    "find_formula_type",
    "find_functions",
    "find_item",
    "find_keyword",
    "load_chapters",
    "load_contexts",
    "load_formula_types",
    "load_functions",
    "load_keywords",
    "load_methods",
    "load_sources",
    "looks_like_item",
    "similar_items",
]
