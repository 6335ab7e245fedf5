"""Changes of a formula that an author asks for, and that keep what it gives."""

from fastformula.editor.refactoring.place import Refactoring
from fastformula.editor.refactoring.refactor import refactor

__all__ = ["Refactoring", "refactor"]
