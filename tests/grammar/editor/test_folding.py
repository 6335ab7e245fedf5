"""Folds, drawn beside the formula: what disappears when each is closed."""

from pathlib import Path

import pytest
from fastformula import LineIndex, parse
from fastformula.editor.folding import fold

CORPUS = Path(__file__).parents[4] / "shared/corpus/formulas"


def folds(text: str) -> list[tuple[int, int, str]]:
    """First line, last line (from 1) and kind of each fold."""
    index = LineIndex(text)
    return [
        (
            index.position(each.span.start).line + 1,
            index.position(each.span.end).line + 1,
            each.kind,
        )
        for each in fold(parse(text))
    ]


CASES = {
    "the closing bracket stays in sight": (
        "IF a = 1 THEN (\n  b = 1\n  c = 1\n)\nRETURN b",
        [(1, 3, "block")],
    ),
    "a bracket on its own line opens the block": (
        "IF a = 1 THEN\n(\n  b = 1\n)\nELSE\n(\n  b = 2\n)",
        [(1, 3, "block"), (5, 7, "block")],
    ),
    "else on the line of the bracket": (
        "IF a = 1 THEN (\n  b = 1\n) ELSE (\n  b = 2\n)",
        [(1, 2, "block"), (3, 4, "block")],
    ),
    "a bracket behind the last statement": (
        "IF a = 1 THEN (\n  b = 1\n  c = 1)\nRETURN b",
        [(1, 3, "block")],
    ),
    "a chain of branches": (
        "IF a = 1 THEN\n  b = 1\nELSE IF a = 2 THEN\n  b = 2\nELSE\n  b = 3",
        [(1, 2, "block"), (3, 4, "block"), (5, 6, "block")],
    ),
    "the condition stays in sight": (
        "WHILE a = 1 AND\n  b = 1 LOOP\n(\n  b = 2\n)",
        [(2, 4, "block")],
    ),
    "contexts": (
        "CHANGE_CONTEXTS(EFFECTIVE_DATE = d)\n(\n  a = 1\n)",
        [(1, 3, "block")],
    ),
    "regions, one in another": (
        "/* #region pay */\n# Region inner\nx = 1\n#endregion\n/* endregion */\ny = 2",
        [(1, 5, "region"), (2, 4, "region")],
    ),
    "a region that nobody ends, and an end without one": (
        "# endregion\nx = 1\n# region a\ny = 2",
        [],
    ),
    "nested blocks": (
        "WHILE a = 1 LOOP\n(\n  IF b = 1 THEN\n  (\n    b = 2\n  )\n)",
        [(1, 6, "block"), (3, 5, "block")],
    ),
    "arguments of a formula call": (
        "CALL_FORMULA('F',\n  a > 'A',\n  b < 'B' DEFAULT 0)",
        [(1, 3, "block")],
    ),
    "declarations of one kind": (
        "DEFAULT FOR a IS 1\nDEFAULT FOR b IS 2\nINPUTS ARE a,\n  b\nc = 1",
        [(1, 2, "declarations"), (3, 4, "declarations")],
    ),
    "a long comment": (
        "/* one\n   two\n   three */\na = 1",
        [(1, 3, "comment")],
    ),
    "lines of comment below each other": (
        "# one\n# two\n\n# three\na = 1 # four\n# five",
        [(1, 2, "comment")],
    ),
    "a box of stars": (
        "/*****/\n/* A */\n/*****/\na = 1",
        [(1, 3, "comment")],
    ),
    "line ends of Windows": (
        "/* 😀\r\n*/\r\nIF a = 1 THEN (\r\n  b = 1\r\n  c = 1\r\n)\r\n",
        [(1, 2, "comment"), (3, 5, "block")],
    ),
    "nothing to fold on one line": (
        "/* a */ IF a = 1 THEN ( b = 1 ) DEFAULT FOR c IS 1 RETURN b",
        [],
    ),
    "nothing between the brackets": ("IF a = 1 THEN (\n)\nb = 1", []),
    "a block that is still being typed": (
        "IF a = 1 THEN (\n  b = 1\n  c = \n",
        [(1, 3, "block")],
    ),
}


@pytest.mark.parametrize("text, expected", CASES.values(), ids=CASES)
def test_folds(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert folds(text) == expected


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_folds_of_real_formulas_nest() -> None:
    files = sorted(CORPUS.rglob("*.ff"))[::10]
    assert files
    for file in files:
        found = folds(file.read_text(encoding="utf-8", errors="replace"))
        blocks = [each for each in found if each[2] == "block"]
        for first, last, _ in blocks:
            assert first < last
            for other, end, _ in blocks:
                crossing = first < other <= last < end
                assert not crossing, f"{file}: {first}-{last} and {other}-{end}"
