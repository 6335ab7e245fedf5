"""FastFormula's syntax: text to tokens, tree and errors."""

from fastformula.syntax.keywords import KEYWORDS, SOFT_KEYWORDS
from fastformula.syntax.parser import Parsed, parse
from fastformula.syntax.recogniser import Recogniser, Stack, recogniser
from fastformula.syntax.tokens import Token, Trivia, tokenize, trivia
from fastformula.syntax.visit import children, path_to, walk

__all__ = [
    "KEYWORDS",
    "SOFT_KEYWORDS",
    "Parsed",
    "Recogniser",
    "Stack",
    "Token",
    "Trivia",
    "children",
    "parse",
    "path_to",
    "recogniser",
    "tokenize",
    "trivia",
    "walk",
]
