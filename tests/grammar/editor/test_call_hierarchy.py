"""Formulas as seen from each other: who calls whom, links, and names found by parts."""

from __future__ import annotations

from fastformula import parse
from fastformula.analysis import Environment, FormulaSignature, analyze
from fastformula.editor.call_hierarchy import find_callers, names_of
from fastformula.editor.formula_names import find_calls
from fastformula.editor.links import find_links
from fastformula.editor.workspace_symbols import find_formulas

TEXT = """\
CALL_FORMULA('ACME_ROUNDING', 1 > 'AMOUNT')
EXECUTE('acme_rounding')
EXECUTE('UNKNOWN_ONE')
EXECUTE(l_name)
"""


def signature(name: str, path: str, *calls: str) -> FormulaSignature:
    return FormulaSignature(name, path, {}, frozenset(), {}, frozenset(calls))


ROUNDING = signature("ACME_ROUNDING", "rounding.ff")
PAY = signature("ACME_PAY", "acme_pay.ff", "ROUNDING", "OTHER")


FORMULAS = {"ACME_PAY": PAY, "ACME_ROUNDING": ROUNDING, "ROUNDING": ROUNDING}


class Library:
    def find(self, name: str) -> FormulaSignature | None:
        return FORMULAS.get(name)

    def names(self) -> tuple[str, ...]:
        return tuple(FORMULAS)

    def deletes(self, item: str) -> bool:
        return False

    def is_alone(self) -> bool:
        return False


ANALYSIS = analyze(parse(TEXT), Environment(library=Library()))


def test_a_call_names_a_formula_in_either_way_of_writing() -> None:
    found = [(each.span.text_in(TEXT), each.formula) for each in find_calls(ANALYSIS)]
    assert found == [
        ("'ACME_ROUNDING'", "ACME_ROUNDING"),
        ("'acme_rounding'", "ACME_ROUNDING"),
        ("'UNKNOWN_ONE'", "UNKNOWN_ONE"),
    ]


def test_only_what_is_at_hand_is_linked() -> None:
    links = list(find_links(ANALYSIS))
    assert [each.path for each in links] == ["rounding.ff", "rounding.ff"]
    assert links[0].span.text_in(TEXT) == "'ACME_ROUNDING'"


def test_a_formula_is_called_by_all_its_names() -> None:
    names = names_of(Library(), "rounding.ff")
    assert names == {"ACME_ROUNDING", "ROUNDING"}
    assert find_callers(Library(), names) == (PAY,)
    assert find_callers(Library(), {"ACME_PAY"}) == ()


def test_a_formula_is_found_once_by_any_part_of_any_name() -> None:
    assert find_formulas(Library(), "acme") == (PAY, ROUNDING)
    assert find_formulas(Library(), "round") == (ROUNDING,)
    assert find_formulas(Library(), "ap") == (PAY,)
    assert find_formulas(Library(), "nothing") == ()
    assert find_formulas(Library(), "") == (PAY, ROUNDING)
