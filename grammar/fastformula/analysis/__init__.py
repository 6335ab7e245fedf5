"""What a formula means: names, types, flow; made once per text."""

from fastformula.analysis.environment import Environment
from fastformula.analysis.model import Access, Analysis, Symbol, Use

__all__ = ["Access", "Analysis", "Environment", "Symbol", "Use"]
