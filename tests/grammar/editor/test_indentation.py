"""Lines go in and back while they are typed; `|` is the cursor."""

from __future__ import annotations

import random

import pytest
from fastformula import parse
from fastformula.editor.indentation import TRIGGERS, indent
from fastformula.formatter import Style, format_text
from fastformula.text import LineIndex, apply_edits

LINES = {
    "behind THEN": ("IF a = 1 THEN\n|", "IF a = 1 THEN\n  |"),
    "behind ELSE": (
        "IF a = 1 THEN\n  x = 1\nELSE\n|",
        "IF a = 1 THEN\n  x = 1\nELSE\n  |",
    ),
    "behind ELSE IF": (
        "IF a = 1 THEN\n  x = 1\nELSE IF a = 2 THEN\n|",
        "IF a = 1 THEN\n  x = 1\nELSE IF a = 2 THEN\n  |",
    ),
    "behind LOOP (": ("WHILE a < 1 LOOP (\n|", "WHILE a < 1 LOOP (\n  |"),
    "behind a header of two lines": (
        "IF a = 1 AND\n   b = 1 THEN\n|",
        "IF a = 1 AND\n   b = 1 THEN\n  |",
    ),
    "behind two brackets": ("IF a = 1 THEN\n((\n|", "IF a = 1 THEN\n((\n  |"),
    "back after a single statement": (
        "IF a = 1 THEN\n  x = 1\n  |\nRETURN x",
        "IF a = 1 THEN\n  x = 1\n|\nRETURN x",
    ),
    "with the other statements of the block": (
        "IF a = 1 THEN\n(\n     x = 1\n|",
        "IF a = 1 THEN\n(\n     x = 1\n     |",
    ),
    "with tabs where the block has them": (
        "IF a = 1 THEN\n(\n\tx = 1\n|",
        "IF a = 1 THEN\n(\n\tx = 1\n\t|",
    ),
    "behind an inner block": (
        "IF a = 1 THEN\n(\n  IF b = 1 THEN\n  (\n    x = 1\n  )\n    |\n)",
        "IF a = 1 THEN\n(\n  IF b = 1 THEN\n  (\n    x = 1\n  )\n  |\n)",
    ),
    "a bracket that goes to the next line": (
        "IF a = 1 THEN\n(\n  x = 1\n  |)",
        "IF a = 1 THEN\n(\n  x = 1\n|)",
    ),
    "below the first argument": (
        "x = GREATEST(a,\n|",
        "x = GREATEST(a,\n             |",
    ),
    "further in than a bracket that ends its line": (
        "x = GREATEST(\n|",
        "x = GREATEST(\n    |",
    ),
    "below the value": ("x = a +\n|", "x = a +\n    |"),
    "below the condition": ("IF a = 1 AND\n|", "IF a = 1 AND\n   |"),
    "below the condition, with an OR": (
        "IF a = 1\n|OR b = 1",
        "IF a = 1\n   |OR b = 1",
    ),
    "below IF, where THEN is to come": ("IF a = 1\n   |", "IF a = 1\n|"),
    "below the first name": ("INPUTS ARE a,\n|", "INPUTS ARE a,\n           |"),
    "in a broken text": (
        "x = )\nIF a == 1 THEN\n(\n  y = = 2\n|\nz = ((",
        "x = )\nIF a == 1 THEN\n(\n  y = = 2\n  |\nz = ((",
    ),
    "behind what nobody closed": ("x = (1 +\n\n|", "x = (1 +\n\n     |"),
    "not in a comment": ("IF a = 1 THEN\n/* so\n|", "IF a = 1 THEN\n/* so\n|"),
    "not in a text": ("IF a = 'b\n|c' THEN", "IF a = 'b\n|c' THEN"),
    "not where words stand before": (
        "IF a = 1 THEN\nx = |1",
        "IF a = 1 THEN\nx = |1",
    ),
}

WORDS = {
    "( below THEN": ("IF a = 1 THEN\n  (|", "IF a = 1 THEN\n(|"),
    "( below CHANGE_CONTEXTS": (
        "  CHANGE_CONTEXTS(A = 1)\n(|",
        "  CHANGE_CONTEXTS(A = 1)\n  (|",
    ),
    "( in an expression": ("x = a +\n (|", "x = a +\n    (|"),
    ") below its bracket": (
        "IF a = 1 THEN\n(\n  x = 1\n  )|",
        "IF a = 1 THEN\n(\n  x = 1\n)|",
    ),
    ") below its header": (
        "WHILE a = 1 LOOP (\n  x = 1\n  )|",
        "WHILE a = 1 LOOP (\n  x = 1\n)|",
    ),
    ") behind something unfinished": (
        "IF a = 1 THEN\n(\n  x = 1 +\n  )|",
        "IF a = 1 THEN\n(\n  x = 1 +\n)|",
    ),
    ") of a call": ("x = ROUND(\n    a\n    )|", "x = ROUND(\n    a\n)|"),
    ") of a call that began with an argument": (
        "x = ROUND(a\n          )|",
        "x = ROUND(a\n          )|",
    ),
    ") that closes nothing": ("x = 1\n  )|", "x = 1\n  )|"),
    "ELSE": ("IF a = 1 THEN\n  x = 1\n  ELSE|", "IF a = 1 THEN\n  x = 1\nELSE|"),
    "else of the inner IF": (
        "IF a = 1 THEN\n  IF b = 1 THEN\n    x = 1\nelse|",
        "IF a = 1 THEN\n  IF b = 1 THEN\n    x = 1\n  else|",
    ),
    "an e of another word": ("IF a = 1 THEN\n  rate|", "IF a = 1 THEN\n  rate|"),
    "ELSE that belongs to nothing": ("x = 1\n  ELSE|", "x = 1\n  ELSE|"),
}


def typed(marked: str, character: str) -> str:
    offset = marked.index("|")
    text = marked.replace("|", "")
    edits = indent(parse(text), offset, character, "  ")
    after = apply_edits(text, edits)
    offset += len(after) - len(text)
    return f"{after[:offset]}|{after[offset:]}"


@pytest.mark.parametrize("marked, wanted", LINES.values(), ids=LINES)
def test_a_new_line(marked: str, wanted: str) -> None:
    assert typed(marked, "\n") == wanted
    returned = marked.replace("\n", "\r\n")
    assert typed(returned, "\n") == wanted.replace("\n", "\r\n")


@pytest.mark.parametrize("marked, wanted", WORDS.values(), ids=WORDS)
def test_a_word_that_begins_a_line(marked: str, wanted: str) -> None:
    assert typed(marked, marked[marked.index("|") - 1]) == wanted
    assert typed(wanted, marked[marked.index("|") - 1]) == wanted, "once is enough"


def test_who_types_a_formatted_formula_gets_its_layout(
    own_formulas: dict[str, str],
) -> None:
    lines = moved = 0
    for style in (Style(), Style(indent=4, brackets="header-end", operators="first")):
        for text in own_formulas.values():
            formatted = parse(format_text(parse(text), style).text)
            index = LineIndex(formatted.text)
            for number in range(0, len(index.starts), 2):
                start, end = index.line_span(number)
                line = formatted.text[start:end]
                if line.strip():
                    lines += 1
                    first = start + len(line) - len(line.lstrip())
                    moved += bool(indent(formatted, first, "\n", " " * style.indent))
    assert lines > 250
    assert moved <= lines / 100


def test_nothing_but_blanks_of_one_line_is_changed(
    own_formulas: dict[str, str],
) -> None:
    dice = random.Random(3)
    for text in own_formulas.values():
        cut = dice.randrange(len(text))
        broken = parse(text[:cut] + dice.choice(("", "\n", "(", ")", " x ")))
        for _ in range(10):
            offset = dice.randrange(len(broken.text) + 1)
            character = dice.choice(TRIGGERS)
            for edit in indent(broken, offset, character, "\t"):
                replaced = edit.span.text_in(broken.text)
                assert not (replaced + edit.new_text).strip(" \t")
                assert (
                    edit.span.start == 0 or broken.text[edit.span.start - 1] in "\r\n"
                )
