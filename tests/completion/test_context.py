"""What a model is told of a formula, and the whole prompt for each base model."""

import re
from collections.abc import Callable

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.analysis.environment import FormulaSignature
from fastformula_completion.context import TOO_SIMILAR, make_context
from fastformula_models import Request, fim
from fastformula_models.catalog import base_models
from fastformula_models.formats import FORMATS
from fastformula_models.window import CONTEXT_SHARE

FORMULA = """\
/* Formula Type: Global Absence Accrual */
DEFAULT FOR PER_ASG_FTE_VALUE IS 1
DEFAULT FOR IV_EXTRA IS 0
INPUTS ARE IV_EXTRA (NUMBER), IV_NOTE (TEXT)

l_days = ROUND(PER_ASG_FTE_VALUE * 25, 1)
l_note = SUBSTR(IV_NOTE, 1, 10)
CALL_FORMULA('XX_EXTRA_DAYS', IV_EXTRA > 'EXTRA', l_more < 'DAYS' DEFAULT 0)
IF IV_EXTRA > 0 THEN
(
  l_days = l_days + ▮
)
accrual = l_days
RETURN accrual
"""
OTHERS = (
    "l_days = l_days + LEAST(l_more, 5)\nl_days = l_days + l_carried\nx = 1\n",
    "/* l_note = SUBSTR(IV_NOTE, 1, 20) */\nl_rate = 5\n",
)
EXTRA = FormulaSignature(
    "XX_EXTRA_DAYS",
    "xx_extra_days.ff",
    {"EXTRA": "NUMBER"},
    frozenset(),
    {"DAYS": "NUMBER"},
    frozenset(),
)


class Library:
    def find(self, name: str) -> FormulaSignature | None:
        return EXTRA if name == EXTRA.name else None

    def names(self) -> tuple[str, ...]:
        return (EXTRA.name,)

    def deletes(self, item: str) -> bool:
        return False

    def is_alone(self) -> bool:
        return False


def context(marked: str, others: tuple[str, ...] = ()) -> str:
    analysis = analyze(parse(marked.replace("▮", "")), Environment(library=Library()))
    return make_context(analysis, marked.index("▮"), others)


def test_the_context_of_a_formula(golden: Callable[[str, str], None]) -> None:
    golden("prompts/context.txt", context(FORMULA, OTHERS))


def test_the_context_can_be_read_as_the_language() -> None:
    """Comments and declarations only: a model sees no other language."""
    said = context(FORMULA, OTHERS)
    assert not [error for error in parse(said).errors if error.code != "semicolon"]
    assert not context("▮")


def test_typing_in_a_line_leaves_the_first_lines_alone() -> None:
    typed = FORMULA.replace("▮", "LEAST(l_more▮")
    old, new = context(FORMULA).splitlines(), context(typed).splitlines()
    same = [one for one, other in zip(old, new, strict=False) if one == other]
    assert len(same) >= 7


def test_a_line_that_the_text_almost_has_is_not_shown() -> None:
    near = "l_days = l_days + LEAST(l_more, 5)"
    assert near in context("l_days = 1\nl_days = l_days + ▮\n", (near,))
    text = "l_days = LEAST(l_more, 5)\nl_days = l_days + ▮\n"
    assert near not in context(text, (near,))
    assert TOO_SIMILAR == 0.5


def shown(fmt: fim.FimFormat | None, budget: int = 4_000, context: str = "") -> str:
    prompts: list[str] = []
    before, after = FORMULA.split("▮")
    request = Request(before, after, context=lambda: context, shown=prompts.append)
    fim.cut_window(fmt, request, budget, len, with_context=True)
    return prompts[0]


@pytest.mark.parametrize("base", base_models())
def test_the_prompt_for_each_base_model(
    base: str, golden: Callable[[str, str], None]
) -> None:
    model = base_models()[base]
    name = re.sub(r"\W+", "-", base.rpartition("/")[2]).lower()
    said = context(FORMULA, OTHERS)
    golden(f"prompts/{name}.txt", shown(model.untrained_format, context=said) + "\n")
    trained = FORMATS[model.format]
    if trained != model.untrained_format:
        prompt = shown(trained, context=said) + "\n"
        golden(f"prompts/{name}-trained.txt", prompt)


def test_context_takes_a_quarter_at_most_and_repeats_no_line_of_the_window() -> None:
    said = context(FORMULA, OTHERS)
    whole = shown(FORMATS["qwen2.5-coder"], context=said)
    assert whole.count("DEFAULT FOR IV_EXTRA IS 0") == 1
    assert "Formula XX_EXTRA_DAYS" in whole
    small = shown(FORMATS["qwen2.5-coder"], 400, said)
    assert "/* Formula type" in small
    assert "Formula XX_EXTRA_DAYS" not in small
    room = fim.window("", "", 400, len, said)[0]
    assert 0 < len(room) <= 400 // CONTEXT_SHARE


def test_the_line_that_is_typed_changes_nothing_before_it() -> None:
    for fmt in FORMATS.values():
        before, after = FORMULA.split("▮")
        one = fim.render_text(fmt, before, after)
        other = fim.render_text(fmt, before + "l_mo", after)
        assert other.startswith(one)


def test_line_ends_do_not_change_what_is_near() -> None:
    lines = [f"l_{number} = hours + 1" for number in range(200)]
    lines[100] = "l_100 = ROUND(hours)"
    known = []
    for end in ("\n", "\r\n"):
        text = end.join(lines)
        analysis = analyze(parse(text))
        starts = [len(end.join(lines[:number])) for number in range(200)]
        known.append([make_context(analysis, start) for start in starts])
    assert known[0] == known[1]
    assert any("ROUND" in context for context in known[0])
    assert not all("ROUND" in context for context in known[0])
