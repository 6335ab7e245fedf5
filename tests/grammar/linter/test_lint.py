"""Running rules: severities, excuses, and one diagnostic for one mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastformula import parse
from fastformula.analysis import Analysis, analyze
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter import Configuration, Finding, Rule, lint
from fastformula.linter.codes import SYNTAX
from fastformula.syntax import tokenize
from fastformula.syntax.tree import Name
from fastformula.syntax.visit import walk
from fastformula.text import Span, apply_edits


def rule(name: str, severity: Severity = Severity.WARNING, **more: object) -> Rule:
    """A rule against names that begin with its own name's first letter."""

    def check(analysis: Analysis) -> Iterator[Finding]:
        for node in walk(analysis.parsed.tree):
            if isinstance(node, Name) and node.text.startswith(name[0]):
                yield Finding(node.span, f"`{node.text}` is not nice.")

    return Rule(name, "style", severity, check, **more)  # type: ignore[arg-type]


PLAIN = Configuration()
RULES = (rule("q-name"), rule("z-name", Severity.ERROR))


def run(
    text: str,
    configuration: Configuration = PLAIN,
    rules: tuple[Rule, ...] = RULES,
) -> tuple[Diagnostic, ...]:
    return lint(analyze(parse(text)), configuration, rules)


def said(text: str, *arguments: object) -> list[str]:
    """Code and place of all that is found."""
    found = run(text, *arguments)  # type: ignore[arg-type]
    return [f"{each.code} {each.span.text_in(text)}" for each in found]


def test_findings_stand_in_source_order_with_their_rules_severity() -> None:
    found = run("z = 1 q1 = z")
    assert [(each.code, each.severity) for each in found] == [
        ("z-name", Severity.ERROR),
        ("q-name", Severity.WARNING),
        ("z-name", Severity.ERROR),
    ]


def test_a_rule_can_be_off_or_have_another_severity() -> None:
    configuration = Configuration(frozenset({"z-name"}), {"q-name": Severity.HINT})
    (found,) = run("z = 1 q = 2", configuration)
    assert (found.code, found.severity) == ("q-name", Severity.HINT)


def test_remarks_of_the_parser_can_be_off_but_not_its_errors() -> None:
    off = Configuration(frozenset({"semicolon", "syntax-equality"}))
    assert said("a = 1;", PLAIN) == ["semicolon ;"]
    assert said("a = 1;", off) == []
    assert said("a == 1", off) == ["syntax-equality =="]


def test_an_error_hides_what_is_lesser_on_the_same_span() -> None:
    both = (rule("q-name"), rule("quite-bad", Severity.ERROR), rule("q-other"))
    assert said("q = 1", PLAIN, both) == ["quite-bad q"]
    equal = (rule("q-name"), rule("q-other"))
    assert said("q = 1", PLAIN, equal) == ["q-name q", "q-other q"]


def test_a_rule_yields_to_another_in_the_same_place_only() -> None:
    def check(analysis: Analysis) -> Iterator[Finding]:
        yield Finding(analysis.parsed.tree.statements[0].span, "The statement.")

    wide = Rule("wide", "style", Severity.ERROR, check, yields_to=("q-name",))
    assert said("q = 1", PLAIN, (wide, *RULES)) == ["q-name q"]
    assert said("a = 1 q = 1", PLAIN, (wide, *RULES)) == [
        "wide a = 1",
        "q-name q",
    ]
    off = Configuration(frozenset({"q-name"}))
    assert said("q = 1", off, (wide, *RULES)) == ["wide q = 1"]


def test_the_same_finding_twice_is_reported_once() -> None:
    assert said("q = 1", PLAIN, (*RULES, *RULES)) == ["q-name q"]


def test_a_statement_with_a_syntax_error_is_not_judged() -> None:
    assert said("q1 == q2\nq3 = 1") == ["syntax-equality ==", "q-name q3"]
    assert said("IF q1 == 1 THEN (\n  q2 = 1\n)\nq3 = 1") == [
        "syntax-equality ==",
        "q-name q2",
        "q-name q3",
    ]


def test_what_may_echo_a_syntax_error_is_not_said() -> None:
    # Who is to say whether `q1` is still what it was meant to be?
    assert said("q1 == 1\nq2 = q1") == ["syntax-equality ==", "q-name q2"]
    # Which of the two statements does `)` belong to?
    assert said("q1 = 1\n) q2 = 1\nq3 = 1") == ["syntax-error )", "q-name q3"]
    assert said("q1 = 1\na == 1 /* no end\nq2 = 2") == [
        "q-name q1",
        "syntax-equality ==",
        "syntax-comment-not-closed /*",
    ]


def test_what_looks_at_the_whole_formula_needs_a_whole_one() -> None:
    whole = (rule("q-name", needs_whole=True),)
    assert said("q = 1;", PLAIN, whole) == ["q-name q", "semicolon ;"]
    assert said("a == 1\nq = 1", PLAIN, whole) == ["syntax-equality =="]


EXCUSED = [
    "q = 1 /* fastformula: ignore q-name older name */",
    "q = 1 # fastformula: ignore q-name",
    "q = 1 # fastformula: ignore q-name, for it is Oracle's",
    "/* fastformula: ignore q-name */\nq = 1",
    "/* FastFormula: IGNORE Q-NAME\n   as Oracle calls it */\n\n/* so */\n\nq = 1",
    "q = 1 + /* fastformula: ignore q-name */\n  q",
    "a = 1 + /* fastformula: ignore q-name */\n  q",
    "# fastformula: ignore q-name\na = 1 +\n  q",
    "IF q = 1 /* fastformula: ignore q-name */\n  THEN a = 1",
    "/* fastformula: ignore q-name */\nIF q = 1\n  OR q = 2 THEN a = 1",
    "IF a = 1 THEN (\n  # fastformula: ignore q-name\n  q = 1\n)",
    "q = z /* fastformula: ignore q-name, z-name */",
    "/* fastformula: ignore-file q-name this is Oracle's */\na = 1\nq = 1\nq = 2",
    "a = 1\nq = 1\n# fastformula: ignore-file q-name",
    "q = 1; /* fastformula: ignore semicolon, q-name */",
]


@pytest.mark.parametrize("text", EXCUSED)
def test_a_comment_excuses_its_statement_or_the_next(text: str) -> None:
    assert said(text) == []
    assert said(text.replace("\n", "\r\n")) == []
    assert said(re.sub("(?i)fastformula:", "", text)) != []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/* fastformula: ignore q-name */\nq = 1\nq = 2", ["q-name q"]),
        ("q = 1 /* fastformula: ignore q-name */\nq = 2", ["q-name q"]),
        ("q1 = 1\nq2 = 2 /* fastformula: ignore q-name */", ["q-name q1"]),
        (
            "IF q1 = 1 THEN /* fastformula: ignore q-name */\n  q2 = 1",
            ["q-name q2"],
        ),
        ("q = z /* fastformula: ignore q-name */", ["z-name z"]),
        ("q = 'fastformula: ignore q-name'", ["q-name q"]),
    ],
)
def test_a_comment_excuses_nothing_else(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def comment_said(text: str, *arguments: object) -> list[tuple[str, str]]:
    found = run(text, *arguments)  # type: ignore[arg-type]
    return [
        (each.span.text_in(text), each.message)
        for each in found
        if each.code == "ignore-comment"
    ]


def test_a_comment_that_names_no_rule_is_reported() -> None:
    ((place, message),) = comment_said("q = 1 # fastformula: ignore q-nam, q-name")
    assert place == "q-nam"
    assert message == "There is no rule `q-nam`. Did you mean `q-name`?"
    ((place, message),) = comment_said("a = 1 /* fastformula: ignore */")
    assert place == "/* fastformula: ignore */"
    assert "`fastformula rules`" in message
    ((_, message),) = comment_said("a == 1 # fastformula: ignore syntax-equality")
    assert "no comment can excuse" in message


def test_a_comment_that_excuses_nothing_can_go() -> None:
    text = "a = 1 # fastformula: ignore q-name"
    (found,) = run(text)
    assert found.code == "ignore-comment"
    assert found.severity is Severity.HINT
    assert found.unnecessary
    assert apply_edits(text, found.fixes[0].edits) == "a = 1 "
    assert comment_said(text, Configuration(frozenset({"ignore-comment"}))) == []


def test_a_comment_may_excuse_what_is_not_looked_for_now() -> None:
    text = "a = 1 # fastformula: ignore q-name"
    assert comment_said(text, Configuration(frozenset({"q-name"}))) == []
    assert comment_said(text + "\na == 1") == []


def test_every_code_of_the_parser_is_explained() -> None:
    folder = Path(__file__).parents[3] / "grammar/fastformula/syntax"
    written = set()
    for file in folder.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        written |= set(re.findall(r'\bmistake\(\s*"([a-z-]+)"', text))
    samples = Path(__file__).parents[2] / "data/foreign.toml"
    coded = re.findall(r'^code = "(.+)"$', samples.read_text(encoding="utf-8"), re.M)
    assert {f"syntax-{code}" for code in written} | set(coded) <= set(SYNTAX)
    assert len(written) > 20


def test_no_place_is_outside_the_text() -> None:
    text = "q == 1 (\n z"
    for each in run(text):
        assert Span(0, 0) <= each.span and each.span.end <= len(text)


def test_a_lost_token_seldom_gives_more_than_its_own_error(
    own_formulas: dict[str, str],
) -> None:
    def errors(text: str) -> int:
        found = lint(analyze(parse(text)))
        return sum(each.severity is Severity.ERROR for each in found)

    tried = echoed = 0
    for text in own_formulas.values():
        before = errors(text)
        for token in tokenize(text)[:-1:7]:
            broken = text[: token.start] + text[token.end :]
            mistakes = sum(
                each.severity is Severity.ERROR for each in parse(broken).errors
            )
            if mistakes:
                tried += 1
                echoed += errors(broken) > before + mistakes
    assert tried > 100
    assert echoed < tried * 0.05, (echoed, tried)
