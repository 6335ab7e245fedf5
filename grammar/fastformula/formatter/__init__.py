"""The layout of formulas: one that says the same, whatever happens."""

from fastformula.formatter.formatting import Formatted, format_range, format_text
from fastformula.formatter.style import Style

__all__ = ["Formatted", "Style", "format_range", "format_text"]
