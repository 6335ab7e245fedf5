"""What a check found, as SARIF 2.1.0: the format of code scanners.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastformula.diagnostic import Diagnostic, Fix, Severity
from fastformula.linter import RULES
from fastformula.linter.codes import REMARKS, SYNTAX
from fastformula.text import LineIndex, Span

from fastformula_server.checking import Checked
from fastformula_server.reports import relative

_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
    Severity.HINT: "note",
}


def sarif_log(results: Sequence[Checked], problems: Sequence[str]) -> dict[str, Any]:
    """The log of one run; `problems` are what kept it from being whole."""
    found = [each for checked in results for each in _results(checked)]
    rules = [
        rule for rule in _rules() if any(each["ruleId"] == rule["id"] for each in found)
    ]
    places = {rule["id"]: at for at, rule in enumerate(rules)}
    for each in found:
        each["ruleIndex"] = places[each["ruleId"]]
    notes = [{"level": "error", "message": {"text": problem}} for problem in problems]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "fastformula",
                        "version": version("fastformula"),
                        "rules": rules,
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": not problems,
                        "toolExecutionNotifications": notes,
                    }
                ],
                "columnKind": "unicodeCodePoints",
                "results": found,
            }
        ],
    }


def _rules() -> Iterator[dict[str, Any]]:
    for rule in RULES:
        yield {
            "id": rule.name,
            "shortDescription": {"text": rule.page.title},
            "help": {"text": rule.page.text, "markdown": rule.page.markdown},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
            "properties": {"tags": [rule.group]},
        }
    for level, codes in (("error", SYNTAX), ("note", REMARKS)):
        for code, text in codes.items():
            yield {
                "id": code,
                "shortDescription": {"text": text},
                "help": {"text": text},
                "defaultConfiguration": {"level": level},
            }


def _results(checked: Checked) -> Iterator[dict[str, Any]]:
    index = LineIndex(checked.text)
    artifact = _artifact(checked.path)
    for each in checked.diagnostics:
        yield _result(each, index, artifact)


def _result(
    diagnostic: Diagnostic, index: LineIndex, artifact: dict[str, Any]
) -> dict[str, Any]:
    def place(span: Span) -> dict[str, Any]:
        return {
            "physicalLocation": {
                "artifactLocation": artifact,
                "region": _region(index, span),
            }
        }

    result = {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": diagnostic.message},
        "locations": [place(diagnostic.span)],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": at, "message": {"text": other.message}, **place(other.span)}
            for at, other in enumerate(diagnostic.related, 1)
        ]
    if diagnostic.fixes:
        result["fixes"] = list(_fixes(diagnostic.fixes, index, artifact))
    return result


def _fixes(
    fixes: Iterable[Fix], index: LineIndex, artifact: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    for fix in fixes:
        replacements = [
            {
                "deletedRegion": _region(index, edit.span),
                "insertedContent": {"text": edit.new_text},
            }
            for edit in fix.edits
        ]
        change = {"artifactLocation": artifact, "replacements": replacements}
        yield {"description": {"text": fix.title}, "artifactChanges": [change]}


def _region(index: LineIndex, span: Span) -> dict[str, int]:
    start, end = map(index.position, span)
    return {
        "startLine": start.line + 1,
        "startColumn": start.column + 1,
        "endLine": end.line + 1,
        "endColumn": end.column + 1,
    }


def _artifact(path: Path) -> dict[str, Any]:
    place = relative(path)
    if Path(place).is_absolute():
        return {"uri": Path(place).as_uri()}
    return {"uri": quote(place), "uriBaseId": "%SRCROOT%"}
