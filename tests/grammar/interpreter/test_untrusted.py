"""Whatever formula is run, nothing is raised, and the run ends."""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from random import Random

import pytest
from fastformula import Severity, parse
from fastformula.analysis import Analysis, Symbol, analyze
from fastformula.interpreter import (
    Answer,
    ErrorClass,
    Outcome,
    Row,
    Semantics,
    Step,
    Value,
    World,
    run,
)
from fastformula.interpreter.functions import BY_NAME
from fastformula.language import Function, load_functions
from hypothesis import given
from hypothesis import strategies as st

SHORT = Semantics(loop_limit=200)
OTHER = Semantics(
    digits=12,
    text_limit=40,
    loop_limit=200,
    call_depth=1,
    empty_text_is_null=False,
    isnull_of_null="Y",
    unstated_contexts="unset",
    need_context_is_checked=False,
    null_results="error",
    short_circuit=False,
    assigning_clears_defaulted=True,
    locals_are_defaulted=True,
)
"""Every switch the other way."""
VALUES: dict[str | None, Value] = {
    "NUMBER": Decimal(3),
    "TEXT": "Ann",
    "DATE": datetime(2026, 3, 31),
    "NUMBER_NUMBER": {1: Decimal(3), 2: Decimal(4)},
    "TEXT_NUMBER": {1: "a", 2: "b"},
    "DATE_NUMBER": {1: datetime(2026, 1, 1)},
    "NUMBER_TEXT": {"A": Decimal(1)},
    "TEXT_TEXT": {"A": "a"},
    "DATE_TEXT": {"A": datetime(2026, 1, 1)},
}
# Names by their types; the last ones may have no value.
NAMES = {
    "NUMBER": "n m IV_N GLB_RATE late".split(),
    "TEXT": "t IV_T PER_ASG_GRADE_NAME later".split(),
    "DATE": "d IV_D".split(),
    "TEXT_NUMBER": ["tn"],
    "NUMBER_TEXT": ["nt"],
}
BEGINNING = """\
DEFAULT FOR PER_ASG_GRADE_NAME IS 'none'
DEFAULT FOR GLB_RATE IS 0
INPUTS ARE IV_N, IV_T (TEXT), IV_D (DATE)
n = 3 m = -0.5 t = 'Ann' d = '2026/01/31 08:00:00' (DATE)
tn[1] = 'a' nt['A'] = 1
"""
LITERALS = {
    "NUMBER": "0 1 2.5 31 -1 99999999999999999999999999999999999999999999".split(),
    "TEXT": "'x' '' 'A%' '%_b' '12' 'MONDAY' 'FM999.00' 'DD-MON-YYYY' 'K'".split(),
    "DATE": [
        "'2026/02/28' (DATE)",
        "'9999/12/31 23:59:59' (DATE)",
        "'0001/01/01' (DATE)",
    ],
    "TEXT_NUMBER": ["EMPTY_TEXT_NUMBER"],
    "NUMBER_TEXT": ["EMPTY_NUMBER_TEXT"],
}
SCALARS = ("NUMBER", "TEXT", "DATE")
NOT_FUNCTIONS = {"CALL_FORMULA", "CHANGE_CONTEXTS", "NEED_CONTEXT", "GET_CONTEXT"}


FUNCTIONS = {
    kind: [
        each
        for overloads in load_functions().values()
        for each in overloads
        if each.returns == kind and each.name not in NOT_FUNCTIONS
    ]
    for kind in SCALARS
}


class Author:
    """Writes formulas whose types mostly fit; a Random decides about everything."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def one_of(self, *choices: Callable[[], str]) -> str:
        return self.random.choice(choices)()

    def any(self) -> str:
        return self.expression(self.random.choice(list(NAMES)))

    def expression(self, kind: str, depth: int = 2) -> str:
        pick = self.random.choice
        if not depth or kind not in SCALARS or self.random.random() < 0.3:
            return pick(NAMES[kind] + LITERALS[kind])

        def number() -> str:
            return self.expression("NUMBER", depth - 1)

        def text() -> str:
            return self.expression("TEXT", depth - 1)

        def same() -> str:
            return self.expression(kind, depth - 1)

        shapes: list[Callable[[], str]] = [
            lambda: self.call(pick(FUNCTIONS[kind]), depth - 1),
            lambda: self.call(pick(FUNCTIONS[kind]), depth - 1),
            lambda: f"{pick(['WSA_GET', 'GET_OUTPUT'])}('K', {same()})",
        ]
        if kind == "NUMBER":
            shapes += [
                lambda: f"{number()} {pick('+-*/')} {number()}",
                lambda: f"-({number()})",
                lambda: f"nt[{text()}] + tn.COUNT + tn.NEXT({number()}, 0)",
                lambda: f"GET_CONTEXT(PERSON_ID, {number()})",
            ]
        elif kind == "TEXT":
            shapes += [
                lambda: f"{text()} || ({text()})",
                lambda: f"tn[{number()}] + nt.FIRST({text()})",
            ]
        return self.one_of(*shapes)

    def call(self, function: Function, depth: int) -> str:
        arguments = [
            self.expression(each.type if each.type in SCALARS else "NUMBER", depth)
            for each in function.parameters
            if not each.optional or self.random.random() < 0.7
        ]
        return f"{function.name}({', '.join(arguments)})"

    def condition(self) -> str:
        pick = self.random.choice
        kind = pick(SCALARS)
        operator = pick("= <> < <= > >=".split())
        return self.one_of(
            lambda: f"{self.expression(kind)} {operator} {self.expression(kind)}",
            lambda: f"NOT {self.expression('TEXT')} LIKE {self.expression('TEXT')}",
            lambda: f"{pick(['IV_N', 'PER_ASG_GRADE_NAME', 't'])} WAS DEFAULTED",
            lambda: f"tn.EXISTS({self.expression('NUMBER')})",
            lambda: f"WSA_EXISTS({self.expression('TEXT')})",
            lambda: f"IS_EXECUTABLE({self.expression('TEXT')})",
        )

    def body(self, depth: int) -> str:
        return f"( {self.statements(depth - 1)} )"

    def statements(self, depth: int) -> str:
        count = self.random.randint(1, 4)
        return "\n".join(self.statement(depth) for _ in range(count))

    def statement(self, depth: int) -> str:
        pick = self.random.choice
        number, text = (
            (lambda: self.expression("NUMBER")),
            (lambda: self.expression("TEXT")),
        )
        kind = pick(list(NAMES))
        shapes: list[Callable[[], str]] = [
            lambda: f"{NAMES[kind][0]} = {self.expression(kind)}",
            lambda: f"{NAMES[kind][0]} = {self.expression(kind)}",
            # Types that Oracle's compiler finds, and such that it does not.
            lambda: f"{pick('n late later q'.split())} = {self.any()}",
            lambda: f"tn[{number()}] = {text()}",
            lambda: f"nt[{text()}] = {number()}",
            lambda: f"WSA_SET('K', {self.any()})",
            lambda: f"SET_INPUT('IV_N', {self.any()})",
            lambda: f"EXECUTE({pick([text(), repr('F')])})",
            lambda: f"CALL_FORMULA('F', {self.any()} > 'IV_T', t < 'T')",
            lambda: pick("RETURN_n,t,tn tn.DELETE WSA_DELETE".split()).replace(
                "_n", " n"
            ),
        ]
        if depth:
            shapes += [
                lambda: (
                    f"IF {self.condition()} THEN {self.body(depth)} "
                    f"ELSE {self.body(depth)}"
                ),
                lambda: f"WHILE {self.condition()} LOOP {self.body(depth)}",
                lambda: (
                    f"WHILE 1 = 1 LOOP ( {self.statements(0)} "
                    f"IF {self.condition()} THEN EXIT )"
                ),
                lambda: f"CHANGE_CONTEXTS(PERSON_ID = {number()}) {self.body(depth)}",
            ] * 2
        return self.one_of(*shapes)


def write(random: Random) -> str:
    return BEGINNING + Author(random).statements(2)


def world_of(analysis: Analysis) -> World:
    """A value for everything that the formula asks for."""
    inputs = {each.key: _value(each) for each in analysis.inputs}
    items = {each.key: (Row(_value(each)),) for each in analysis.items}
    functions = {
        site.key: (Answer(VALUES.get(analysis.type_of(site.call), Decimal(1))),)
        for site in analysis.calls
        if site.key not in BY_NAME
    }
    return World(inputs=inputs, items=items, functions=functions)


def _value(symbol: Symbol) -> Value:
    return VALUES.get(symbol.type, Decimal(1))


def is_well_formed(outcome: Outcome, text: str) -> bool:
    error = outcome.error
    return error is None or (
        isinstance(error.kind, ErrorClass)
        and 1 <= error.line <= text.count("\n") + 1
        and bool(error.message)
    )


CALLED = analyze(parse(BEGINNING + "t = t || IV_T n = n / IV_N RETURN t, n"))


@given(st.randoms(use_true_random=False).map(write))
def test_any_formula_that_parses_runs_or_says_why_not(text: str) -> None:
    analysis = analyze(parse(text))
    world = World(
        inputs={"IV_N": Decimal(2), "IV_D": datetime(2024, 2, 29, 12)},
        items={"PER_ASG_GRADE_NAME": (Row("A"),)},
        contexts={"PERSON_ID": Decimal(1)},
        functions={"GET_VALUE_SET": (Answer("v"),), "GET_RATE": (Answer(Decimal(2)),)},
        find_formula={"F": CALLED}.get,
    )
    assert is_well_formed(run(analysis, world, SHORT), text)
    assert is_well_formed(run(analysis, world, OTHER, watch=lambda step: None), text)


@pytest.mark.parametrize(
    "text",
    {
        "brackets": "x = " + "(" * 500 + "1" + ")" * 500,
        "signs": "x = " + "- " * 500 + "1",
        "calls": "x = " + "ABS(" * 500 + "1" + ")" * 500,
        "blocks": "IF 1 = 1 THEN ( " * 500 + "x = 1" + " )" * 500,
        "NOT": "IF " + "NOT " * 500 + "1 = 1 THEN x = 1",
    }.values(),
    ids=lambda text: text[:12],
)
def test_what_is_nested_out_of_all_measure_is_refused_or_runs(text: str) -> None:
    assert is_well_formed(run(analyze(parse(text)), World(), SHORT), text)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + " + ".join(["1"] * 5_000) + " RETURN x",
        "y = 3000 "
        + "IF y = 0 THEN x = 0 "
        + "".join(f"ELSE IF y = {n} THEN x = {n} " for n in range(1, 1_001))
        + "ELSE x = 5000 RETURN x",
    ],
    ids=["a sum", "a chain of branches"],
)
def test_what_is_only_long_runs(text: str) -> None:
    outcome = run(analyze(parse(text)))
    assert outcome.error is None
    assert outcome.returns["X"] == 5_000


def test_every_switch_is_tried_the_other_way() -> None:
    assert all(
        getattr(SHORT, each.name) != getattr(OTHER, each.name)
        for each in fields(Semantics)
        if each.name != "loop_limit"
    )


def nothing_of(analysis: Analysis) -> World:
    """NULL for everything that the formula asks for."""
    return World(
        inputs={each.key: None for each in analysis.inputs},
        items={each.key: (Row(None),) for each in analysis.items},
        contexts=dict.fromkeys(analysis.contexts),
        functions={site.key: (Answer(None),) for site in analysis.calls},
    )


def check_in_all_worlds(analysis: Analysis) -> Outcome:
    """Run a formula with values, with NULLs and with nothing; the first outcome."""
    text = analysis.parsed.text
    steps: list[Step] = []
    outcome = run(analysis, world_of(analysis), SHORT, steps.append)
    for each in (
        outcome,
        run(analysis, nothing_of(analysis), SHORT),
        run(analysis, World(), SHORT),
        run(analysis, world_of(analysis), OTHER),
    ):
        assert is_well_formed(each, text)
    assert all(1 <= step.line <= text.count("\n") + 1 for step in steps)
    return outcome


def test_our_own_formulas_run_in_all_worlds(own_formulas: dict[str, str]) -> None:
    for text in own_formulas.values():
        check_in_all_worlds(analyze(parse(text)))


def test_our_own_formulas_run_to_their_end(own_formulas: dict[str, str]) -> None:
    unfinished = {}
    for name, text in own_formulas.items():
        analysis = analyze(parse(text))
        outcome = run(analysis, world_of(analysis))
        if outcome.error is not None and outcome.error.kind in (
            ErrorClass.NOT_COMPILED,
            ErrorClass.NOT_GIVEN,
        ):
            unfinished[name] = outcome.error
    assert not unfinished


def test_published_formulas_run_or_say_why_not(
    corpus: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    kinds: dict[str, int] = {}
    for text in corpus.values():
        parsed = parse(text)
        if any(each.severity is Severity.ERROR for each in parsed.errors):
            continue
        outcome = check_in_all_worlds(analyze(parsed))
        kind = "none" if outcome.error is None else str(outcome.error.kind)
        kinds[kind] = kinds.get(kind, 0) + 1
    with capsys.disabled():
        print("\nerrors of published formulas:", dict(sorted(kinds.items())))
