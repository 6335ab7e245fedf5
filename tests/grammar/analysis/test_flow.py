"""Which variables have a value where, and what is never reached."""

from collections.abc import Callable

import pytest
from fastformula import Parsed, parse
from fastformula.analysis import analyze

Sample = Callable[[str], tuple[Parsed, int]]


@pytest.mark.parametrize(
    ("assigned", "formula"),
    [
        ("no", "y = $0x RETURN y"),
        ("no", "y = $0x x = 1 RETURN y"),
        ("yes", "x = 1 y = $0x RETURN y"),
        ("yes", "INPUTS ARE x y = $0x RETURN y"),
        ("yes", "DEFAULT FOR x IS 1 y = $0x x = 2 RETURN y"),
        ("no", "x = $0x + 1 RETURN x"),
        # Branches
        ("maybe", "INPUTS ARE a IF a = 1 THEN x = 1 y = $0x RETURN y"),
        ("yes", "INPUTS ARE a IF a = 1 THEN x = 1 ELSE x = 2 y = $0x RETURN y"),
        ("yes", "INPUTS ARE a IF a = 1 THEN x = 1 ELSE RETURN a y = $0x RETURN y"),
        ("no", "INPUTS ARE a IF a = 1 THEN x = 1 ELSE y = $0x RETURN y"),
        (
            "yes",
            "INPUTS ARE a IF a = 1 THEN x = 1 ELSE IF a = 2 THEN x = 2 ELSE x = 3"
            " y = $0x RETURN y",
        ),
        (
            "maybe",
            "INPUTS ARE a IF a = 1 THEN x = 1 ELSE IF a = 2 THEN x = 2"
            " y = $0x RETURN y",
        ),
        # Loops: the first round has none before it.
        ("no", "WHILE $0x < 3 LOOP x = 1 RETURN x"),
        ("no", "INPUTS ARE a WHILE a < 3 LOOP (y = $0x x = 1 a = a + 1) RETURN y"),
        ("maybe", "INPUTS ARE a WHILE a < 3 LOOP (x = 1 a = a + 1) y = $0x RETURN y"),
        (
            "maybe",
            "INPUTS ARE a WHILE a < 3 LOOP"
            " (IF a > 1 THEN y = $0x x = 1 a = a + 1) RETURN a",
        ),
        (
            "maybe",
            "INPUTS ARE a WHILE a < 3 LOOP"
            " (WHILE a > 1 LOOP (y = $0x a = a - 1) x = 1 a = a + 1) RETURN a",
        ),
        (
            "yes",
            "INPUTS ARE a x = 0 WHILE a < 3 LOOP (IF a = 1 THEN EXIT x = a a = a + 1)"
            " y = $0x RETURN y",
        ),
        (
            "maybe",
            "INPUTS ARE a WHILE 1 = 1 LOOP (IF a = 1 THEN EXIT x = a a = a + 1)"
            " y = $0x RETURN y",
        ),
        # Whatever else gives a value
        ("yes", "CHANGE_CONTEXTS(PERSON_ID = 1) x = 1 y = $0x RETURN y"),
        ("yes", "x[1] = 1 y = $0x[1] RETURN y"),
        ("yes", "CALL_FORMULA('F', x < 'OUT' DEFAULT 1) y = $0x RETURN y"),
        ("no", "CALL_FORMULA('F', $0x > 'IN', x < 'OUT' DEFAULT 1) RETURN x"),
        # What cannot be reached is read as if it could.
        ("yes", "x = 1 RETURN x y = $0x"),
        ("no", "y = 1 RETURN y z = $0x"),
    ],
)
def test_a_read_knows_whether_the_variable_has_a_value(
    sample: Sample, assigned: str, formula: str
) -> None:
    parsed, offset = sample(formula)
    assert not parsed.errors
    (use,) = (
        use
        for use in analyze(parsed).uses
        if use.name.span.start == offset and use.access.reads
    )
    assert use.assigned == assigned


def test_an_out_parameter_gives_a_value_after_the_call(sample: Sample) -> None:
    parsed, offset = sample(
        "found = GET_ENRT_DTLS('Plan', began, ended, ran) x = $0ended RETURN x"
    )
    symbol = analyze(parsed).symbols["ENDED"]
    assert [(use.access, use.assigned) for use in symbol.uses] == [
        ("out", "no"),
        ("read", "yes"),
    ]
    assert symbol.uses[1].name.span.start == offset


@pytest.mark.parametrize(
    ("formula", "dead"),
    [
        ("x = 1 RETURN x", []),
        ("x = 1 RETURN x y = 2", ["y = 2"]),
        ("x = 1 EXIT y = 2 RETURN y", []),
        ("WHILE 1 = 1 LOOP (EXIT x = 1) RETURN x", ["x = 1"]),
        ("x = 1 IF x = 1 THEN RETURN x ELSE RETURN x y = 2", ["y = 2"]),
        ("x = 1 IF x = 1 THEN RETURN x y = 2 RETURN y", []),
        ("x = 1 IF x = 1 THEN (RETURN x y = 2) RETURN x", ["y = 2"]),
        (
            "x = 1 RETURN x IF x = 1 THEN RETURN x ELSE RETURN x y = 2",
            ["IF x = 1 THEN RETURN x ELSE RETURN x", "RETURN x", "RETURN x", "y = 2"],
        ),
        ("CHANGE_CONTEXTS(PERSON_ID = 1) RETURN x = 1", ["x = 1"]),
        (
            "x = 1 WHILE x < 3 LOOP (x = x + 1 IF x = 2 THEN EXIT ELSE RETURN x y = 1)"
            " RETURN x",
            ["y = 1"],
        ),
    ],
)
def test_what_stands_behind_a_return_or_exit_is_not_reached(
    formula: str, dead: list[str]
) -> None:
    parsed = parse(formula)
    assert not parsed.errors
    found = [
        placed.statement.span.text_in(formula)
        for placed in analyze(parsed).statements
        if not placed.is_reachable
    ]
    assert found == dead


@pytest.mark.parametrize(
    ("formula", "open_end"),
    [
        ("x = 1", True),
        ("x = 1 RETURN x", False),
        ("x = 1 IF x = 1 THEN RETURN x", True),
        ("x = 1 IF x = 1 THEN RETURN x ELSE RETURN x", False),
        ("x = 1 WHILE x = 1 LOOP RETURN x", True),
        ("CHANGE_CONTEXTS(PERSON_ID = 1) RETURN", False),
        ("", True),
    ],
)
def test_a_path_may_reach_the_end(formula: str, open_end: bool) -> None:
    assert analyze(parse(formula)).ends_without_return is open_end


def test_a_long_chain_of_else_ifs_is_followed_to_its_end() -> None:
    chain = " ELSE ".join(f"IF a = {at} THEN x = {at}" for at in range(3_000))
    analysis = analyze(parse(f"INPUTS ARE a {chain} ELSE x = 0 y = x RETURN y"))
    (use,) = (use for use in analysis.symbols["X"].uses if use.access == "read")
    assert use.assigned == "yes"
