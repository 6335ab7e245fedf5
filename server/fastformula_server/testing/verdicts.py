"""What became of cases, as long as it holds, and how editors are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fastformula.diagnostic import Diagnostic, Severity
from fastformula.text import Span

from fastformula_server.carrying import carry
from fastformula_server.documents import Document
from fastformula_server.testing.case import Case
from fastformula_server.testing.texts import Texts, file_key

if TYPE_CHECKING:
    from fastformula_server.testing.playing import Result

CODE = "test-failed"


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What became of a case with the texts of that moment."""

    result: Result
    texts: Texts

    @property
    def case(self) -> Case:
        """The case as it was."""
        return self.result.case

    @property
    def file(self) -> Document:
        """The case file as it was."""
        return self.texts.document(self.case.file)

    @property
    def message(self) -> str:
        """What is not as expected; empty where all is."""
        return "\n".join(each.text for each in self.result.differences)

    def holds(self, case: Case, texts: Texts) -> bool:
        """Whether it is that of `case`, and the formula is open as it was, or not."""
        now = texts.shown(case.formula)
        before = self.texts.known(case.formula)
        is_same = now is None or before is None or now.text == before.text
        return is_same and _same(self.case, case)

    def problems(self, document: Document) -> Iterator[Diagnostic]:
        """What of a failure is to be seen in lines that `document` still has."""
        if self.result.passed:
            return
        file, place = self.file, self.result.place
        if file.uri == document.uri:
            span = first_line(file, self.case.span)
            yield from carry([_problem(span, self.message)], file, document)
        if place is not None and self.texts.uri(place.path) == document.uri:
            before = self.texts.document(place.path)
            message = f"{self.case.name}: {self.message}"
            yield from carry([_problem(place.span, message)], before, document)


class Verdicts:
    """The last verdict on each case."""

    def __init__(self) -> None:
        self.number = 0
        """Another one whenever there is another verdict."""
        self._by_file: dict[str, dict[str, Verdict]] = {}

    def add(self, verdict: Verdict) -> None:
        """Put it in the place of the last one on the case."""
        case = verdict.case
        self.number += 1
        self._by_file.setdefault(file_key(case.file), {})[case.name] = verdict

    def keep(self, path: Path, names: Iterable[str]) -> None:
        """Forget the verdicts on cases that the file has no more."""
        verdicts = self._by_file.get(file_key(path), {})
        for gone in verdicts.keys() - set(names):
            self.number += 1
            del verdicts[gone]

    def on(self, case: Case) -> Verdict | None:
        """The last verdict on the case of that name, whatever has changed since."""
        return self._by_file.get(file_key(case.file), {}).get(case.name)

    def problems(self, document: Document) -> tuple[Diagnostic, ...]:
        """What of all failures is to be seen in `document`, in order."""
        found = (
            problem
            for verdicts in self._by_file.values()
            for verdict in verdicts.values()
            for problem in verdict.problems(document)
        )
        return tuple(sorted(found, key=lambda each: each.span))


def first_line(document: Document, span: Span) -> Span:
    """What of `span` stands in its first line."""
    line = document.lines.position(span.start).line
    start, end = document.lines.line_span(line)
    written = len(document.text[start:end].rstrip())
    return Span(span.start, max(span.start, min(span.end, start + written)))


def _problem(span: Span, message: str) -> Diagnostic:
    return Diagnostic(CODE, Severity.ERROR, span, message)


def _same(one: Case, other: Case) -> bool:
    return replace(one, span=other.span, csv=other.csv) == other
