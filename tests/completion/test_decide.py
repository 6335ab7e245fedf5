"""Where the model is not asked, and how much is asked for."""

import pytest
from fastformula_completion.decide import decide

QUOTE = "inside a text literal or quoted name"

REFUSED = [
    ("a = 'x▮y'", "inside a text literal"),
    ("a = '▮'", "inside a text literal"),
    ("a = 'x▮", QUOTE),
    ("a = '▮\nb = 1", QUOTE),
    ("a = 'x▮z\nb = 1", QUOTE),
    ('a = "x▮', QUOTE),
    ('a = "x ▮\nb = "y"', QUOTE),
    ('a = "x" ▮\nb = "y"', ""),
    ("a = 'x\n▮b = 1", ""),
    ("a = ‘x▮y’", "inside a text literal"),
    ("a = 'it''▮s'", "inside a text literal"),
    ("/* a ▮ b */ a = 1", "inside a comment"),
    ("a = 1 /*▮*/", "inside a comment"),
    ("a = 1 # note▮", "inside a comment"),
    ("a = 1 # note▮\nb = 2", "inside a comment"),
    ("a = 1 -- note▮\nb = 2", "inside a comment"),
    ("a = 1 /* never ▮closed", "inside a comment"),
    ("a = 1 /* b */▮", ""),
    ("a = 1 ▮/* b */", ""),
    ("a = 'x'▮", ""),
    ("a = ▮'x'", ""),
    ("▮", ""),
    ("a = ▮", ""),
    ("# note\n▮", ""),
]
UNASKED = [
    ("to▮tal = 1", "inside a word"),
    ("▮total = 1", "inside a word"),
    ("a = ▮1 + rate", "inside a word"),
    ("a = ▮ + rate * hours", "too much text right of the cursor"),
    ("a = ▮)", ""),
    ("a = ▮ ) )\nb = something much longer", ""),
    ("a = ▮\n", ""),
]


def split(marked: str) -> tuple[str, int]:
    return marked.replace("▮", ""), marked.index("▮")


@pytest.mark.parametrize("manual", [True, False])
@pytest.mark.parametrize(("marked", "refusal"), REFUSED)
def test_where_no_code_can_stand(marked: str, refusal: str, manual: bool) -> None:
    decision = decide(*split(marked), manual=manual)
    if refusal:
        assert decision.refusal == refusal
    else:
        assert not decision.refusal.startswith("inside a c")
        assert manual is False or not decision.refusal


@pytest.mark.parametrize(("marked", "refusal"), UNASKED)
def test_who_asks_by_hand_is_answered(marked: str, refusal: str) -> None:
    assert decide(*split(marked), manual=False).refusal == refusal
    assert decide(*split(marked), manual=True).refusal == ""


@pytest.mark.parametrize(
    ("marked", "several"),
    [
        ("IF a = 1 THEN (▮", True),
        ("IF a = 1 THEN\n(\n  ▮\n)\n", True),
        ("IF a = 1 THEN (b = 1) ELSE (▮)", True),
        ("while a = 1 loop ( ▮", True),
        ("CHANGE_CONTEXTS(A = 1) (\n  ▮\n)", True),
        ("IF a = 1 THEN (▮ b = 1)", False),
        ("a = (▮", False),
        ("a = f(▮)", False),
        ("IF a = 1 THEN ▮", False),
        ("MY_THEN(▮", False),
        ("a = 1\n▮", False),
    ],
)
def test_several_lines_are_wanted_where_a_block_opens(
    marked: str, several: bool
) -> None:
    assert decide(*split(marked), manual=True).several_lines is several
