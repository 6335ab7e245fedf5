"""How one author writes: letter case, layout, names and habits, drawn once a formula.

Real formulas differ far more in looks than in logic, and one formula is consistent
with itself. A `Style` holds the choices of one imagined author, so that the model
learns to go on in the style it sees rather than in one style of ours.
"""

from dataclasses import dataclass
from random import Random
from typing import Literal, TypeVar

Case = Literal["upper", "lower", "capital"]
NameCase = Literal["lower", "upper", "title", "camel"]
T = TypeVar("T")

# How many authors in a hundred write so.
KEYWORD_CASES: dict[Case, int] = {"upper": 60, "lower": 28, "capital": 12}
DECLARATION_CASES: dict[Case, int] = {"upper": 80, "lower": 10, "capital": 10}
FUNCTION_CASES: dict[Case, int] = {"upper": 58, "lower": 34, "capital": 8}
TYPE_CASES: dict[Case, int] = {"upper": 38, "lower": 50, "capital": 12}
NAME_CASES: dict[NameCase, int] = {"lower": 62, "upper": 18, "title": 14, "camel": 6}

LOG_FUNCTIONS = (
    "ESS_LOG_WRITE",
    "ESS_LOG_WRITE",
    "PAY_INTERNAL_LOG_WRITE",
    "PAY_INTERNAL_LOG_WRITE",
    "HR_TRACE",
)


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of one author; `assign` is the text between a target and its value."""

    keyword_case: Case
    declaration_case: Case
    function_case: Case
    type_case: Case
    indent: str
    bracket: Literal["next line", "same line", "indented"]
    bare_single: float
    """How often a body of one statement goes without brackets."""
    one_line: float
    """How often a short IF stands in one line."""
    else_if: Literal["same line", "own block"]
    condition_brackets: float
    assign: str
    align: bool
    comma: str
    concat: str
    tight_type: bool
    prefix: str
    name_case: NameCase
    log_function: str
    log_variable: str
    log_rate: float
    comment_rate: float
    comment_form: str
    blank_rate: float
    inputs_first: bool
    list_form: Literal["trailing", "leading", "one line"]
    not_equal: str
    closing_comment: bool

    def keyword(self, text: str) -> str:
        """A keyword of a statement or condition, as this author writes it."""
        return _cased(text, self.keyword_case)

    def declaration(self, text: str) -> str:
        """A keyword of DEFAULT, INPUTS or ALIAS."""
        return _cased(text, self.declaration_case)

    def type_word(self, text: str) -> str:
        """A type in brackets: `(date)`."""
        return _cased(text, self.type_case)

    def call(self, name: str, *arguments: str) -> str:
        """A function call."""
        return f"{self.function(name)}({self.comma.join(arguments)})"

    def function(self, name: str) -> str:
        """The name of a function."""
        if self.function_case == "capital":
            return "_".join(word.capitalize() for word in name.split("_"))
        return _cased(name, self.function_case)

    def join(self, *parts: str) -> str:
        """Texts put together by the author's concatenation operator."""
        return self.concat.join(parts)


def _cased(text: str, case: Case) -> str:
    if case == "upper":
        return text.upper()
    if case == "lower":
        return text.lower()
    return " ".join(word.capitalize() for word in text.split(" "))


def draw_style(rng: Random) -> Style:
    """The habits of a new author."""
    keyword_case = weighted(rng, KEYWORD_CASES)
    log_function = rng.choice(LOG_FUNCTIONS)
    name_case = weighted(rng, NAME_CASES)
    prefix = weighted(rng, {"l_": 72, "": 12, "v_": 5, "L_": 5, "lv_": 3, "x_": 3})
    if name_case == "camel":
        prefix = rng.choice(("", "l", "v"))
    return Style(
        keyword_case=keyword_case,
        declaration_case=(
            keyword_case if rng.random() < 0.6 else weighted(rng, DECLARATION_CASES)
        ),
        function_case=weighted(rng, FUNCTION_CASES),
        type_case=weighted(rng, TYPE_CASES),
        indent=weighted(
            rng, {"  ": 34, "    ": 32, "   ": 16, "\t": 12, "      ": 3, "": 3}
        ),
        bracket=weighted(rng, {"next line": 60, "same line": 28, "indented": 12}),
        bare_single=weighted(rng, {0.0: 45, 0.3: 25, 0.8: 30}),
        one_line=weighted(rng, {0.0: 70, 0.25: 18, 0.8: 12}),
        else_if=weighted(rng, {"same line": 72, "own block": 28}),
        condition_brackets=weighted(rng, {0.0: 35, 1.0: 40, 0.5: 25}),
        assign=weighted(rng, {" = ": 86, "=": 10, "  = ": 2, "= ": 2}),
        align=rng.random() < 0.16,
        comma=weighted(rng, {", ": 60, ",": 36, " , ": 4}),
        concat=weighted(rng, {" || ": 45, "||": 45, " + ": 6, "+": 4}),
        tight_type=rng.random() < 0.45,
        prefix=prefix,
        name_case=name_case,
        log_function=log_function,
        log_variable=rng.choice(
            ("l_log", "l_log", "l_data", "dummy", "L_LOG", "l_dummy", "l_debug", "ret")
            + (("l_log_data", "l_out", "log_msg") if rng.random() < 0.4 else ())
        ),
        log_rate=weighted(rng, {0.0: 30, 0.15: 30, 0.4: 28, 0.8: 12}),
        comment_rate=weighted(rng, {0.0: 20, 0.12: 30, 0.35: 35, 0.7: 15}),
        comment_form=weighted(
            rng,
            {
                "/* {} */": 62,
                "/*{}*/": 12,
                "/* -- {} -- */": 5,
                "/*---------- {} ----------*/": 6,
                "/*======== {} ========*/": 5,
                "/* {}. */": 4,
                "# {}": 3,
                "/*\n * {}\n */": 3,
            },
        ),
        blank_rate=weighted(rng, {0.1: 30, 0.4: 40, 0.8: 30}),
        inputs_first=rng.random() < 0.3,
        list_form=weighted(rng, {"trailing": 55, "leading": 25, "one line": 20}),
        not_equal="<>" if rng.random() < 0.85 else "!=",
        closing_comment=rng.random() < 0.25,
    )


def weighted(rng: Random, weights: dict[T, int]) -> T:
    """One of the keys, each as likely as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]
