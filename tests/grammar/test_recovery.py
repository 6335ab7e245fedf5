"""One mistake, one error, where it was made and in an author's words.

The measure plants single-token mistakes in formulas: `FASTFORMULA_SOAK=1` plants
thousands in the corpus, the plain run some hundred.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from fastformula import Diagnostic, LineIndex, Severity, Span, parse
from fastformula.syntax import KEYWORDS, Token, tokenize
from fastformula.syntax.messages import SIGNS
from pytest import CaptureFixture

SOAK = os.environ.get("FASTFORMULA_SOAK") == "1"


def errors(text: str) -> list[Diagnostic]:
    return [each for each in parse(text).errors if each.severity is Severity.ERROR]


def lines_of(text: str, found: list[Diagnostic]) -> list[int]:
    index = LineIndex(text)
    return [index.position(error.span.start).line for error in found]


HALF_TYPED = [
    ("IF l_x >", "A value and `THEN` are missing after `>`."),
    ("IF l_x > THEN", "A value is missing before `THEN`."),
    ("IF l_x 3 THEN", "`=` is missing before `3`."),
    ("IF l_x = 3", "`THEN` is missing after `3`."),
    ("IF THEN l_x = 1", "A condition such as `x = 'Y'` is missing before `THEN`."),
    ("IF (l_x = 1 THEN", "`)` is missing before `THEN`. It closes the `(` of line 2."),
    ("l_x =", "A value is missing after `=`."),
    ("l_x = l_y +", "A value is missing after `+`."),
    ("l_x = GREATEST(l_rate,", "A value and `)` are missing after `,`."),
    ("l_x = GREATEST(l_rate", "`)` is missing after `l_rate`. It closes the `(` of "
     "line 2."),
    ("l_x = GREATEST(", "A value and `)` are missing after `(`."),
    ("l_x = (l_y + 1", "`)` is missing after `1`. It closes the `(` of line 2."),
    ("l_x = l_y[", "A value and `]` are missing after `[`."),
    ("l_x = l_y[1", "`]` is missing after `1`."),
    ("l_x = l_y.", "`.` does not fit here. Expected: the next statement, an operator, "
     "`.` or `[`."),
    ("= 1", "A name is missing before `=`. A value is assigned to a variable: "
     "`name = value`."),
    ("l_x = 1 2", "`||` is missing before `2`."),
    ("WHILE l_x < 3", "`LOOP` is missing after `3`."),
    ("WHILE l_x <", "A value and `LOOP` are missing after `<`."),
    ("l_x = 'abc", "This text has no closing quote. A quote inside a text is written "
     "twice: 'O''Donnell'."),
    ("CHANGE_CONTEXTS(PAYROLL_ID = ) l_x = 1", "A value is missing before `)`."),
    ("THEN l_x = 1", "There is no IF before this THEN that it could belong to."),
    (")", "This `)` closes nothing."),
    ("IF a = 1 THEN (b = 1))", "This `)` closes nothing."),
    ("IF a = 1 THEN b = 1 c = 2 ELSE d = 3", "This ELSE belongs to no IF. Without "
     "parentheses a branch is a single statement, so the IF above has already ended. "
     "Write THEN ( … ) ELSE ( … ) around several statements."),
    ("IF a = THEN b = 1", "A value is missing before `THEN`."),
    ("IF = 1 THEN b = 1", "A value is missing before `=`."),
    ("IF a = 1 THNE b = 1", "`THNE` stands where `THEN` is expected. Did you mean "
     "THEN?"),
    ("WHILE a = 1 LOPO (b = 1)", "`LOPO` stands where `LOOP` is expected. Did you "
     "mean LOOP?"),
    ("x = F(1,, 2)", "A value is missing before `,`."),
    ("x = F(1 2)", "`,` is missing before `2`."),
    ("x y = 1", "`y` does not fit here. Expected: `(`, `.`, `=` or `[`."),
    ("x = a * / b", "A value is missing before `/`."),
    ("else = 1", "`ELSE` is a reserved word and cannot name anything. Choose another "
     "name."),
]  # fmt: skip

BELOW = "\nq1 = 1\nIF q1 = 2 THEN\n(\n  q2 = 3\n)\nRETURN q1\n"


@pytest.mark.parametrize(("typed", "message"), HALF_TYPED)
def test_what_is_half_typed_is_one_error(typed: str, message: str) -> None:
    text = f"p1 = 1\n{typed}{BELOW}"
    found = errors(text)
    assert [error.message for error in found] == [message]
    assert lines_of(text, found) == [1]


@pytest.mark.parametrize("typed", [typed for typed, _ in HALF_TYPED])
@pytest.mark.parametrize("line_end", ["", "\n", "\n\n"])
def test_what_is_half_typed_at_the_end_is_one_error(typed: str, line_end: str) -> None:
    text = f"p1 = 1\n{typed}{line_end}"
    found = errors(text)
    assert len(found) == 1
    assert lines_of(text, found) == [1]


@pytest.mark.parametrize(
    "typed", ["IF", "IF l_x", "IF l_x = 1 AND", "l_x", "l_x = a AND"]
)
def test_what_the_next_line_might_go_on_with_is_one_error(typed: str) -> None:
    text = f"p1 = 1\n{typed}{BELOW}"
    found = errors(text)
    assert len(found) == 1
    assert lines_of(text, found)[0] in (1, 2)


BLOCKS = [
    # Formula, line of the error, beginning of its message.
    ("IF a = 1 THEN\n\n  b = 1\n  c = 2\n)\nELSE\n(\n  d = 1\n)\ne = 1\n", 0,
     "`(` is missing after `THEN`."),
    ("IF a = 1 THEN\n(\n  WHILE b = 1 LOOP\n    b = 1\n    c = 1\n  )\n)\n", 2,
     "`(` is missing after `LOOP`."),
    ("IF a = 1 THEN\n(\n  b = 1\n  c = 2\n\nELSE\n(\n  d = 1\n)\n", 3,
     "`)` is missing"),
    ("IF a = 1 THEN (\n  b = F(1\n  c = 2\n)\ne = 1\n", 1, "`)` is missing after `1`."),
    ("IF a = 1 THEN (\n  b = F(1))\n  c = 2\n)\ne = 1\n", 1, "`)` does not fit here"),
    ("a = 1\nIF a = 1 THEN (\n  b = 1\n\nc = 2\nd = 3\n", 2,
     "`)` is missing after `1`."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message"), BLOCKS)
def test_the_layout_tells_where_a_bracket_was_lost(
    text: str, line: int, message: str
) -> None:
    found = errors(text)
    assert len(found) == 1
    assert found[0].message.startswith(message)
    assert lines_of(text, found) == [line]


WORDS = [
    *SIGNS.values(),
    *sorted(KEYWORDS - {"USING"}),
    *("xyz", "1", "'x'", "l_value", "COUNT", "DATE"),
]

Mutate = Callable[[str, list[Token], int, random.Random], str]


def _drop(text: str, tokens: list[Token], at: int, dice: random.Random) -> str:
    token = tokens[at]
    return text[: token.start] + text[token.end :]


def _double(text: str, tokens: list[Token], at: int, dice: random.Random) -> str:
    token = tokens[at]
    return f"{text[: token.end]} {text[token.start :]}"


def _swap(text: str, tokens: list[Token], at: int, dice: random.Random) -> str:
    one, two = tokens[at], tokens[at + 1]
    return "".join(
        (
            text[: one.start],
            two.text_in(text),
            text[one.end : two.start] or " ",
            one.text_in(text),
            text[two.end :],
        )
    )


def _insert(text: str, tokens: list[Token], at: int, dice: random.Random) -> str:
    start = tokens[at].start
    return f"{text[:start]} {dice.choice(WORDS)} {text[start:]}"


def _replace(text: str, tokens: list[Token], at: int, dice: random.Random) -> str:
    token = tokens[at]
    return f"{text[: token.start]} {dice.choice(WORDS)} {text[token.end :]}"


def _glue(text: str, tokens: list[Token], at: int, dice: random.Random) -> str:
    """Drop a token and what stands around it, so that its neighbours touch."""
    following = tokens[at + 1]
    return text[: tokens[at].lead] + text[following.start :]


MUTATIONS: dict[str, Mutate] = {
    "drop": _drop,
    "double": _double,
    "swap": _swap,
    "insert": _insert,
    "replace": _replace,
}
OTHERS: dict[str, Mutate] = {**MUTATIONS, "glue": _glue}


def _any(token: Token) -> bool:
    return True


def _sign(token: Token) -> bool:
    return token.kind in SIGNS


def _keyword(token: Token) -> bool:
    return token.kind in KEYWORDS


@dataclass
class Figures:
    """How often a mistake gave how many errors, and how often near where it is."""

    counts: Counter[int] = field(default_factory=Counter)
    near: int = 0

    def add(self, text: str, found: list[Diagnostic], line: int) -> None:
        self.counts[len(found)] += 1
        self.near += any(0 <= at - line <= 1 for at in lines_of(text, found))

    @property
    def total(self) -> int:
        return self.counts.total()

    def share(self, most: int) -> float:
        return sum(self.counts[n] for n in range(1, most + 1)) / self.total

    def __str__(self) -> str:
        return (
            f"{self.total:5} mistakes: one error {self.share(1):6.1%}, at most two "
            f"{self.share(2):6.1%}, there or in the next line "
            f"{self.near / self.total:6.1%}"
        )


@dataclass(frozen=True)
class Mutant:
    text: str
    line: int


def mutants(
    formulas: list[str],
    kinds: dict[str, Mutate],
    wanted: Callable[[Token], bool],
    dice: random.Random,
) -> Iterator[Mutant]:
    """Formulas made invalid by one change of one token, without end."""
    while True:
        text = dice.choice(formulas)
        tokens = tokenize(text)[:-1]
        places = [at for at, token in enumerate(tokens[:-1]) if wanted(token)]
        if not places:
            continue
        at = dice.choice(places)
        kind = dice.choice(sorted(kinds))
        mutant = kinds[kind](text, tokens, at, dice)
        if errors(mutant):
            changed = min(tokens[at].start, _first_difference(text, mutant))
            yield Mutant(mutant, LineIndex(text).position(changed).line)


def _first_difference(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), len(other))


def measure(
    formulas: list[str],
    kinds: dict[str, Mutate],
    wanted: Callable[[Token], bool],
    count: int,
    seed: int = 1,
) -> Figures:
    figures = Figures()
    source = mutants(formulas, kinds, wanted, random.Random(seed))
    for mutant, _ in zip(source, range(count), strict=False):
        figures.add(mutant.text, errors(mutant.text), mutant.line)
    return figures


def test_one_mistake_in_a_published_formula_is_one_error_where_it_is(
    corpus: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    # Long formulas are for the soak: here each mistake is to cost little time.
    formulas = [text for text in corpus.values() if SOAK or len(text) < 12_000]
    figures = measure(formulas, MUTATIONS, _any, 2000 if SOAK else 250)
    with capsys.disabled():
        print(f"\n{figures}")
    assert figures.share(1) >= 0.90
    assert figures.share(2) >= 0.97
    assert figures.near >= 0.90 * figures.total


CLASSES: list[tuple[str, dict[str, Mutate], Callable[[Token], bool]]] = [
    *((name, {name: mutate}, _any) for name, mutate in OTHERS.items()),
    ("drop a sign", {"drop": _drop}, _sign),
    ("drop a keyword", {"drop": _drop}, _keyword),
    ("glue over a sign", {"glue": _glue}, _sign),
    ("change a sign", MUTATIONS, _sign),
    ("change a keyword", MUTATIONS, _keyword),
]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("name", "kinds", "wanted"), CLASSES, ids=[name for name, _, _ in CLASSES]
)
def test_each_class_of_mistakes(
    name: str,
    kinds: dict[str, Mutate],
    wanted: Callable[[Token], bool],
    request: pytest.FixtureRequest,
    own_formulas: dict[str, str],
    capsys: CaptureFixture[str],
) -> None:
    formulas = list(own_formulas.values())
    if SOAK:
        formulas = list(request.getfixturevalue("corpus").values())
    figures = measure(formulas, kinds, wanted, 1000 if SOAK else 60, seed=2)
    with capsys.disabled():
        print(f"\n{name:16} {figures}")
    assert figures.share(1) >= 0.85
    assert figures.share(2) >= 0.95
    assert figures.near >= 0.85 * figures.total


def test_two_mistakes_in_different_statements_are_both_reported(
    corpus: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    formulas = [
        text
        for text in corpus.values()
        if text.count("\n") > 20 and (SOAK or len(text) < 12_000)
    ]
    dice = random.Random(3)
    total, both, count = 0, 0, 1000 if SOAK else 120
    while total < count:
        text = dice.choice(formulas)
        tree = parse(text).tree.statements
        if len(tree) < 5:
            continue
        first, second = sorted(dice.sample(range(len(tree)), 2))
        middle = tree[second].span.start
        halves = (text[:middle], text[middle:])
        spans = (tree[first].span, tree[second].span)
        mutated, lines = _mutate_both(halves, spans, dice)
        if mutated is None:
            continue
        total += 1
        found = lines_of(mutated, errors(mutated))
        both += all(any(abs(at - line) <= 1 for at in found) for line in lines) and (
            len(found) >= 2
        )
    with capsys.disabled():
        print(f"\n{total:5} pairs of mistakes: both reported {both / total:6.1%}")
    assert both >= 0.95 * total


def _mutate_both(
    halves: tuple[str, str], spans: tuple[Span, Span], dice: random.Random
) -> tuple[str | None, list[int]]:
    """One mistake in the statement of each half, each an error when made alone."""
    whole = "".join(halves)
    made = []
    lines = []
    for half, span, shift in zip(halves, spans, (0, len(halves[0])), strict=True):
        tokens = tokenize(half)[:-1]
        inside = [
            at
            for at, token in enumerate(tokens[:-1])
            if span.start <= token.start + shift and token.end + shift < span.end
        ]
        if not inside:
            return None, []
        at = dice.choice(inside)
        mutant = MUTATIONS[dice.choice(sorted(MUTATIONS))](half, tokens, at, dice)
        alone = mutant + halves[1] if shift == 0 else halves[0] + mutant
        if not errors(alone) or alone == whole:
            return None, []
        before = "".join(made)
        made.append(mutant)
        lines.append(
            LineIndex(before + mutant).position(len(before) + tokens[at].start).line
        )
    return "".join(made), lines
