"""What Oracle's compiler objects to is found on its line, and its twin is clean.

The formulas stand in tests/data/probes, one file for each mistake, each wrong one
before the right one; the line that is wrong ends in `/* here */`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.diagnostic import Severity
from fastformula.linter import lint
from fastformula.text import LineIndex

FOLDER = Path(__file__).parents[2] / "data/probes"
ERROR, WARNING = Severity.ERROR, Severity.WARNING

PROBES = {
    "if1": ("syntax-", ERROR),
    "default_after_assignment": ("statement-order", ERROR),
    "item_assigned": ("misuse-of-assignment", ERROR),
    "context_assigned": ("misuse-of-assignment", ERROR),
    "alias_of_local": ("misuse-of-alias", ERROR),
    "default_for_local": ("misuse-of-default", WARNING),
    "uninitialized": ("uninitialized-variable", ERROR),
    "unknown_function": ("unknown-function", ERROR),
    "round_of_text": ("unknown-function", ERROR),
    "number_plus_text": ("operator-types", ERROR),
    "two_types": ("inconsistent-types", ERROR),
    "exit_outside_while": ("exit-outside-loop", ERROR),
    "variable_as_context": ("misuse-of-context", ERROR),
    "is_null": ("syntax-", ERROR),
    "get_context_without_default": ("unknown-function", ERROR),
    "unbracketed_then": ("syntax-else", ERROR),
}
"""By file: how the code begins, and how bad it is."""


def formulas(kind: str) -> list[object]:
    found = []
    for probe in PROBES:
        text = (FOLDER / f"{probe}.txt").read_text(encoding="utf-8")
        parts = re.split(r"^== (wrong|right)\n", text, flags=re.MULTILINE)[1:]
        texts = [
            formula
            for name, formula in zip(parts[::2], parts[1::2], strict=True)
            if name == kind
        ]
        assert len(texts) >= 4
        found += [
            pytest.param(probe, each, id=f"{probe}-{at}")
            for at, each in enumerate(texts)
        ]
    return found


def test_every_file_is_a_probe() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(PROBES)


@pytest.mark.parametrize(("probe", "text"), formulas("wrong"))
def test_a_mistake_is_found_on_its_line_and_said_once(probe: str, text: str) -> None:
    lines = LineIndex(text)
    here = lines.position(text.index("/* here */")).line
    code, severity = PROBES[probe]
    found = lint(analyze(parse(text)))
    mine = [each for each in found if each.code.startswith(code)]
    places = [(lines.position(each.span.start).line, each.severity) for each in mine]
    assert places == [(here, severity)], [each.message for each in found]
    others = [each for each in found if each.severity is ERROR and each not in mine]
    assert not others


@pytest.mark.parametrize(("probe", "text"), formulas("right"))
def test_a_corrected_twin_has_no_error(probe: str, text: str) -> None:
    found = lint(analyze(parse(text)))
    code, _ = PROBES[probe]
    assert not [
        each.message
        for each in found
        if each.severity is ERROR or each.code.startswith(code)
    ]
