"""The language server: the documents that are open, what they say, the settings."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import version
from pathlib import Path

from fastformula import Parsed
from fastformula.analysis import Analysis
from fastformula.diagnostic import Diagnostic
from fastformula.linter.codes import REMARKS
from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from fastformula_server import convert
from fastformula_server.analyses import Analyses, Judged
from fastformula_server.briefing import Briefing
from fastformula_server.carrying import carry, hold_back
from fastformula_server.catalogue.places import find_project
from fastformula_server.counting import Counting, later
from fastformula_server.crash import describe
from fastformula_server.documents import Document, DocumentStore
from fastformula_server.facts_file import FactsFile, facts_path
from fastformula_server.inline_completion import InlineCompletions
from fastformula_server.messages import Status
from fastformula_server.model import Model
from fastformula_server.neighbours import Neighbours
from fastformula_server.pages import SCHEME, link_pages
from fastformula_server.parent import is_running
from fastformula_server.parses import Parses
from fastformula_server.progress import show_progress
from fastformula_server.project_file import Problem
from fastformula_server.protocol import FormulaProtocol
from fastformula_server.settings import SECTION, Settings, read_settings
from fastformula_server.stats import tally_path
from fastformula_server.testing.session import Tests
from fastformula_server.workspace import WATCHED, Surroundings, Workspace, to_path

logger = logging.getLogger(__name__)

_OWN = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.EXIT,
    types.WORKSPACE_EXECUTE_COMMAND,
)
"""What pygls does itself, and we do in its place. Its copies of the documents break
lines as `str.splitlines` does, its `exit` ends the process in mid-sentence, and it lets
a command go on that the client has cancelled."""


STATUS = "fastformula/status"
"""The notification of how the model is doing, a `Status` as an object, for clients that
have its name, set to true, among their experimental capabilities."""


class FormulaServer(LanguageServer):
    """What all handlers share."""

    protocol: FormulaProtocol

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        super().__init__(
            "fastformula",
            version("fastformula"),
            protocol_cls=FormulaProtocol,
            converter_factory=default_converter,
        )
        for method in _OWN:
            del self.protocol.fm.builtin_features[method]
        self.environment = environment
        self.settings = Settings()
        self.documents = DocumentStore()
        self.parses = Parses(self.documents)
        self.neighbours = Neighbours(
            self.show_all_diagnostics, self.show_progress, FactsFile(facts_path())
        )
        self.formulas = Workspace(self.neighbours.library)
        self.analyses = Analyses(
            self.documents, self.parses, self.formulas.look, self.log
        )
        self.tests = Tests(self.documents)
        self.briefing = Briefing(self.documents, self.formulas, self.neighbours)
        self.model = Model(self.show_status, self.briefing)
        self.counting = Counting(self.documents, tally_path(), self.log, later)
        self.completions = InlineCompletions(self.documents, self.model, self.counting)
        self.snippets = False
        self.pulls = False
        """Whether the client asks for diagnostics; if so, none are sent unasked."""
        self.shows_status = False
        self.shows_tests = False
        """Whether the client has a place of its own for tests and their results."""
        self.opens_pages = False
        """Whether the client asks for documents that are no files."""
        self.colours: dict[str, types.SemanticTokens] = {}
        """The last colours of each document that were told."""
        self.options: object = None
        self.client: int | None = None
        """The client's process; None where it is not to be seen from here."""
        self.asked_to_shut_down = False
        self.stopped = False
        self._publishing: dict[str, asyncio.Task[None]] = {}
        self._problems: dict[Path, tuple[Problem, ...]] = {}
        self._complaints: tuple[str, ...] = ()

    def start(self, params: types.InitializeParams) -> None:
        """Take over what the client can do and wants."""
        if self.process_id is not None and is_running(self.process_id):
            self.client = self.process_id
        client = params.capabilities
        encoding = self.workspace.position_encoding
        # pygls takes the client's first choice that it knows. So do we: it is what
        # the client's own text is in, and costs us the same each way.
        self.documents.encoding = types.PositionEncodingKind(encoding).value
        self.tests.documents.encoding = self.documents.encoding
        self.pulls = get_capability(client, "text_document.diagnostic") is not None
        self.snippets = bool(
            get_capability(
                client, "text_document.completion.completion_item.snippet_support"
            )
        )
        self.opens_pages = bool(
            get_capability(
                client, "workspace.text_document_content.dynamic_registration"
            )
        )
        own = client.experimental
        self.shows_status = isinstance(own, Mapping) and bool(own.get(STATUS))
        tests = own.get(SECTION) if isinstance(own, Mapping) else None
        self.shows_tests = isinstance(tests, Mapping) and bool(tests.get("tests"))
        self.options = params.initialization_options
        self.open_folders()

    def open_folders(self) -> None:
        """Take over which folders the client has open."""
        folders = list(self.workspace.folders)
        self.formulas.open_folders(folders or filter(None, [self.workspace.root_uri]))

    def watch_files(self) -> None:
        """Ask the client to tell which files change, if it can."""
        if get_capability(
            self.client_capabilities,
            "workspace.did_change_watched_files.dynamic_registration",
        ):
            watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED]
            registration = types.Registration(
                "files",
                types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                types.DidChangeWatchedFilesRegistrationOptions(watchers),
            )
            self.client_register_capability(types.RegistrationParams([registration]))

    def offer_pages(self) -> None:
        """Tell a client that can ask for documents that pages of rules are some."""
        if self.opens_pages:
            registration = types.Registration(
                "pages",
                types.WORKSPACE_TEXT_DOCUMENT_CONTENT,
                types.TextDocumentContentRegistrationOptions([SCHEME]),
            )
            self.client_register_capability(types.RegistrationParams([registration]))

    def link_pages(self, found: Iterable[types.Diagnostic]) -> None:
        """Link what is wrong to the pages of its rules, if the client can open them."""
        if self.opens_pages:
            link_pages(found)

    def apply_settings(self, options: object) -> None:
        """Put the editor's `options` in force; say once what is wrong in them."""
        self.options = options
        self.settings, problems = read_settings(options, self.environment)
        problems += self.formulas.use(self.settings)
        if problems:
            self.log(" ".join(problems), True)
        self.completions.use(self.settings, self._project())
        self.show_all_diagnostics()

    def _project(self) -> Path:
        """The project of the first folder that is open."""
        uris = (*self.workspace.folders, self.workspace.root_uri or "")
        folder = next(filter(None, map(to_path, uris)), Path.cwd())
        return find_project(folder)

    async def fetch_settings(self) -> None:
        """Ask the client for the settings, as some only then say what they are."""
        client = self.client_capabilities
        if not get_capability(client, "workspace.configuration"):
            return
        asked = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
        answer = await self.workspace_configuration_async(asked)
        if answer and answer[0]:
            self.apply_settings(answer[0])

    def log(self, sentence: str, failure: bool) -> None:
        """Write to the client's output channel; nothing of ours is a pop-up."""
        kind = types.MessageType.Error if failure else types.MessageType.Info
        self.window_log_message(types.LogMessageParams(kind, sentence))

    def show_status(self, status: Status) -> None:
        """Log how the model is doing, and tell a client that shows it."""
        self.log(status.message, status.kind == "failing")
        if self.shows_status:
            self.protocol.notify(STATUS, status._asdict())

    def report_server_error(self, error: Exception, _source: object) -> None:
        """Log what pygls cannot send; it would show it to the author."""
        self.log(describe("Sending a message", error), True)

    async def parsed(
        self, document: types.TextDocumentIdentifier
    ) -> tuple[Document, Parsed] | None:
        """An open document, parsed; None when it is gone or has changed."""
        snapshot = self.documents.get(document.uri)
        parsed = await self.parses.of(snapshot) if snapshot else None
        return None if snapshot is None or parsed is None else (snapshot, parsed)

    async def analysed(
        self, identifier: types.TextDocumentIdentifier
    ) -> tuple[Document, Analysis] | None:
        """An open text and what it means; None where it is gone or has changed."""
        document = self.documents.get(identifier.uri)
        known = await self.analyses.meaning(document) if document else None
        if document is None or known is None or known.analysis is None:
            return None
        is_current = self.documents.is_current(document)
        return (document, known.analysis) if is_current else None

    async def judged(self, document: Document) -> Judged | None:
        """All that is wrong in a document; None when it has changed meanwhile."""
        judged = await self.analyses.of(document)
        if judged is None or not self.documents.is_current(document):
            return None
        self._show_problems(judged.surroundings)
        root, path = judged.surroundings.root, to_path(document.uri)
        if root is not None and path is not None and judged.analysis is not None:
            self.neighbours.meet(root, path, judged.analysis)
        return judged

    def forget_project(self, path: Path) -> None:
        """Take back what was said of a project's file that there is no more."""
        if self._problems.pop(path, ()):
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(path.as_uri(), [])
            )

    def _show_problems(self, surroundings: Surroundings) -> None:
        """Say what is wrong with the project, where it was not said before.

        Nobody can ask for the diagnostics of its file, so they are always sent.
        """
        path, problems = surroundings.project, surroundings.problems
        if path is not None and problems != self._problems.get(path, ()):
            self._problems[path] = problems
            found = [convert.from_problem(each) for each in problems]
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(path.as_uri(), found)
            )
            for each in problems:
                self.log(f"{path}:{each.line}: {each.message}", True)
        if surroundings.complaints != self._complaints:
            self._complaints = surroundings.complaints
            for sentence in self._complaints:
                self.log(sentence, True)

    def read_folders(self) -> None:
        """Read the formulas of the open folders in the background."""
        for root in self.formulas.roots():
            self.neighbours.begin(root)

    def show_progress(
        self, title: str, cancel: Callable[[], object]
    ) -> AbstractContextManager[Callable[[int, int], None]]:
        """Show the client the work done within, if it can show it."""
        if get_capability(self.client_capabilities, "window.work_done_progress"):
            return show_progress(self.work_done_progress, title, cancel)
        return nullcontext(lambda _done, _total: None)

    def show_diagnostics(self, document: Document) -> None:
        """Send diagnostics to who does not ask: of the syntax at once, then all."""
        if self.pulls:
            return
        self._stop_publishing(document.uri)
        parsed = self.parses.at_once(document)
        if parsed is not None:
            self._publish_syntax(document, parsed, typing=True)
        self._publishing[document.uri] = asyncio.create_task(
            self._publish_later(document, parsed)
        )

    def show_all_diagnostics(self) -> None:
        """Judge all open documents anew, as more than their texts has changed."""
        self.analyses.outdate()
        self.completions.outdate()
        if not self.pulls:
            for document in self.documents.all():
                self.show_diagnostics(document)
        elif self.documents.all() and get_capability(
            self.client_capabilities, "workspace.diagnostics.refresh_support"
        ):
            self.workspace_diagnostic_refresh(None)

    def clear_diagnostics(self, uri: str) -> None:
        """Take back what was sent for a document that has been closed."""
        if not self.pulls:
            self._stop_publishing(uri)
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, [])
            )

    async def _publish_later(self, document: Document, parsed: Parsed | None) -> None:
        if parsed is not None:
            await self.analyses.settle(document)
        else:
            await self.parses.settle(document)
            parsed = await self.parses.of(document)
            if parsed is None or not self.documents.is_current(document):
                return
            self._publish_syntax(document, parsed, typing=False)
        judged = await self.judged(document)
        if judged is not None:
            self._publish(document, judged.diagnostics)

    def _publish_syntax(
        self, document: Document, parsed: Parsed, *, typing: bool
    ) -> None:
        """Send the syntax errors, and what else was known of unchanged lines.

        While the author is `typing`, what is new in these lines has to wait.
        """
        found = [each for each in parsed.errors if each.code not in REMARKS]
        last = self.analyses.last(document.uri)
        if last is not None:
            if typing:
                shown = last.diagnostics
                found = [*hold_back(found, shown, last.document, document)]
            others = [
                each for each in last.diagnostics if not each.code.startswith("syntax")
            ]
            found += carry(others, last.document, document)
        self._publish(document, found)

    def _publish(self, document: Document, found: Iterable[Diagnostic]) -> None:
        shown = [convert.from_diagnostic(document, each) for each in found]
        shown += convert.from_failures(document, self.tests.problems(document))
        self.link_pages(shown)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, shown, document.version)
        )

    def _stop_publishing(self, uri: str) -> None:
        task = self._publishing.pop(uri, None)
        if task is not None:
            task.cancel()
