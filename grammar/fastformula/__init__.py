"""The FastFormula language: pure functions of text."""

from fastformula.diagnostic import Diagnostic, Fix, Severity
from fastformula.syntax import Parsed, parse
from fastformula.text import Edit, LineIndex, Position, Span, apply_edits

__all__ = [
    "Diagnostic",
    "Edit",
    "Fix",
    "LineIndex",
    "Parsed",
    "Position",
    "Severity",
    "Span",
    "apply_edits",
    "parse",
]
