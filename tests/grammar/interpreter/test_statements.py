"""What statements do: one formula each, whose `x` tells."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.interpreter import Outcome, Row, Semantics, Step, run

GRADE = "PER_ASG_GRADE_NAME"
HISTORY = "PER_HIST_ASG_ASSIGNMENT_ID"
GRADES = (
    Row("G0"),
    Row("G1", {"PERSON_ID": 1}),
    Row("G2", {"PERSON_ID": 2}),
)

CASES: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "an unbracketed branch is one statement": (
        "x = 1 IF x = 2 THEN x = 3 x = x + 10",
        11,
        {},
    ),
    "an ELSE belongs to the nearest IF": (
        "x = 0 IF 1 = 1 THEN IF 1 = 2 THEN x = 1 ELSE x = 2",
        2,
        {},
    ),
    "a chain takes the first branch that holds": (
        "a = 2 IF a = 1 THEN x = 1 ELSE IF a = 2 THEN x = 2 ELSE IF a > 1 THEN x = 3",
        2,
        {},
    ),
    "only the first statement of an open loop repeats": (
        "i = 0 x = 0 WHILE i < 3 LOOP i = i + 1 x = x + 1",
        1,
        {},
    ),
    "EXIT leaves the innermost loop": (
        "x = 0 i = 0 WHILE i < 2 LOOP ( i = i + 1 "
        "WHILE 1 = 1 LOOP ( x = x + 1 EXIT ) )",
        2,
        {},
    ),
    "EXIT in a changed context leaves the loop": (
        "x = 0 WHILE x < 5 LOOP ( x = x + 1 CHANGE_CONTEXTS(PERSON_ID = 1) EXIT )",
        1,
        {},
    ),
    "operators go from left to right": ("x = 10 - 4 - 3 + 2 * 3 / 2", 6, {}),
    "a sign binds tightest": ("a = 2 x = -a * 3 - -1", -5, {}),
    "a plus joins texts": ("x = 'a' + 'b' || 'c'", "abc", {}),
    "thirty-eight digits are kept": ("a = 2 / 3 x = a * 3 - 2", 0, {}),
    "a third is not whole": ("a = 1 / 3 IF a * 3 = 1 THEN x = 1 ELSE x = 2", 2, {}),
    "too small a number is nought": (
        "i = 0 x = 1 WHILE i < 200 LOOP ( x = x / 10 i = i + 1 )",
        0,
        {},
    ),
    "a date has a time of day": (
        "x = '2026/01/31 13:45:10' (DATE)",
        datetime(2026, 1, 31, 13, 45, 10),
        {},
    ),
    "a date in words": ("x = '4-feb-1989' (date)", datetime(1989, 2, 4), {}),
    "a date as Oracle's services write it": (
        "x = '2026-01-31T13:45:10.123Z' (DATE)",
        datetime(2026, 1, 31, 13, 45, 10),
        {},
    ),
    "texts compare by character": (
        "IF 'Zebra' < 'apple' AND 'B' > 'A' THEN x = 1 ELSE x = 2",
        1,
        {},
    ),
    "LIKE knows its two signs": (
        "x = 0 IF 'Weekly' LIKE '%eek_y' THEN x = 1 IF 'a' LIKE '_%b' THEN x = 2",
        1,
        {},
    ),
    "LIKE is about case": (
        "IF 'WEEK' NOT LIKE '%week%' THEN x = 1 ELSE x = 2",
        1,
        {},
    ),
    "LIKE takes each piece once": (
        "IF 'aba' LIKE 'ab%ba' THEN x = 1 ELSE x = 2",
        2,
        {},
    ),
    # NULL
    "an empty text equals nothing": (
        "a = '' IF a = '' THEN x = 1 ELSE IF a <> 'b' THEN x = 2 ELSE x = 3",
        3,
        {},
    ),
    "NOT of what nobody knows is not true": (
        "a = '' IF NOT a = 'b' THEN x = 1 ELSE x = 2",
        2,
        {},
    ),
    "OR needs one side only": (
        "a = '' IF a = 'b' OR 1 = 1 THEN x = 1 ELSE x = 2",
        1,
        {},
    ),
    "AND with what nobody knows is not true": (
        "a = '' IF NOT (a = 'b' AND 1 = 1) THEN x = 1 ELSE x = 2",
        2,
        {},
    ),
    "NULL joins as nothing": ("a = '' x = a || 'b' || a", "b", {}),
    "NULL reckons to NULL": (
        "a = GET_WORKING_DAYS('2026/01/01'(DATE), '2026/01/01'(DATE)) x = a + 1",
        None,
        {"functions": {"GET_WORKING_DAYS": None}},
    ),
    # Inputs and defaults
    "an input that is passed": (
        "DEFAULT FOR a IS 1 INPUTS ARE a IF a WAS DEFAULTED THEN x = -1 ELSE x = a",
        5,
        {"inputs": {"A": 5}},
    ),
    "an input that is not": (
        "DEFAULT FOR a IS 1 INPUTS ARE a IF a WAS DEFAULTED THEN x = a ELSE x = -1",
        1,
        {},
    ),
    "an input that is NULL takes the default": (
        "DEFAULT FOR a IS 'd' INPUTS ARE a (TEXT) x = a",
        "d",
        {"inputs": {"A": None}},
    ),
    "an assigned input is still DEFAULTED": (
        "DEFAULT FOR a IS 1 INPUTS ARE a a = 2 IF a WAS DEFAULTED THEN x = a",
        2,
        {},
    ),
    "unless one holds otherwise": (
        "DEFAULT FOR a IS 1 INPUTS ARE a a = 2 IF a WAS DEFAULTED THEN x = a ELSE x=0",
        0,
        {"semantics": Semantics(assigning_clears_defaulted=True)},
    ),
    "a local with a DEFAULT has a value and is not DEFAULTED": (
        "DEFAULT FOR a IS 7 b = a IF a WAS DEFAULTED THEN x = 0 ELSE x = b a = 1",
        7,
        {},
    ),
    "a date types an input": (
        "DEFAULT FOR a IS '2026/01/01' (DATE) INPUTS ARE a x = a",
        datetime(2026, 1, 1),
        {},
    ),
    # Items
    "an item without a row takes the default": (
        f"DEFAULT FOR {GRADE} IS 'none' "
        f"IF {GRADE} WAS DEFAULTED THEN x = {GRADE} ELSE x = '?'",
        "none",
        {"items": {GRADE: ()}},
    ),
    "an item that is there does not": (
        f"DEFAULT FOR {GRADE} IS 'none' "
        f"IF {GRADE} WAS NOT DEFAULTED THEN x = {GRADE} ELSE x = '?'",
        "A",
        {"items": {GRADE: "A"}},
    ),
    "WAS DEFAULTED is about the fetch": (
        f"DEFAULT FOR {GRADE} IS 'none' x = 0 "
        f"CHANGE_CONTEXTS(PERSON_ID = 1) IF {GRADE} WAS DEFAULTED THEN x = x + 1 "
        f"CHANGE_CONTEXTS(PERSON_ID = 3) IF {GRADE} WAS DEFAULTED THEN x = x + 10",
        10,
        {"items": {GRADE: GRADES[1:]}, "contexts": {"PERSON_ID": 2}},
    ),
    "an alias is asked anew each time": (
        f"ALIAS {GRADE} AS grade x = grade "
        "CHANGE_CONTEXTS(PERSON_ID = 2) x = x || grade x = x || grade",
        "G1G2G1",
        {"items": {GRADE: GRADES}, "contexts": {"PERSON_ID": 1}},
    ),
    "a default may name the alias": (
        f"ALIAS {GRADE} AS grade DEFAULT FOR grade IS 'd' "
        f"IF grade WAS DEFAULTED THEN x = {GRADE}",
        "d",
        {},
    ),
    "a value may be given under the alias": (
        f"ALIAS {GRADE} AS grade x = grade",
        "A",
        {"items": {"GRADE": "A"}},
    ),
    "the row that names most contexts counts": (
        f"x = {GRADE} CHANGE_CONTEXTS(PERSON_ID = 9) x = x || {GRADE}",
        "G2G0",
        {"items": {GRADE: GRADES}, "contexts": {"PERSON_ID": 2}},
    ),
    "an array item has elements": (
        f"DEFAULT_DATA_VALUE FOR {HISTORY} IS -1 "
        f"x = {HISTORY}[1] + {HISTORY}[2] + {HISTORY}.COUNT",
        6,
        {"items": {HISTORY: {1: 5, 2: None}}},
    ),
    "an array item that finds nothing is empty": (
        f"DEFAULT_DATA_VALUE FOR {HISTORY} IS -1 x = {HISTORY}.COUNT",
        0,
        {},
    ),
    "a copied item stands still": (
        f"a = {GRADE} CHANGE_CONTEXTS(PERSON_ID = 2) x = a || {GRADE}",
        "G1G2",
        {"items": {GRADE: GRADES}, "contexts": {"PERSON_ID": 1}},
    ),
    # Contexts
    "contexts come back": (
        "x = 0 CHANGE_CONTEXTS(PERSON_ID = 2) x = GET_CONTEXT(PERSON_ID, 0) "
        "x = x * 10 + GET_CONTEXT(PERSON_ID, 0)",
        21,
        {"contexts": {"PERSON_ID": 1}},
    ),
    "the inner change wins": (
        "CHANGE_CONTEXTS(PERSON_ID = 1) ( CHANGE_CONTEXTS(PERSON_ID = 2) ( "
        "x = GET_CONTEXT(PERSON_ID, 0) ) x = x * 10 + GET_CONTEXT(PERSON_ID, 0) )",
        21,
        {},
    ),
    "right sides see the contexts outside": (
        "CHANGE_CONTEXTS(PERSON_ID = 5, PAYROLL_ID = GET_CONTEXT(PERSON_ID, 0)) "
        "x = GET_CONTEXT(PAYROLL_ID, 0)",
        1,
        {"contexts": {"PERSON_ID": 1}},
    ),
    "a context that is not set gives the default": (
        "x = GET_CONTEXT(PERSON_ID, 7) IF CONTEXT_IS_SET(PERSON_ID) THEN x = 0",
        7,
        {},
    ),
    # Arrays
    "arrays go by value": (
        "a[1] = 1 b = a b[1] = 2 x = a[1] * 10 + b[1]",
        12,
        {},
    ),
    "text indexes know no case": (
        "a['Grade_a'] = 1 a['GRADE_A'] = 2 x = a['grade_a'] * 10 + a.COUNT",
        21,
        {},
    ),
    "number indexes are cut": ("a[1.9] = 5 a[-1.9] = 6 x = a[1] * 10 + a[-1]", 56, {}),
    "indexes come in order": (
        "a[5] = 1 a[-2] = 1 a[3] = 1 x = 1 i = a.FIRST(99) "
        "WHILE i < 99 LOOP ( x = x * 10 + i + 2 i = a.NEXT(i, 99) )",
        1057,
        {},
    ),
    "and backwards": (
        "a[5] = 1 a[-2] = 1 a[3] = 1 x = 0 i = a.LAST(99) "
        "WHILE i < 99 LOOP ( x = x * 10 + i i = a.PRIOR(i, 99) )",
        528,
        {},
    ),
    "what is between indexes has neighbours": (
        "a[1] = 1 a[9] = 1 x = a.NEXT(4, 0) * 10 + a.PRIOR(4, 0)",
        91,
        {},
    ),
    "an empty array has no first": (
        "a = EMPTY_TEXT_NUMBER x = a.FIRST(-1) + a.LAST(-2) + a.COUNT",
        -3,
        {},
    ),
    "DELETE takes out one, or all, and nothing twice": (
        "a[1] = 1 a[2] = 1 a[3] = 1 a.DELETE(2) a.DELETE(2) x = a.COUNT * 10 "
        "+ a.NEXT(1, 0) a.DELETE x = x * 10 + a.COUNT",
        230,
        {},
    ),
    "EXISTS asks": (
        "a[1] = 1 IF a.EXISTS(1) AND NOT a.EXISTS(2) THEN x = 1 ELSE x = 2",
        1,
        {},
    ),
    "an array can be returned and passed": (
        "SET_INPUT('A', EMPTY_TEXT_NUMBER) EXECUTE('F') "
        "b = GET_OUTPUT('A', EMPTY_TEXT_NUMBER) x = b[1]",
        "new",
        {"formulas": {"F": "INPUTS ARE a (TEXT_NUMBER) a[1] = 'new' RETURN a"}},
    ),
    # The working storage area
    "stored values are copies": (
        "a[1] = 1 WSA_SET('K', a) a[1] = 2 b = WSA_GET('k', EMPTY_NUMBER_NUMBER) "
        "b[1] = 3 d = WSA_GET('K', EMPTY_NUMBER_NUMBER) x = d[1]",
        1,
        {},
    ),
    "storing overwrites whatever was there": (
        "WSA_SET('K', 1) WSA_SET('k', 'a') x = WSA_GET('K', ' ')",
        "a",
        {},
    ),
    "what is not stored gives the default": ("x = WSA_GET('K', 5)", 5, {}),
    "an item is deleted": (
        "WSA_SET('A', 1) WSA_SET('B', 2) WSA_DELETE('a') x = 0 "
        "IF WSA_EXISTS('A') THEN x = 1 IF WSA_EXISTS('B', 'NUMBER') THEN x = x + 2 "
        "IF WSA_EXISTS('B', 'TEXT') THEN x = x + 4",
        2,
        {},
    ),
    "or all of them": (
        "WSA_SET('A', 1) WSA_DELETE x = 0 IF WSA_EXISTS('A') THEN x = 1",
        0,
        {},
    ),
    "formulas share the area": (
        "WSA_SET('A', 1) EXECUTE('F') x = WSA_GET('A', 0)",
        2,
        {"formulas": {"F": "WSA_SET('A', WSA_GET('A', 0) + 1) RETURN"}},
    ),
    "a run begins with what was stored": (
        "x = WSA_GET('A', 0)",
        4,
        {"storage": {"A": 4}},
    ),
    # Calls of formulas
    "a formula that does not compile is not executable": (
        "x = 0 IF IS_EXECUTABLE('F') THEN x = 1 IF IS_EXECUTABLE('G') THEN x = x + 2 "
        "IF IS_EXECUTABLE('H') THEN x = x + 4",
        6,
        {"formulas": {"F": "a = 'x' * 2", "G": "RETURN", "H": {"A": 1}}},
    ),
    "an input is a copy": (
        "a[1] = 1 SET_INPUT('A', a) a[1] = 2 EXECUTE('F') x = GET_OUTPUT('B', 0)",
        1,
        {"formulas": {"F": "INPUTS ARE a (NUMBER_NUMBER) b = a[1] RETURN b"}},
    ),
    "outputs have a default": (
        "EXECUTE('F') x = GET_OUTPUT('B', 7) * 10 + GET_OUTPUT('c', 7)",
        75,
        {"formulas": {"F": "c = 5 d = 1 RETURN b, c"}},
    ),
    "inputs last until the call": (
        "SET_INPUT('A', 1) EXECUTE('F') x = GET_OUTPUT('A', 0) "
        "EXECUTE('F') x = x * 10 + GET_OUTPUT('A', 0)",
        19,
        {"formulas": {"F": "DEFAULT FOR a IS 9 INPUTS ARE a RETURN a"}},
    ),
    "GET_OUTPUT forgets inputs that wait": (
        "SET_INPUT('A', 1) x = GET_OUTPUT('A', 0) EXECUTE('F') x = GET_OUTPUT('A', 0)",
        9,
        {"formulas": {"F": "DEFAULT FOR a IS 9 INPUTS ARE a RETURN a"}},
    ),
    "SET_INPUT forgets outputs": (
        "EXECUTE('F') SET_INPUT('A', 1) x = GET_OUTPUT('A', 3)",
        3,
        {"formulas": {"F": "DEFAULT FOR a IS 9 INPUTS ARE a RETURN a"}},
    ),
    "contexts are inherited": (
        "CHANGE_CONTEXTS(PERSON_ID = 3) EXECUTE('F') x = GET_OUTPUT('P', 0)",
        3,
        {"formulas": {"F": "p = GET_CONTEXT(PERSON_ID, 0) RETURN p"}},
    ),
    "contexts are set and unset for a call": (
        "SET_INPUT('PERSON_ID', 4) SET_INPUT('PAYROLL_ID') EXECUTE('F') "
        "x = GET_OUTPUT('P', 0) * 10 + GET_OUTPUT('Q', 0) + GET_CONTEXT(PERSON_ID, 0)",
        46,
        {
            "formulas": {
                "F": "p = GET_CONTEXT(PERSON_ID, 0) q = GET_CONTEXT(PAYROLL_ID, 5) "
                "RETURN p, q"
            },
            "contexts": {"PERSON_ID": 1, "PAYROLL_ID": 2},
        },
    ),
    "CALL_FORMULA sets, calls and takes, in this order": (
        "a = 1 CALL_FORMULA('F', b < 'B' DEFAULT 0, a > 'A', d < 'NONE' DEFAULT 4) "
        "x = b * 10 + d",
        24,
        {"formulas": {"F": "INPUTS ARE a b = a + 1 RETURN b"}},
    ),
    "an output may go into an element": (
        "CALL_FORMULA('F', a[3] < 'B' DEFAULT 0) x = a[3]",
        2,
        {"formulas": {"F": {"B": 2}}},
    ),
    "locals of the caller are its own": (
        "a = 1 EXECUTE('F') x = a",
        1,
        {"formulas": {"F": "a = 2 RETURN a"}},
    ),
}


@pytest.mark.parametrize("text, expected, world", CASES.values(), ids=CASES)
def test_it_does_so(
    text: str, expected: Any, world: dict[str, Any], value_of: Callable[..., Any]
) -> None:
    assert value_of(text, **world) == expected


@pytest.mark.parametrize(
    "text, expected",
    {
        "only what the RETURN names": ("a = 1 b = 2 RETURN b", {"B": 2}),
        "not what has no value": ("a = 1 IF a = 2 THEN b = 1 RETURN a, b", {"A": 1}),
        "the RETURN that is reached": (
            "a = 1 IF a = 1 THEN RETURN a b = 2 RETURN b",
            {"A": 1},
        ),
        "nothing at the end of the text": ("a = 1", {}),
        "from within a loop and a context": (
            "a = 0 WHILE 1 = 1 LOOP CHANGE_CONTEXTS(PERSON_ID = 1) ( a = a + 1 "
            "IF a = 3 THEN RETURN a )",
            {"A": 3},
        ),
        "under a quoted name": ('"my total" = 1 RETURN "my total"', {"MY TOTAL": 1}),
        "an array, in order": ("a[2] = 1 a[1] = 2 RETURN a", {"A": {1: 2, 2: 1}}),
        "a number without idle zeros": ("a = 1.50 + 0.50 RETURN a", {"A": 2}),
    }.values(),
)
def test_a_formula_returns(
    text: str, expected: Any, play: Callable[..., Outcome]
) -> None:
    assert play(text).returns == expected


def test_contexts_come_back_after_an_error(play: Callable[..., Outcome]) -> None:
    """The caller does not see it, but what it holds must not leak into a next run."""
    text = "CHANGE_CONTEXTS(PERSON_ID = 2) x = 1 / 0"
    assert play(text, contexts={"PERSON_ID": 1}).error is not None
    outcome = play("x = GET_CONTEXT(PERSON_ID, 0) RETURN x", contexts={"PERSON_ID": 1})
    assert outcome.returns == {"X": 1}


def test_what_is_watched_is_what_was_carried_out(play: Callable[..., Outcome]) -> None:
    steps: list[Step] = []
    play(
        "a = 2\nWHILE a > 1 LOOP\n  a = a - 1\nIF a = 1 THEN b[a] = 'x'\nRETURN b",
        watch=steps.append,
    )
    assert [(s.line, s.text, s.reads, s.writes, s.outcome) for s in steps] == [
        (1, "a = 2", {}, {"a": 2}, None),
        (2, "a > 1", {"a": 2}, {}, True),
        (3, "a = a - 1", {"a": 2}, {"a": 1}, None),
        (2, "a > 1", {"a": 1}, {}, False),
        (4, "a = 1", {"a": 1}, {}, True),
        (4, "b[a] = 'x'", {"a": 1}, {"b": {1: "x"}}, None),
        (5, "RETURN b", {"b": {1: "x"}}, {}, None),
    ]


def test_statements_are_watched_without_values_where_nobody_wants_them() -> None:
    steps: list[Step] = []
    analysis = analyze(parse("a = 2 IF a = 2 THEN b = a"))
    run(analysis, watch=steps.append, with_values=False)
    assert [(step.text, step.outcome) for step in steps] == [
        ("a = 2", None),
        ("a = 2", True),
        ("b = a", None),
    ]
    assert not any(step.reads or step.writes for step in steps)


def test_an_item_is_watched_with_the_value_it_was_read_with(
    play: Callable[..., Outcome],
) -> None:
    steps: list[Step] = []
    play(f"a = {GRADE} RETURN a", items={GRADE: "A"}, watch=steps.append)
    assert steps[0].reads == {GRADE: "A"}


def test_AND_may_be_told_to_ask_both_sides(play: Callable[..., Outcome]) -> None:  # noqa: N802
    text = f"a = 1 IF a = 2 AND {GRADE} = 'A' THEN a = 3 RETURN a"
    assert play(text).error is None
    assert play(text, semantics=Semantics(short_circuit=False)).error is not None


def test_a_loop_can_be_ended_from_outside_and_is_counted_the_same() -> None:
    text = "i = 0 WHILE i < 5000 LOOP i = i + 1 RETURN i"
    looks = []
    limit = Semantics(loop_limit=5001)
    outcome = run(
        analyze(parse(text)), semantics=limit, heed=lambda: looks.append(None)
    )
    assert outcome.returns == {"I": 5000}
    assert 2 < len(looks) < 50
    short = Semantics(loop_limit=4999)
    stopped = run(analyze(parse(text)), semantics=short, heed=lambda: None)
    assert stopped.error and "4,999 rounds" in stopped.error.message

    def end() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(analyze(parse("WHILE 1 = 1 LOOP x = 1 RETURN x")), heed=end)
