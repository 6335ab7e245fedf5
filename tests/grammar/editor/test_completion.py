"""What is offered at the cursor, and what is not."""

from collections.abc import Callable

import pytest
from fastformula import Parsed, parse
from fastformula.analysis import analyze
from fastformula.editor.candidates import Item
from fastformula.editor.completion import Completion, complete
from fastformula.language import load_functions, load_keywords, load_methods

Sample = Callable[[str], tuple[Parsed, int]]

CASES = {
    "an empty formula begins with declarations": (
        "$0",
        "ALIAS DEFAULT INPUTS IF WHILE RETURN WSA_SET",
        "ELSE THEN LOOP AND ROUND NUMBER FIRST",
    ),
    "declarations come first, so not behind a statement": (
        "x = 1\n$0",
        "x IF WHILE RETURN CALL_FORMULA WSA_DELETE EXECUTE",
        "ALIAS DEFAULT DEFAULT_DATA_VALUE INPUTS NEED_CONTEXT ELSE ROUND",
    ),
    "a condition": (
        "IF $0",
        "NOT WSA_EXISTS IS_EXECUTABLE CONTEXT_IS_SET ROUND GET_CONTEXT EMPTY_TEXT_TEXT",
        "THEN AND IF WHILE WSA_SET EXECUTE",
    ),
    "behind an operand of a condition": ("IF a $0", "LIKE WAS NOT", "THEN AND a ROUND"),
    "behind a test": ("IF a = 1 $0", "THEN AND OR", "LOOP ROUND a ELSE IF"),
    "behind the test of a loop": ("WHILE a = 1 $0", "LOOP AND OR", "THEN a"),
    "behind WAS": ("IF a WAS $0", "DEFAULTED NOT FOUND", "THEN a ROUND"),
    "behind a branch": ("IF a = 1 THEN b = 1\n$0", "ELSE IF a b", "THEN ROUND"),
    "inside a block": (
        "WHILE a = 1 LOOP\n(\n    b = 1\n    $0",
        "IF EXIT RETURN a b",
        "ELSE ALIAS LOOP",
    ),
    "an expression": (
        "l_rate = 2\nl_pay = l_hours * $0",
        "l_rate l_hours ROUND TO_NUMBER WSA_GET GET_OUTPUT EMPTY_DATE_TEXT",
        "IF RETURN WSA_SET EXECUTE NUMBER WSA_EXISTS CHANGE_CONTEXTS",
    ),
    "an argument": ("x = ROUND(l_pay, $0", "l_pay TRUNC", "x IF THEN"),
    "a half-typed word": (
        "x = l_hours + TO_N$0",
        "TO_NUMBER l_hours",
        "x TO_N IF",
    ),
    "methods in an expression": (
        "x = hours.$0",
        "FIRST LAST NEXT PRIOR COUNT",
        "DELETE EXISTS PREVIOUS ROUND hours IF",
    ),
    "methods in a condition": ("IF hours.$0", "EXISTS FIRST COUNT", "DELETE ROUND"),
    "methods at the start of a statement": (
        "x = 1\nhours.$0",
        "DELETE",
        "FIRST EXISTS",
    ),
    "a half-typed method": ("x = hours.FI$0", "FIRST LAST COUNT", "FLOOR FI"),
    "types of an input": (
        "INPUTS ARE a ($0)",
        "NUMBER TEXT DATE NUMBER_TEXT TEXT_NUMBER",
        "a ROUND EMPTY_TEXT_TEXT",
    ),
    "behind a text": ("DEFAULT FOR d IS '2024/01/01' ($0", "DATE", "NUMBER TEXT ROUND"),
    "the value of a default": (
        "DEFAULT FOR hours IS $0",
        "EMPTY_NUMBER_NUMBER EMPTY_TEXT_TEXT",
        "hours ROUND IF",
    ),
    "the name of a default": ("INPUTS ARE hours\nDEFAULT FOR $0", "hours", "ROUND IF"),
    "behind DEFAULT": ("DEFAULT $0", "FOR", "IS IF"),
    "the default of an output": ("CALL_FORMULA('F', a < 'A' $0", "DEFAULT", "ALIAS IF"),
    "names to return": ("pay = 1\nmsg = ' '\nRETURN $0", "pay msg", "IF ROUND RETURN"),
    "more names to return": ("pay = 1\nRETURN pay, $0", "pay", "IF ROUND RETURN"),
    "a half-typed name to return": ("pay = 1\nRETURN p$0", "pay", "IF ROUND"),
    "a statement behind RETURN": ("IF a = 1 THEN RETURN\n$0", "IF ELSE a", "ROUND"),
    "a context to set": ("CHANGE_CONTEXTS($0", "", "IF ROUND NUMBER"),
    "a name in quotes": ('"gross pay" = 1\nx = $0', '"gross pay"', "gross"),
    "an emoji before the cursor": ("/* 😀 */ l_pay = 1 IF l$0", "l_pay LEAST", "THEN"),
    "behind mistakes": (
        "x = := 1 )\nIF b == 2 THEN\n(\n y = 1\n)\nIF y = $0",
        "x y ROUND",
        "THEN IF",
    ),
    "behind a block style of another language": (
        "IF a = 1 THEN\n b = 1\nEND IF;\nc = $0",
        "a b ROUND",
        "IF ELSE",
    ),
    "behind a closed comment": ("/* a */$0", "IF ALIAS", "ROUND"),
    "behind a text literal": ("IF a = 'b'$0", "THEN AND", "ROUND"),
}


def completed(read: tuple[Parsed, int]) -> Completion:
    parsed, offset = read
    return complete(analyze(parsed), offset)


def labels(items: tuple[Item, ...]) -> set[str]:
    return {item.label.upper() for item in items}


@pytest.mark.parametrize("marked, wanted, unwanted", CASES.values(), ids=CASES)
def test_offers(sample: Sample, marked: str, wanted: str, unwanted: str) -> None:
    found = labels(completed(sample(marked)).items)
    for word in [wanted] if wanted.startswith('"') else wanted.split():
        assert word.upper() in found
    for word in unwanted.split():
        assert word.upper() not in found


SILENT = {
    "a text": "x = 'IF a$0'",
    "a text that is still open": "x = 'IF a$0",
    "a text with lines behind it": "x = 'abc$0\ny = 'def'\nz = 1",
    "a curly text": "x = \u2018IF a$0\u2019",
    "a comment": "/* IF $0 */ x = 1",
    "the edge of a comment": "/* IF *$0/ x = 1",
    "an open comment": "x = 1 /* IF $0",
    "a line of comment": "x = 1 # IF$0\ny = 1",
    "a comment of SQL": "x = 1\n-- IF$0\ny = 1",
    "a number": "x = 12$0",
    "a decimal point": "x = 12.$0",
    "a quoted name": '"gross pay" = 1 x = "gro$0"',
}


@pytest.mark.parametrize("marked", SILENT.values(), ids=SILENT)
def test_offers_nothing(sample: Sample, marked: str) -> None:
    assert completed(sample(marked)).items == ()


@pytest.mark.parametrize(
    "marked, replaced",
    [("x = RO$0", "RO"), ("x = RO$0UND(1)", "RO"), ("x = $0", ""), ("x = a.$0", "")],
)
def test_replaces_what_is_typed(sample: Sample, marked: str, replaced: str) -> None:
    parsed, offset = sample(marked)
    span = complete(analyze(parsed), offset).span
    assert span.text_in(parsed.text) == replaced
    assert span.end == offset


def offered(sample: Sample, marked: str, label: str) -> Item:
    items = completed(sample(marked)).items
    return next(item for item in items if item.label == label)


def test_functions_bring_their_needed_arguments(sample: Sample) -> None:
    item = offered(sample, "x = $0", "SUBSTR")
    assert item.kind == "function"
    assert item.text == "SUBSTR"
    assert item.snippet == "SUBSTR(${1:expr}, ${2:m})"
    assert item.detail == "SUBSTR(expr: TEXT, m: NUMBER, [n: NUMBER]): TEXT"


def test_arguments_that_stand_already_are_not_written_again(sample: Sample) -> None:
    assert offered(sample, "x = SUB$0(a, 1)", "SUBSTR").snippet == ""


def test_overloads_are_one_item(sample: Sample) -> None:
    parsed, offset = sample("x = $0")
    found = [i for i in complete(analyze(parsed), offset).items if i.label == "TO_CHAR"]
    assert [item.detail for item in found] == [
        "TO_CHAR(d: DATE, [format: TEXT]): TEXT (+1 more)"
    ]


def test_methods_are_written_as_the_language_wants(sample: Sample) -> None:
    assert offered(sample, "x = a.$0", "FIRST").snippet == "FIRST(${1:default})"
    assert offered(sample, "x = a.$0", "COUNT").snippet == ""


def test_whole_constructs_only_on_a_line_of_their_own(sample: Sample) -> None:
    assert "THEN\n(" in offered(sample, "$0", "IF").snippet
    assert offered(sample, "I$0 x = 1 THEN y = 1", "IF").snippet == ""


def test_case_follows_the_author(sample: Sample) -> None:
    item = offered(sample, "x = ro$0", "round")
    assert (item.text, item.snippet) == ("round", "round(${1:m})")
    assert offered(sample, "x = RO$0", "ROUND").text == "ROUND"


def test_names_are_offered_once_as_first_written(sample: Sample) -> None:
    marked = "INPUTS ARE Hours (NUMBER)\nDEFAULT FOR HOURS IS 0\nx = hours + $0"
    parsed, offset = sample(marked)
    names = [i for i in complete(analyze(parsed), offset).items if i.kind == "name"]
    assert [(i.label, i.detail) for i in names] == [
        ("Hours", "input NUMBER"),
    ]


def test_names_say_where_they_are_from(sample: Sample) -> None:
    marked = "ALIAS PER_ASG_HOURS AS asg_hours DEFAULT FOR grade IS ' ' x = $0"
    details = {i.label: i.detail for i in completed(sample(marked)).items}
    assert details["asg_hours"] == "alias of PER_ASG_HOURS"
    assert details["grade"] == "database item TEXT, has a default"


def test_called_functions_are_no_names(sample: Sample) -> None:
    marked = "a = MY_FUNCTION(1) typed (TEXT) = 'b' c = $0"
    names = [i.label for i in completed(sample(marked)).items if i.kind == "name"]
    assert names == ["typed", "a"]


def test_everything_known_is_offered_somewhere() -> None:
    contexts = (
        "",
        "x = ",
        "IF ",
        "IF a ",
        "IF a = 1 ",
        "WHILE a = 1 ",
        "IF a WAS ",
        "IF a = 1 THEN b = 1 ",
        "x = a.",
        "IF a.",
        "a.",
        "INPUTS ",
        "INPUTS ARE a (",
        "DEFAULT ",
        "DEFAULT FOR a ",
        "ALIAS a ",
    )
    found: set[str] = set()
    for text in contexts:
        found |= labels(complete(analyze(parse(text)), len(text)).items)
    known = {*load_functions(), *load_methods(), *load_keywords()}
    # One has no use, the other is a second name for PRIOR.
    assert known - found == {"USING", "PREVIOUS"}


def test_order_does_not_change_from_run_to_run(sample: Sample) -> None:
    items = [item.label for item in completed(sample("x = 1\n$0")).items]
    assert items[:3] == ["x", "IF", "WHILE"]
