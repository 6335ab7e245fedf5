"""Commands that run a formula or its cases, as code lenses do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from fastformula_server.commanding import Answer, Failure, read_part
from fastformula_server.server import FormulaServer
from fastformula_server.testing.case import Case, CaseError, Meets
from fastformula_server.testing.finding import is_case_file
from fastformula_server.testing.run import Wanted
from fastformula_server.trying import case_files, run_tests
from fastformula_server.workspace import to_path

if TYPE_CHECKING:
    from fastformula_server.testing.trial import Trial

RUN: Final = "fastformula.runFormula"
TEST: Final = "fastformula.testFormula"


async def on_run(
    ls: FormulaServer, given: Mapping[str, Any], _token: types.ProgressToken | None
) -> Answer:
    """Run a formula with the values of a case, or of none, and say what came of it."""
    path, cases = await _find(ls, given)
    name = given.get("name")
    case = cases[0] if cases and (name or is_case_file(path.name)) else None
    formula, meets = (path, Meets()) if case is None else (case.formula, case.meets)
    texts, turn = ls.tests.texts(), ls.tests.turn()

    def begin() -> Trial:
        # The interpreter is not loaded before somebody runs a formula.
        from fastformula_server.testing.trial import try_formula

        return try_formula(formula, meets, texts, turn.heed)

    try:
        trial = await ls.tests.play(begin)
    except (CaseError, ValueError) as error:
        raise Failure(f"{formula.name} cannot be run: {error}") from error
    finally:
        turn.end()
    ls.tests.keep(trial.values, texts)
    title = formula.name if case is None else f"{formula.name} with {case.name!r}"
    ls.log("\n  ".join([f"Run of {title}:", *trial.lines]), False)
    return trial.answer()


async def on_test(
    ls: FormulaServer, given: Mapping[str, Any], token: types.ProgressToken | None
) -> Answer:
    """Run the cases of a formula or of a case file, or the one that is named."""
    _, cases = await _find(ls, given)
    names: dict[Path, set[str]] = {}
    for case in cases:
        names.setdefault(case.file, set()).add(case.name)
    wanted = [Wanted(file, frozenset(each)) for file, each in names.items()]
    return await run_tests(ls, wanted, token)


COMMANDS: dict[str, Callable[..., Awaitable[Answer]]] = {RUN: on_run, TEST: on_test}


async def _find(
    ls: FormulaServer, given: Mapping[str, Any]
) -> tuple[Path, tuple[Case, ...]]:
    """The file and those of its cases that are meant; raises Failure for none."""
    identifier = read_part(ls, given, "textDocument", types.TextDocumentIdentifier)
    path = to_path(identifier.uri)
    if path is None:
        raise Failure("Save the formula first.")
    files = await case_files(ls, identifier.uri)
    names = given.get("names", [given["name"]] if given.get("name") else None)
    cases = tuple(
        case
        for file in files
        for case in file.cases
        if names is None or case.name in names
    )
    for file in files:
        if file.error and not cases:
            raise Failure(f"{file.path.name}: {file.error}")
    if names and not cases:
        raise Failure(f"There is no case {names[0]!r} any more.")
    return path, cases
