"""Names that are offered at the cursor: which of them, and which first."""

from __future__ import annotations

import pytest
from fastformula import parse
from fastformula.analysis import Environment, FormulaSignature, analyze
from fastformula.editor.candidates import Item
from fastformula.editor.completion import Completion, complete
from fastformula.editor.item_documentation import document

ROUNDING = FormulaSignature(
    "ACME_ROUNDING",
    "acme rounding.ff",
    {"DIGITS": "NUMBER", "AMOUNT": "NUMBER"},
    frozenset({"DIGITS"}),
    {"ROUNDED": "NUMBER"},
    frozenset(),
    frozenset({"ACME_LAST"}),
)


class Library:
    def find(self, name: str) -> FormulaSignature | None:
        return ROUNDING if name == ROUNDING.name else None

    def names(self) -> tuple[str, ...]:
        return (ROUNDING.name,)

    def deletes(self, item: str) -> bool:
        return False

    def is_alone(self) -> bool:
        return False


def completed(marked: str, formula_type: str = "") -> Completion:
    assert marked.count("$0") == 1
    environment = Environment(library=Library(), formula_type=formula_type)
    analysis = analyze(parse(marked.replace("$0", "")), environment)
    return complete(analysis, marked.index("$0"))


def top(marked: str, count: int, formula_type: str = "") -> list[str]:
    return [item.label for item in completed(marked, formula_type).items[:count]]


def names(marked: str) -> set[str]:
    return {item.label for item in completed(marked).items if item.kind == "name"}


def offered(marked: str, label: str, formula_type: str = "") -> Item:
    items = completed(marked, formula_type).items
    return next(item for item in items if item.label == label)


@pytest.mark.parametrize(
    "marked, first",
    [
        ("l_grade = PAGN$0", "PER_ASG_GRADE_NAME"),
        ("l_grade = pagn$0", "per_asg_grade_name"),
        ("l_grade = PER_GRA_NA$0", "PER_GRD_RATE_NAME"),
        ("l_grade = PERASGGRN$0", "PER_ASG_GRADE_NAME"),
        ("DEFAULT FOR PER_ASG_GRADE_NA$0", "PER_ASG_GRADE_NAME"),
        ("ALIAS PER_ASG_GRADE_NA$0", "PER_ASG_GRADE_NAME"),
        ("d = ADD_DAYS(PER_PER_DATE_OF_B$0", "PER_PER_DATE_OF_BIRTH"),
    ],
)
def test_database_items_are_found_by_a_part_of_the_name(
    marked: str, first: str
) -> None:
    assert top(marked, 1) == [first]


def test_no_more_than_a_hundred_items_are_offered_and_more_are_announced() -> None:
    found = completed("l_grade = P$0")
    items = [item for item in found.items if item.kind == "item"]
    assert len(items) == 100
    assert not found.is_whole
    assert not completed("l_grade = $0").is_whole, "items come with the first letter"


def test_a_list_is_whole_where_nothing_more_can_fit() -> None:
    for marked in ("RETURN $0", "x = a.$0", "x = GET_CONTEXT($0", "EXECUTE('$0"):
        assert completed(marked).is_whole
    assert not completed("l_grade = PER_ASG_GRADE_NAM$0").is_whole


def test_what_cannot_be_meant_makes_way_where_there_is_much_else() -> None:
    assert len(completed("l_grade = $0").items) > 200
    found = completed("l_grade = PER_ASG_GRADE_NAM$0")
    assert len(found.items) == 100
    assert found.items[0].label == "PER_ASG_GRADE_NAME"
    assert "x" in names("x = 1\nRETURN a$0"), "there is little else"


def test_database_items_are_no_targets() -> None:
    kinds = {item.kind for item in completed("x = 1\nPER_ASG$0").items}
    assert "item" not in kinds


def test_items_of_the_formula_come_before_the_others() -> None:
    marked = "DEFAULT FOR PER_ASG_FTE_VALUE IS 0\nx = PER_ASG$0"
    assert top(marked, 1) == ["PER_ASG_FTE_VALUE"]


def test_what_fits_in_type_comes_first() -> None:
    dates = "start = TO_DATE('2024-01-01')\nhours = 8\nnote = 'x'\n"
    assert top(f"{dates}d = ADD_DAYS($0", 1) == ["start"]
    assert top(f"{dates}d = ADD_DAYS(start, $0", 1) == ["hours"]
    assert top(f"{dates}IF note = $0", 1) == ["note"]
    assert top(f"{dates}t = 'a' || $0", 1) == ["note"]
    assert top(f"{dates}a[1] = 1\nn = 2\nb = a[$0", 2) == ["n", "hours"]


def test_the_last_used_name_comes_first() -> None:
    assert top("a = 1\nb = 2\nc = 3\nx = $0", 3) == ["c", "b", "a"]
    assert top("a = 1\nb = 2\nc = a\nx = $0", 3) == ["a", "c", "b"]


VALUES = {
    "only what comes before": ("a = 1\nx = $0\nb = 2", {"a"}),
    "in a loop, also what comes later": (
        "i = 0\nWHILE i < 3 LOOP\n(\n  x = $0\n  i = i + 1\n  late = 1\n)",
        {"i", "late", "x"},
    ),
    "not the variable itself": ("x = $0", set()),
    "but the variable from before": ("x = 1\nx = $0", {"x"}),
    "not what the other branch assigns": (
        "IF a = 1 THEN\n(\n  b = 1\n)\nELSE\n(\n  x = $0\n)",
        {"a"},
    ),
    "after the branches both": (
        "IF a = 1 THEN\n  b = 1\nELSE\n  c = 1\nx = $0",
        {"a", "b", "c"},
    ),
    "in a condition": ("a = 1\nIF $0", {"a"}),
}


@pytest.mark.parametrize("marked, wanted", VALUES.values(), ids=VALUES)
def test_a_value_is_wanted_so_locals_need_one(marked: str, wanted: set[str]) -> None:
    assert names(marked) == wanted


def test_a_target_may_be_any_variable() -> None:
    assert names("a = 1\n$0\nb = 2") == {"a", "b"}


def test_a_default_is_offered_for_what_lacks_one() -> None:
    marked = (
        "DEFAULT FOR PER_ASG_FTE_VALUE IS 0\nDEFAULT FOR $0\n"
        "x = PER_ASG_FTE_VALUE\ny = PER_ASG_GRADE_NAME\nRETURN x, y"
    )
    item = completed(marked).items[0]
    assert item.label == "PER_ASG_GRADE_NAME"
    assert item.snippet == "PER_ASG_GRADE_NAME IS '${1: }'"
    assert offered(marked, "PER_ASG_FTE_VALUE").snippet == ""


def test_whole_declarations_are_offered_before_the_statements() -> None:
    rest = "x = PER_ASG_GRADE_NAME\nd = PER_PER_DATE_OF_BIRTH"
    assert top(f"DEF$0\n{rest}", 2) == [
        "DEFAULT FOR PER_ASG_GRADE_NAME IS ' '",
        "DEFAULT FOR PER_PER_DATE_OF_BIRTH IS '4712/12/31 00:00:00' (DATE)",
    ]
    kinds = {item.kind for item in completed(f"a = 1\n$0\n{rest}").items}
    assert "declaration" not in kinds


FLOW = "Flow Schedule"


def test_contexts_stand_only_where_one_fits() -> None:
    assert {item.kind for item in completed("x = GET_CONTEXT($0").items} == {"context"}
    assert "context" not in {item.kind for item in completed("x = $0").items}
    assert top("NEED_CONTEXT(PAYROLL_I$0", 1) == ["PAYROLL_ID"]
    assert top("IF CONTEXT_IS_SET(PAYROLL_I$0", 1) == ["PAYROLL_ID"]
    item = offered("CHANGE_CONTEXTS($0", "PAYROLL_ID")
    assert item.snippet == "PAYROLL_ID = ${1:value}"


def test_contexts_that_the_type_lacks_are_never_set() -> None:
    assert top("x = GET_CONTEXT($0", 9, FLOW) == ["SCHEDULED_DATE"]
    assert top("CHANGE_CONTEXTS($0", 1, FLOW) == ["SCHEDULED_DATE"]
    assert len(top("CHANGE_CONTEXTS($0", 9, FLOW)) == 9


def test_the_default_of_a_context_has_its_type() -> None:
    marked = "d = TO_DATE('2024-01-01')\nn = 1\nx = GET_CONTEXT(DATE_EARNED, $0"
    assert top(marked, 1) == ["d"]


def test_what_the_formula_type_hands_in_and_takes_back() -> None:
    item = completed("INPUTS ARE $0", FLOW).items[0]
    assert (item.label, item.text) == ("SCHEDULED_DATE", "SCHEDULED_DATE (DATE)")
    assert completed("INPUTS ARE $0 (DATE)", FLOW).items[0].text == "SCHEDULED_DATE"
    assert top("x = 1\nRETURN $0", 2, FLOW) == ["NEXT_SCHEDULED_DATE", "x"]
    given = "NEXT_SCHEDULED_DATE = SCHEDULED_DATE\nx = 1\nRETURN $0"
    assert top(given, 2, FLOW) == ["NEXT_SCHEDULED_DATE", "x"]
    assert top("x = 1\nNEXT$0", 1, FLOW) == ["NEXT_SCHEDULED_DATE"]


def test_names_that_are_only_read_may_be_inputs() -> None:
    assert top("INPUTS ARE $0\nx = l_hours", 1) == ["l_hours"]


QUOTED = {
    "a formula to call": ("CALL_FORMULA('$0')", ["ACME_ROUNDING"]),
    "a formula to execute": ("EXECUTE('ACME$0", ["ACME_ROUNDING"]),
    "a formula that may be there": ("IF IS_EXECUTABLE('$0') THEN", ["ACME_ROUNDING"]),
    "its inputs": (
        "CALL_FORMULA('ACME_ROUNDING', x > '$0')",
        ["AMOUNT", "DIGITS"],
    ),
    "its returns": ("CALL_FORMULA('ACME_ROUNDING', x < '$0')", ["ROUNDED"]),
    "its inputs, set before": (
        "SET_INPUT('$0', 1)\nEXECUTE('ACME_ROUNDING')",
        ["AMOUNT", "DIGITS"],
    ),
    "its returns, taken after": (
        "EXECUTE('ACME_ROUNDING')\nx = GET_OUTPUT('$0', 0)",
        ["ROUNDED"],
    ),
    "items that are stored": (
        "WSA_SET('MINE', 1)\nx = WSA_GET('$0', 0)",
        ["MINE", "ACME_LAST"],
    ),
    "nothing in other texts": ("x = SUBSTR('$0', 1)", []),
    "nothing for a formula that nobody knows": ("CALL_FORMULA('OTHER', x > '$0')", []),
}


@pytest.mark.parametrize("marked, wanted", QUOTED.values(), ids=QUOTED)
def test_names_in_quotes(marked: str, wanted: list[str]) -> None:
    assert [item.label for item in completed(marked).items] == wanted


def test_whole_arguments_of_a_called_formula_are_offered() -> None:
    marked = "CALL_FORMULA('ACME_ROUNDING', 2 > 'DIGITS', $0)"
    amount, rounded = completed(marked).items[:2]
    assert (amount.label, amount.snippet) == ("AMOUNT", "${1:value} > 'AMOUNT'")
    assert rounded.snippet == "${1:variable} < 'ROUNDED' DEFAULT ${2:0}"
    assert "AMOUNT" not in top("CALL_FORMULA('OTHER', $0)", 99)


def test_what_stands_in_quotes_is_replaced_up_to_the_cursor() -> None:
    marked = "CALL_FORMULA('ACME$0_ROUNDING')"
    assert completed(marked).span == (14, 18)


def test_the_default_of_a_method_has_the_type_of_the_index() -> None:
    numbers = "pay[1] = 5\ni = pay.$0"
    assert offered(numbers, "NEXT").snippet == "NEXT(${1:index}, ${2:-1})"
    texts = "pay['A'] = 5\ni = pay.$0"
    assert offered(texts, "FIRST").snippet == "FIRST(${1:' '})"


def test_names_of_a_text_that_is_edited_come_from_its_last_analysis() -> None:
    analysis = analyze(parse("rate = 2\nx = 1\nlate = 3\n"))
    now = "rate = 2\nx = ra\nlate = 3\n"
    found = complete(analysis, now.index("ra\n") + 2, now)
    labels = [item.label for item in found.items]
    assert labels[0] == "rate"
    assert "late" not in labels
    assert found.span.text_in(now) == "ra"


DOCUMENTED = {
    "a function": ("function", "ROUND", "ROUND("),
    "a method": ("method", "FIRST", "array.FIRST("),
    "a word": ("keyword", "while", "**WHILE**"),
    "a variable": ("name", "l_pay", "Gets its value in line 1"),
    "an item": ("item", "per_asg_grade_name", "Database item."),
    "a context": ("context", "PAYROLL_ID", "Context."),
    "a formula": ("formula", "ACME_ROUNDING", "Returns: `ROUNDED` (NUMBER)."),
}


@pytest.mark.parametrize("kind, label, wanted", DOCUMENTED.values(), ids=DOCUMENTED)
def test_an_item_is_explained_when_it_is_looked_at(
    kind: str, label: str, wanted: str
) -> None:
    analysis = analyze(parse("l_pay = 1\n"), Environment(library=Library()))
    assert wanted in document(analysis, kind, label)  # type: ignore[arg-type]


def test_there_is_nothing_to_say_of_what_is_unknown() -> None:
    analysis = analyze(parse(""))
    for kind in ("function", "name", "item", "formula", "storage", "declaration"):
        assert document(analysis, kind, "NO_SUCH_THING") == ""  # type: ignore[arg-type]
