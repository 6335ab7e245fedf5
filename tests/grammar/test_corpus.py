"""Published formulas that are known to be whole have no syntax error."""

from fastformula import Severity, parse
from fastformula.diagnostic import render
from pytest import CaptureFixture


def test_every_intact_formula_parses(
    corpus: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    failures = []
    lines = tokens = 0
    for path, text in corpus.items():
        parsed = parse(text)
        lines += text.count("\n")
        tokens += len(parsed.tokens)
        errors = [each for each in parsed.errors if each.severity is Severity.ERROR]
        if errors:
            failures.append(render(text, errors[:1], path))
    clean = len(corpus) - len(failures)
    with capsys.disabled():
        print(
            f"\n{clean} of {len(corpus)} corpus formulas "
            f"({100 * clean / len(corpus):.1f} %; {lines:,} lines, {tokens:,} tokens) "
            "parse without a syntax error"
        )
    assert not failures, "\n".join(failures)
