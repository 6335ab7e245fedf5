"""Manual pages are read into their parts."""

from __future__ import annotations

from fastformula.linter.page import read_page

PAGE = """\
A value is divided by what may
be zero.

Oracle stops the formula.

Test the divisor first.

Uncertain: whether EBS
stops too.

Formula type: Oracle Payroll
Product: ebs
Pod: user table RATES, formula BASE_RATE

Called rate:
    x = 1
    RETURN x

Bad:
    a = 1 / b

    RETURN a

Bad:
    IF b = 1 THEN
      a = 1 / c
Good:
    a = 1
"""


def test_a_page_has_all_its_parts() -> None:
    page = read_page(PAGE)
    assert page.title == "A value is divided by what may be zero."
    assert page.body == "Oracle stops the formula.\n\nTest the divisor first."
    assert page.uncertain == "whether EBS stops too."
    assert page.formula_type == "Oracle Payroll"
    assert page.product == "ebs"
    assert page.pod == (("user table", "RATES"), ("formula", "BASE_RATE"))
    assert page.called == (("RATE", "x = 1\nRETURN x\n"),)
    assert page.bad == (
        "a = 1 / b\n\nRETURN a\n",
        "IF b = 1 THEN\n  a = 1 / c\n",
    )
    assert page.good == ("a = 1\n",)


def test_a_page_without_fields_has_the_usual_ones() -> None:
    page = read_page("Too long.\n\nBad:\n\n    a = 1")
    assert (page.title, page.body) == ("Too long.", "")
    assert (page.product, page.formula_type) == (None, "")
    assert page.pod == ()
    assert page.bad == ("a = 1\n",)
    assert page.good == ()


def test_markdown_shows_examples_as_code() -> None:
    shown = read_page(PAGE).markdown
    assert "Bad:\n\n```fastformula\na = 1 / b\n\nRETURN a\n```" in shown
    assert "*Uncertain:* whether EBS stops too." in shown
    assert "with the user table `RATES` and the formula `BASE_RATE`" in shown
    assert "Product:" not in shown
