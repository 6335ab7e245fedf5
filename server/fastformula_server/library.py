"""The formulas of a workspace, as one of them sees the others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from fastformula.analysis.environment import FormulaSignature
from fastformula.editor.formula_names import find_header_name


def formula_name(path: PurePath) -> str:
    """What a file is called as a formula: its name without the ending, upper case."""
    return path.stem.strip().replace(" ", "_").upper()


def header_name(text: str) -> str:
    """The name in a comment `Formula Name: …` at the top, upper case; "" without."""
    found = find_header_name(text)
    return found.name if found else ""


def all_names(signature: FormulaSignature) -> set[str]:
    """The names that others may call a formula by."""
    return {signature.name, formula_name(PurePath(signature.path))}


class FormulaLibrary:
    """Signatures of formulas, found by the name of the file or in the header.

    Where two formulas share a name and differ, nobody knows which one is called, so
    neither is found.
    """

    __slots__ = ("_alone", "_by_name", "_deleted", "_deletes_all", "_names")

    def __init__(
        self, signatures: Iterable[FormulaSignature], is_alone: bool | None = None
    ) -> None:
        """`is_alone` where there are more formulas than could matter to any."""
        self._by_name: dict[str, FormulaSignature | None] = {}
        self._deleted: set[str] = set()
        self._deletes_all = False
        known = tuple(signatures)
        for signature in known:
            for name in all_names(signature):
                if name not in self._by_name:
                    self._by_name[name] = signature
                elif not _same(self._by_name[name], signature):
                    self._by_name[name] = None
            self._deleted |= signature.deleted
            self._deletes_all = self._deletes_all or signature.deletes_all
        self._names = tuple(
            sorted(name for name, each in self._by_name.items() if each)
        )
        self._alone = len(known) < 2 if is_alone is None else is_alone

    def find(self, name: str) -> FormulaSignature | None:
        """The formula of that upper-case name, in which blanks are underscores."""
        return self._by_name.get(name.replace(" ", "_"))

    def names(self) -> tuple[str, ...]:
        """The names of all formulas that `find` finds, in order."""
        return self._names

    def deletes(self, item: str) -> bool:
        """Whether some formula deletes the WSA item of that upper-case name."""
        return self._deletes_all or item in self._deleted

    def is_alone(self) -> bool:
        """Whether there are no other formulas to look at."""
        return self._alone


def _same(one: FormulaSignature | None, other: FormulaSignature) -> bool:
    return one is not None and (
        (one.inputs, one.outputs, one.optional)
        == (other.inputs, other.outputs, other.optional)
    )
