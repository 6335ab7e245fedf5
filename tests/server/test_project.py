"""`fastformula.toml`: found above a formula, read, and told apart from nonsense."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from fastformula.diagnostic import Severity
from fastformula.formatter import Style
from fastformula.language.seeded import SEEDED
from fastformula_server.globs import matches
from fastformula_server.project import load_project
from fastformula_server.project_file import (
    Problem,
    ProjectFile,
    read_project_file,
    read_severity,
)

WHOLE = """\
product = "ebs"
formula-type = "oracle payroll"
database-items = ["acme_rate"]
exclude = ["old", "*_copy.ff"]

[formula-types]
"absence/**" = "Global Absence Accrual"

[rules]
semicolon = "off"
ignore-comment = "warning"

[globals]
ACME_LIMIT = "number"

[contexts]
ACME_ID = "NUMBER"

[format]
keywords = "lower"
line-width = 100
align = false
"""


def test_a_file_says_everything() -> None:
    file = read_project_file(WHOLE)
    assert file.problems == ()
    assert file.product == "ebs"
    assert file.formula_type == "Oracle Payroll"
    assert file.formula_types == (("absence/**", "Global Absence Accrual"),)
    assert file.exclude == ("old", "*_copy.ff")
    assert file.lint.off == {"semicolon"}
    assert file.lint.severities == {"ignore-comment": Severity.WARNING}
    assert file.items["ACME_RATE"].type is None
    assert file.items["ACME_LIMIT"].type == "NUMBER"
    assert file.items["ACME_LIMIT"].kind == "global"
    assert file.contexts["ACME_ID"].type == "NUMBER"
    whole = Style(indent=4, width=60)
    assert file.style(whole) == Style("lower", indent=4, width=100, align=False)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            'prodct = "ebs"',
            1,
            "There is no setting `prodct`. Did you mean `product`?",
        ),
        (
            '\nproduct = "EBS"',
            2,
            '`product` should be "fusion" or "ebs", but is "EBS".',
        ),
        (
            "[rules]\nsemicolons = 'off'",
            2,
            "There is no rule `semicolons`. Did you mean `semicolon`?",
        ),
        (
            "[format]\nlinewidth = 3",
            2,
            "There is no setting `linewidth`. Did you mean `line-width`?",
        ),
        (
            "[format]\nline-width = 3",
            2,
            "`line-width` should be a whole number from 40 to 1000, but is 3.",
        ),
        (
            "[format]\nindent = true",
            2,
            "`indent` should be a whole number from 1 to 8, but is true.",
        ),
        (
            "[format]\nalign = 1",
            2,
            "`align` should be true or false, but is 1.",
        ),
        (
            "[format]\nbrackets = 'below'",
            2,
            '`brackets` should be "own-line" or "header-end", but is "below".',
        ),
        (
            "[rules]\n\nsemicolon = 'none'",
            3,
            '`semicolon` should be "off", "error", "warning", "information" or'
            ' "hint", but is "none".',
        ),
        (
            "[rules]\nsyntax-equality = 'off'",
            2,
            "`syntax-equality` is a syntax error, which always counts.",
        ),
        ("rules = 1", 1, "`rules` should be a table, [rules], but is 1."),
        (
            "[formula-types]\n'a/*' = 'Oracle Payrol'",
            2,
            "There is no formula type `Oracle Payrol`. Did you mean `Oracle Payroll`?",
        ),
        (
            "formula-type = 3",
            1,
            "`formula-type` should be the name of a formula type, but is 3.",
        ),
        (
            "catalogue = ['a']",
            1,
            '`catalogue` should be a name in quotes, but is ["a"].',
        ),
        ("exclude = 'old'", 1, '`exclude` should be a list of texts, but is "old".'),
        ("exclude = [1]", 1, "`exclude` holds 1, which is not a text."),
        (
            "[globals]\na = 'TEXT_TEXT'",
            2,
            '`a` should be "DATE", "NUMBER" or "TEXT", but is "TEXT_TEXT".',
        ),
        (
            "product = 'ebs'\ncatalogue =",
            2,
            "This is not TOML, so nothing of the file is used: invalid value.",
        ),
    ],
)
def test_nonsense_is_one_problem_on_its_line(text: str, line: int, said: str) -> None:
    assert read_project_file(text).problems == (Problem(line, said),)


def test_what_is_right_holds_beside_what_is_wrong() -> None:
    file = read_project_file("product = 'ebs'\ncatalogu = 'x'\nexclude = ['a', 1]")
    assert len(file.problems) == 2
    assert (file.product, file.exclude) == ("ebs", ("a",))


def test_a_rule_set_again_is_as_set_last() -> None:
    off = read_severity(ProjectFile().lint, "semicolon", "off")
    on = read_severity(off, "semicolon", "error")
    assert (off.off, on.off) == ({"semicolon"}, frozenset())
    assert on.severities == {"semicolon": Severity.ERROR}


def test_the_documentation_is_right() -> None:
    page = Path(__file__).parents[2] / "docs/configuration.md"
    text = page.read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    assert read_project_file(example[1]).problems == ()
    keys = re.findall(r"(?m)^\| `\[?([a-z-]+)\]?` \|", text)
    wrong = read_project_file("".join(f"{key} = 0.5\n" for key in keys)).problems
    assert len(wrong) == len(keys) == 10
    assert not [each for each in wrong if each.message.startswith("There is no")]
    for names in re.findall(r"fastformula: ignore ([a-z-]+(?:, [a-z-]+)*)", text):
        for name in names.split(", "):
            read_severity(ProjectFile().lint, name, "off")


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.ff", "a.ff", True),
        ("*.ff", "in/deep/A.FF", True),
        ("old", "in/old/a.ff", True),
        ("old", "old.ff", False),
        ("in/*.ff", "in/a.ff", True),
        ("in/*.ff", "in/deep/a.ff", False),
        ("in/*.ff", "other/in/a.ff", False),
        ("in/**/a.ff", "in/a.ff", True),
        ("in/**/a.ff", "in/b/c/a.ff", True),
        ("in/**", "in/b/c/a.ff", True),
        ("in/", "in/a.ff", True),
        ("./in/deep", "in/deep/a.ff", True),
        ("a?.ff", "a1.ff", True),
        ("a?.ff", "a.ff", False),
        ("a[1].ff", "a[1].ff", True),
        ("a.ff", "a_ff", False),
    ],
)
def test_patterns_fit_paths(pattern: str, path: str, fits: bool) -> None:
    assert matches(pattern, path) is fits


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "fastformula.toml").write_text(WHOLE, encoding="utf-8-sig")
    (tmp_path / "absence").mkdir()
    return tmp_path


def test_the_nearest_file_above_counts(project: Path) -> None:
    found = load_project(project / "absence")
    assert found.path == project / "fastformula.toml"
    environment = found.environment(project / "absence" / "carry over.ff")
    assert environment.product == "ebs"
    assert environment.formula_type == "Global Absence Accrual"
    assert environment.formula_name == "CARRY_OVER"
    assert found.environment(project / "pay.ff").formula_type == "Oracle Payroll"
    assert found.excludes(project / "old" / "a.ff")
    assert not found.excludes(project / "absence" / "a.ff")

    nearer = project / "absence" / "fastformula.toml"
    nearer.write_text("product = 'fusion'", encoding="utf-8")
    assert load_project(project / "absence").path == nearer


def test_the_search_ends_at_the_repository(project: Path) -> None:
    (project / "absence" / ".git").mkdir()
    found = load_project(project / "absence")
    assert found.path is None
    assert found.problems == ()
    assert found.environment(project / "absence" / "a.ff").catalogue is SEEDED


def test_extra_names_lie_over_the_catalogue(project: Path) -> None:
    catalogue = load_project(project).catalogue
    limit = catalogue.find_item("ACME_LIMIT")
    assert limit is not None and limit.type == "NUMBER"
    assert catalogue.find_context("ACME_ID") is not None
    assert catalogue.find_item("ACME_NOTHING") == SEEDED.find_item("ACME_NOTHING")
    assert "ACME_LIMIT" in catalogue.similar_items("ACME_LIMITS")
    assert catalogue.is_complete is SEEDED.is_complete


def test_a_changed_file_is_read_again(project: Path) -> None:
    assert load_project(project).file.product == "ebs"
    file = project / "fastformula.toml"
    file.write_text("product = 'fusion'", encoding="utf-8")
    os.utime(file, (1, 1))
    assert load_project(project).file.product == "fusion"


def test_a_catalogue_that_is_not_there_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    (tmp_path / "fastformula.toml").write_text("\ncatalogue = 'pod'")
    found = load_project(tmp_path)
    assert found.catalogue is SEEDED
    ((line, message),) = found.problems
    assert line == 2
    assert message.startswith("There is no catalogue `pod`.")


def test_a_file_that_is_no_text_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "fastformula.toml").write_bytes(b"\0\1\2" * 100)
    ((line, message),) = load_project(tmp_path).problems
    assert line == 1
    assert "is a binary file" in message
