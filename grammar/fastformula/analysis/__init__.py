"""What a formula means: names, types, flow; made once per text."""

from fastformula.analysis.analyzer import analyze
from fastformula.analysis.environment import Environment, FormulaSignature, Library
from fastformula.analysis.model import Access, Analysis, Symbol, Use
from fastformula.analysis.signature import summarise

__all__ = [
    "Access",
    "Analysis",
    "Environment",
    "FormulaSignature",
    "Library",
    "Symbol",
    "Use",
    "analyze",
    "summarise",
]
