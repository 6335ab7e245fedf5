"""What names held in the last run of each formula."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from fastformula.editor.hover import LastValues

from fastformula_server.documents import Document
from fastformula_server.testing.texts import Texts, file_key
from fastformula_server.workspace import to_path

if TYPE_CHECKING:
    from fastformula.interpreter import Value

    Held: TypeAlias = Mapping[Path, Mapping[str, Value]]
    """Values by the path of the formula and the upper-case name."""

_SHOWN = 8
"""Elements of an array that are shown."""


class _Last(NamedTuple):
    run: str
    owner: str
    values: Mapping[str, Value]
    document: Document


class Values:
    """The values of the last run of each formula that had any."""

    def __init__(self) -> None:
        self._last: dict[str, _Last] = {}

    def keep(self, run: str, owner: str, values: Held, texts: Texts) -> None:
        """Keep them until the next run, or until `owner` forgets them.

        `run` says of which run they are, as the beginning of a sentence.
        """
        for path, held in values.items():
            document = texts.known(path)
            if document is not None:
                self._last[file_key(path)] = _Last(run, owner, held, document)

    def forget(self, owner: str) -> None:
        """Forget what was kept for it."""
        mine = [key for key, each in self._last.items() if each.owner == owner]
        for key in mine:
            del self._last[key]

    def of(self, document: Document) -> LastValues | None:
        """Those of a formula whose text is what it was."""
        path = to_path(document.uri)
        last = self._last.get(file_key(path)) if path else None
        if last is None or last.document.text != document.text:
            return None
        from fastformula_server.outcomes import written

        shown = {name: written(each, _SHOWN) for name, each in last.values.items()}
        return LastValues(last.run, shown)
