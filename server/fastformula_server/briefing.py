"""What the model's process is to know of the workspace, as far as it is new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fastformula.analysis import Library

from fastformula_server.documents import DocumentStore
from fastformula_server.messages import Neighbourhood, Outdated, Shown, Workplace
from fastformula_server.neighbours import Neighbours
from fastformula_server.workspace import Workspace

News = Workplace | Neighbourhood | Shown | Outdated


class Briefing:
    """What was told already; the values are told by their identity."""

    def __init__(
        self, documents: DocumentStore, workspace: Workspace, neighbours: Neighbours
    ) -> None:
        self._documents = documents
        self._workspace = workspace
        self._neighbours = neighbours
        self.forget()

    def forget(self) -> None:
        """Tell everything anew: it is another process that listens."""
        self._workplace: Workplace | None = None
        self._libraries: dict[Path, Library] = {}
        self._shown: dict[str, str] = {}
        self._is_outdated = False

    def outdate(self) -> None:
        """Formulas were written or removed."""
        self._is_outdated = True

    def news(self, uri: str) -> Iterator[News]:
        """What has changed for a question about `uri`, which brings its own text."""
        workplace = Workplace(self._workspace.settings, self._workspace.folders)
        if workplace != self._workplace:
            self._workplace = workplace
            yield workplace
        for root, library in self._neighbours.libraries():
            if self._libraries.get(root) is not library:
                self._libraries[root] = library
                yield Neighbourhood(root, library)
        others = {
            each.uri: each.text for each in self._documents.all() if each.uri != uri
        }
        for other, text in others.items():
            if self._shown.get(other) is not text:
                self._shown[other] = text
                yield Shown(other, text)
        for closed in self._shown.keys() - others.keys() - {uri}:
            del self._shown[closed]
            yield Shown(closed, None)
        if self._is_outdated:
            self._is_outdated = False
            yield Outdated()
