"""The formulas that call one, as they are in the editor or else on disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fastformula.analysis import FormulaSignature, Library
from fastformula.analysis.environment import NoLibrary
from fastformula.editor.formula_names import find_header_name, inside
from fastformula.editor.formula_renaming import Parameter, find_passed
from fastformula.text import LineIndex, Span

from fastformula_server.documents import Document
from fastformula_server.facts import Facts
from fastformula_server.library import all_names, formula_name
from fastformula_server.server import FormulaServer
from fastformula_server.testing.texts import Texts
from fastformula_server.workspace import to_path


async def library_of(ls: FormulaServer, uri: str) -> Library:
    """The formulas that the one at `uri` has to do with, read whole."""
    root = ls.formulas.look(uri).root
    return await ls.neighbours.whole(root) if root else NoLibrary()


async def read_calls(
    ls: FormulaServer, paths: Iterable[Path]
) -> dict[Path, tuple[Document, Facts]]:
    """Formulas as they are in the editor, or else in their files, if they still are."""
    texts = Texts(ls.documents.all(), ls.documents.encoding)
    shown = {path: texts.shown(path) for path in paths}
    asked = {path: each.text if each else None for path, each in shown.items()}
    found = {}
    for path, (text, facts) in (await ls.neighbours.facts(asked)).items():
        document = shown[path]
        if document is None:
            lines, encoding = LineIndex(text), ls.documents.encoding
            document = Document(texts.uri(path), 0, text, lines, encoding)
        found[path] = document, facts
    return found


async def formulas_around(
    ls: FormulaServer, path: Path | None
) -> tuple[FormulaSignature, ...] | None:
    """The formulas that the one at `path` has to do with; None if they are unread."""
    root = ls.formulas.look(path.as_uri()).root if path else None
    return await ls.neighbours.signatures(root) if root else ()


async def find_passing(
    ls: FormulaServer, document: Document, parameter: Parameter
) -> list[tuple[Document, tuple[Span, ...]]] | None:
    """Where the callers of a formula name what it is handed; None if they are unread.

    Of two formulas with the same name nobody knows which one is called: where it is
    called by that name is left out.
    """
    path = to_path(document.uri)
    formulas = await formulas_around(ls, path)
    if path is None or formulas is None:
        return None if path else []
    own = find_header_name(document.text)
    names = {formula_name(path), *([own.name] if own else [])}
    for each in formulas:
        if Path(each.path) != path:
            names -= all_names(each)
    callers = [Path(each.path) for each in formulas if names & each.calls]
    return [
        (caller, spans)
        for caller, facts in (await read_calls(ls, callers)).values()
        if (spans := find_passed(facts.calls, names, parameter))
    ]


async def find_naming(
    ls: FormulaServer, document: Document, name: str, *, declared: bool
) -> list[tuple[Document, tuple[Span, ...]]]:
    """Where other texts name a formula, upper case; its own only if `declared`.

    A formula without a name in its header is declared at its first letter.
    """
    path = to_path(document.uri)
    formulas = await formulas_around(ls, path) or ()
    own = {Path(each.path) for each in formulas if declared and name in all_names(each)}
    callers = {Path(each.path) for each in formulas if name in each.calls}
    found = []
    for place, (other, facts) in (await read_calls(ls, own | callers)).items():
        spans = [inside(each.span) for each in facts.calls if each.formula == name]
        if place in own:
            header = find_header_name(other.text)
            is_named = header is not None and header.name == name
            spans.insert(0, header.span if header and is_named else Span(0, 0))
        if place != path:
            found.append((other, tuple(spans)))
    return sorted(found, key=lambda each: each[0].uri)
