"""Generated formulas are the same for a seed, correct, and their names have values."""

import hashlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastformula.language import Function, find_functions
from fastformula.syntax import children, parse, tree, walk
from fastformula_training.cli import main
from fastformula_training.data.synthesis import facts, synthesize
from fastformula_training.data.synthesis.scenarios import scenarios
from fastformula_training.documents import Document, read_documents

COUNT = 300


@pytest.fixture(scope="module")
def formulas() -> list[Document]:
    return list(synthesize(COUNT, seed=41))


def test_every_formula_parses(formulas: list[Document]) -> None:
    for formula in formulas:
        errors = parse(formula.text).errors
        assert not errors, f"{formula.name}: {errors[0].message}\n{formula.text}"


def test_the_same_seed_gives_the_same_formulas(formulas: list[Document]) -> None:
    assert list(synthesize(COUNT, seed=41)) == formulas
    assert list(synthesize(20, seed=41)) == formulas[:20]
    assert list(synthesize(20, seed=42)) != formulas[:20]


def test_another_process_writes_the_same(formulas: list[Document]) -> None:
    """Nothing depends on hash seeds or on what ran before."""
    script = (
        "import hashlib\n"
        "from fastformula_training.data.synthesis import synthesize\n"
        "text = ''.join(one.text for one in synthesize(60, seed=41))\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    text = "".join(one.text for one in formulas[:60])
    assert found.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()


def _reads(node: tree.Node) -> Iterator[tree.Name]:
    """The names whose values a statement or expression needs, its target's left out."""
    match node:
        case tree.Name():
            yield node
        case tree.Call(function=function, arguments=arguments):
            if function.text.upper() == "GET_CONTEXT":
                arguments = arguments[1:]
            for argument in arguments:
                yield from _reads(argument)
        case tree.ContextSetting(value=value):
            yield from _reads(value)
        case _:
            for child in children(node):
                yield from _reads(child)


def _check(
    statements: Iterable[tree.Statement], known: set[str], where: Document
) -> None:
    for statement in statements:
        targets: list[tree.Name] = []
        read: list[tree.Node] = []
        bodies: list[tree.Body] = []
        match statement:
            case tree.Assign(target=tree.Index(array=array, index=index), value=value):
                targets, read = [array], [index, value]
            case tree.Assign(target=tree.Name() as name, value=value):
                targets, read = [name], [value]
            case tree.If(condition=condition, then=then, orelse=orelse):
                read, bodies = [condition], [then, *([orelse] if orelse else [])]
            case tree.While(condition=condition, body=body):
                read, bodies = [condition], [body]
            case tree.ChangeContexts(settings=settings, body=body):
                read, bodies = list(settings), [body]
            case tree.CallFormula(formula=formula, arguments=arguments):
                read = [formula]
                for one in arguments:
                    if isinstance(one, tree.FormulaOutput):
                        assert isinstance(one.target, tree.Name)
                        targets.append(one.target)
                    elif one.value:
                        read.append(one.value)
            case _:
                read = [statement]
        for node in read:
            for name in _reads(node):
                line = where.text.count("\n", 0, name.span.start) + 1
                assert name.text.upper() in known, (
                    f"{where.name}, line {line}: {name.text} has no value\n{where.text}"
                )
        for target in targets:
            assert target.text.upper() not in facts.CONTEXTS, where.text
            known.add(target.text.upper())
        for body in bodies:
            _check(body.statements, known, where)


def test_names_have_values_before_they_are_read(formulas: list[Document]) -> None:
    """Every name is declared, or assigned further up in the text."""
    for formula in formulas:
        statements = parse(formula.text).tree.statements
        known: set[str] = set()
        body: list[tree.Statement] = []
        for statement in statements:
            match statement:
                case tree.Default(name=name) | tree.DefaultData(name=name):
                    known.add(name.text.upper())
                case tree.Inputs(inputs=inputs):
                    known |= {one.name.text.upper() for one in inputs}
                case tree.Alias(alias=alias):
                    known.add(alias.text.upper())
                case _:
                    body.append(statement)
        _check(body, known, formula)


def test_calls_are_of_functions_that_oracle_has(formulas: list[Document]) -> None:
    """With as many arguments as one of the signatures takes."""
    for formula in formulas:
        for node in walk(parse(formula.text).tree):
            if isinstance(node, tree.Call):
                count = len(node.arguments)
                signatures = find_functions(node.function.text)
                assert any(_takes(one, count) for one in signatures), node.function


def _takes(function: Function, count: int) -> bool:
    needed = sum(not parameter.optional for parameter in function.parameters)
    endless = any(parameter.repeats for parameter in function.parameters)
    return needed <= count and (endless or count <= len(function.parameters))


def test_authors_differ(formulas: list[Document]) -> None:
    texts = [formula.text for formula in formulas]
    for keyword in ("IF ", "if ", "If "):
        assert sum(keyword in text for text in texts) >= COUNT // 50, keyword
    indents = Counter(
        match for text in texts for match in set(re.findall(r"\n(\t| {2,4})\w", text))
    )
    assert {"\t", "  ", "   ", "    "} <= set(indents)
    assert sum(text.startswith("/*") for text in texts) > COUNT // 2
    assert len({formula.source for formula in formulas}) >= 25


def test_every_formula_type_can_be_written() -> None:
    written = Counter(one.source.partition("/")[2] for one in synthesize(1500, seed=2))
    assert set(written) == {scenario.type for scenario in scenarios()}


def test_what_the_language_offers_is_used(formulas: list[Document]) -> None:
    text = "\n".join(formula.text for formula in formulas).upper()
    for word in (
        "CHANGE_CONTEXTS(",
        "CALL_FORMULA(",
        "GET_CONTEXT(",
        "GET_VALUE_SET(",
        "GET_TABLE_VALUE(",
        "WSA_SET(",
        "WSA_EXISTS(",
        "EXECUTE(",
        "GET_OUTPUT(",
        "WAS DEFAULTED",
        "WAS NOT DEFAULTED",
        "DEFAULT_DATA_VALUE FOR",
        "WHILE ",
        ".EXISTS(",
        ".NEXT(",
        ".COUNT",
        " LIKE ",
        "ELSE IF ",
        "ADD_RLOG(",
        "ESS_LOG_WRITE(",
        "PAY_INTERNAL_LOG_WRITE(",
        "ALIAS ",
    ):
        assert word in text, word


def test_the_command_writes_documents(tmp_path: Path) -> None:
    out = tmp_path / "formulas"
    arguments = ["synthesize", "--count", "12", "--seed", "41", "--out", str(out)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "12 formulas" in result.output
    assert list(read_documents(out / "documents.jsonl")) == list(synthesize(12, 41))
    assert CliRunner().invoke(main, arguments).exit_code == 0


def test_the_command_keeps_off_other_folders(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    arguments = ["synthesize", "--count", "1", "--out", str(tmp_path)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code != 0
    assert "holds something else" in result.output
    assert list(tmp_path.iterdir()) == [tmp_path / "letter.txt"]
