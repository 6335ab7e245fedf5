"""Published formulas that run get no error, and few remarks."""

from __future__ import annotations

import hashlib
import statistics
from collections import Counter

from fastformula import Severity, parse
from fastformula.analysis import analyze
from fastformula.diagnostic import render
from fastformula.linter import lint
from pytest import CaptureFixture

DEFECTS = {
    "89b9bc987b243743942ad1c42f559ba8ae24cef8e12e1d35a6b0090b31c64ef5": (
        "a training text that gives a variable a number and then a text"
    ),
    "db9f637bb314c9be7f25f0338792dc87c7b1daf8a528bc55a2f322b74969cfb8": (
        "a guide's sample that reads l_iv_pil, which nothing gives a value"
    ),
    "d8eb975386ed45e24d9fcdf52f90a71bec81e14251a1d156524bc4051ea61639": (
        "a guide's sample that takes 1 from a date, which the guide's own chapter on"
        " operators forbids"
    ),
}
"""Formulas by their SHA-256 in which the error is real, and what it is."""

UNTRIED_DEFECTS = {
    "1cf2250670774a913c875a0a8801f691d975109511c1c12d75673a827b2eb78a": (
        "adds a number to a date"
    ),
    "42446cf372b6560d8fb0f13f660bbdddaf6baf4b1a5dfafed5f71e1a132665df": (
        "compares and subtracts whole arrays"
    ),
    "26e4424c3316d89796cbeb1d8f7323d4035c32de9632222d4b61c63e8c3c2b85": (
        "calls WAS_DEFAULTED, which is no function"
    ),
    "921f9e21ad8e16f226a68f8a0436f35b03e155f65cd8ee90bb28fcfe6701db06": (
        "gives contexts a DEFAULT and then reads them with GET_CONTEXT, for which"
        " Oracle Support quotes the compiler's error"
    ),
}
"""The same of formulas that a program wrote, or a blog that is partly written by one:
nobody claims to have run them."""


def test_no_formula_that_runs_has_an_error(
    corpus: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    known = DEFECTS | UNTRIED_DEFECTS
    false, seen = [], set()
    for path, text in corpus.items():
        found = lint(analyze(parse(text)))
        errors = [each for each in found if each.severity is Severity.ERROR]
        if not errors:
            continue
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        if digest in known:
            seen.add(digest)
        else:
            false.append(render(text, errors, path))
    with capsys.disabled():
        print(
            f"\n{len(corpus) - len(false)} of {len(corpus)} corpus formulas have no"
            f" false error; {len(seen)} have a real one"
        )
    assert not false, "\n".join(false)
    assert seen == set(known), "a defect that the list names is no longer found"


def test_remarks_are_few(corpus: dict[str, str], capsys: CaptureFixture[str]) -> None:
    """Of many copies of one text, all together count once."""
    clusters: list[tuple[frozenset[int], list[float]]] = []
    codes: Counter[str] = Counter()
    for text in corpus.values():
        parsed = parse(text)
        found = [
            each
            for each in lint(analyze(parsed))
            if each.severity is not Severity.ERROR
        ]
        codes.update(each.code for each in found)
        density = 100 * len(found) / (text.count("\n") + 1)
        words = [token.text_in(text).upper() for token in parsed.tokens]
        shingles = frozenset(
            hash(tuple(words[at : at + 6])) for at in range(max(1, len(words) - 5))
        )
        for other, densities in clusters:
            if len(other & shingles) > len(other | shingles) / 2:
                densities.append(density)
                break
        else:
            clusters.append((shingles, [density]))
    rates = [statistics.mean(densities) for _, densities in clusters]
    median = statistics.median(rates)
    with capsys.disabled():
        print(
            f"\n{median:.2f} remarks per 100 lines at the median of {len(clusters)}"
            f" clusters (mean {statistics.mean(rates):.2f}); most often: "
            + ", ".join(f"{code} {count}" for code, count in codes.most_common(8))
        )
    assert median < 2
