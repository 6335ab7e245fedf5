"""What Oracle defines, as data: words and functions, each with its source.

Nothing is read until it is asked for.
"""

from fastformula.language.function import (
    Function,
    Parameter,
    find_functions,
    load_chapters,
    load_functions,
    load_methods,
)
from fastformula.language.keyword import Keyword, find_keyword, load_keywords
from fastformula.language.source import Source, load_sources

__all__ = [
    "Function",
    "Keyword",
    "Parameter",
    "Source",
    "find_functions",
    "find_keyword",
    "load_chapters",
    "load_functions",
    "load_keywords",
    "load_methods",
    "load_sources",
]
