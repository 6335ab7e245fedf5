"""Whatever an author does, what is known of his text is what a fresh parse says of it.

The plain run follows an author for some hundred edits; `FASTFORMULA_SOAK=1` for 10,000,
other ones each time.
"""

import os
import random
from itertools import islice

from author import Step, write
from fastformula import Parsed, parse
from fastformula.analysis import analyze
from fastformula.linter import lint
from fastformula.syntax.reparsing import reparse
from fastformula.text import Edit, Span

SOAK = os.environ.get("FASTFORMULA_SOAK") == "1"
EDITS = 5_000 if SOAK else 300
VERSIONS = 50
"""How many edits are made to one formula, each to what the last one left."""
JUDGED = 1 if SOAK else 8
"""At each how-many-th edit names, types and rules are compared, too."""


def check(before: Parsed, step: Step, *, judged: bool) -> Parsed:
    after, fresh = reparse(before, step.after), parse(step.after)
    assert after.tokens == fresh.tokens
    assert after.tree == fresh.tree
    assert after.errors == fresh.errors
    assert after.is_foreign == fresh.is_foreign
    assert tuple(after.run.tokens) == tuple(fresh.run.tokens)
    assert tuple(after.run.errors) == tuple(fresh.run.errors)
    for one, other in zip(after.run.stacks, fresh.run.stacks, strict=True):
        assert one.state == other.state
    if judged:
        assert lint(analyze(after)) == lint(analyze(fresh))
    return after


def follow(texts: list[str], seed: int) -> None:
    dice = random.Random() if SOAK else random.Random(seed)
    for _ in range(EDITS // VERSIONS):
        text = dice.choice(texts)
        known = parse(text)
        for number, step in enumerate(islice(write(text, texts, dice), VERSIONS)):
            try:
                known = check(known, step, judged=number % JUDGED == 0)
            except AssertionError as error:
                error.add_note(f"before: {known.text!r}\nafter: {step.after!r}")
                raise


def test_an_author_at_work_on_our_formulas(own_formulas: dict[str, str]) -> None:
    follow(list(own_formulas.values()), 1)


def test_an_author_at_work_on_published_formulas(corpus: dict[str, str]) -> None:
    follow([text for text in corpus.values() if len(text) < 6_000], 2)


def test_who_goes_back_to_mend_what_is_further_up_mends_nothing_twice() -> None:
    """Only the end shows that the `(` is open; all above it was read by then."""
    above = "x = 1\n"
    below = "IF a b(C) NEED_CONTEXT(C)\nIF d = 'Y' THEN e = 'Y'\n = f ROUND(a 12, 1)\n"
    typed = Edit(Span(len(above), len(above)), ")\nELSE (\n")
    step = Step(above + below, typed, above + typed.new_text + below)
    check(parse(step.before), step, judged=True)
