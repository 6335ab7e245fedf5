"""Another name for a variable."""

from collections.abc import Callable

import pytest
from fastformula import Parsed, apply_edits
from fastformula.analysis import analyze
from fastformula.editor.rename import Refusal, Renamable, prepare_rename, rename

Sample = Callable[[str], tuple[Parsed, int]]


@pytest.mark.parametrize(
    ("formula", "new", "expected"),
    [
        (
            "/* 😀 l_pay */ l_pay = 1 x = L_PAY || 'l_pay' RETURN l_p$0ay",
            "l_total",
            "/* 😀 l_pay */ l_total = 1 x = l_total || 'l_pay' RETURN l_total",
        ),
        (
            "DEFAULT FOR h IS 0 INPUTS ARE $0h x = h + 1 RETURN x",
            "hours",
            "DEFAULT FOR hours IS 0 INPUTS ARE hours x = hours + 1 RETURN x",
        ),
        (
            "ALIAS PER_ASG_GRADE_NAME AS g x = g || PER_ASG_GRADE_NAME y = $0g",
            "grade",
            "ALIAS PER_ASG_GRADE_NAME AS grade x = grade || PER_ASG_GRADE_NAME"
            " y = grade",
        ),
        ('"my p$0ay" = 1 RETURN "MY PAY"', "net pay", '"net pay" = 1 RETURN "net pay"'),
        ("a[1] = 1 x = $0a[1] + a.COUNT", "b", "b[1] = 1 x = b[1] + b.COUNT"),
        ("l_pay = 1 RETURN $0l_pay", "L_PAY", "L_PAY = 1 RETURN L_PAY"),
    ],
)
def test_every_place_gets_the_new_name(
    sample: Sample, formula: str, new: str, expected: str
) -> None:
    parsed, offset = sample(formula)
    edits = rename(analyze(parsed), offset, new)
    assert not isinstance(edits, Refusal)
    assert apply_edits(parsed.text, edits) == expected


@pytest.mark.parametrize(
    ("formula", "new", "word"),
    [
        ("$0l_pay = 1", "1st", "no name"),
        ("$0l_pay = 1", "my pay", "no name"),
        ("$0l_pay = 1", "_pay", "no name"),
        ("$0l_pay = 1", "then", "reserved"),
        ("$0l_pay = 1 x = 2", "X", "already"),
        ("ALIAS PER_ASG_GRADE_NAME AS g $0x = g", "g", "already"),
        ("$0l_pay = 1", "PER_ASG_GRADE_NAME", "database item"),
        ("$0l_pay = 1", "PERSON_ID", "context"),
        ("$0l_pay = 1", "ROUND", "function"),
        ("$0l_pay = 1", "x" * 256, "255"),
        ('"$0my pay" = 1', 'a"b', "quote"),
        ("x = PER_ASG$0_GRADE_NAME", "g", "ALIAS"),
        ("x = GET_CONTEXT(PERSON_I$0D, 0)", "p", "context"),
        ("x = 1 +$0 2", "y", "no name here"),
    ],
)
def test_what_would_change_the_meaning_is_refused(
    sample: Sample, formula: str, new: str, word: str
) -> None:
    parsed, offset = sample(formula)
    refusal = rename(analyze(parsed), offset, new)
    assert isinstance(refusal, Refusal)
    assert word in refusal.message


def test_the_name_to_change_is_shown_without_its_quotes(sample: Sample) -> None:
    parsed, offset = sample('"my p$0ay" = 1')
    prepared = prepare_rename(analyze(parsed), offset)
    assert prepared == Renamable((1, 7), "my pay")  # type: ignore[arg-type]
