"""From a name to its declaration and to all its places."""

import pytest
from fastformula import parse
from fastformula.analysis import analyze
from fastformula.editor.navigation import (
    called_formula_at,
    find_definitions,
    find_occurrences,
)


def read(marked: str) -> tuple[str, int, list[tuple[int, int]]]:
    """A formula, where its cursor `$0` is, and what stands between `«` and `»`."""
    text, offset = "", -1
    starts: list[int] = []
    spans = []
    for piece in marked.replace("$0", "\0"):
        if piece == "\0":
            offset = len(text)
        elif piece == "«":
            starts.append(len(text))
        elif piece == "»":
            spans.append((starts.pop(), len(text)))
        else:
            text += piece
    return text, offset, spans


@pytest.mark.parametrize(
    "marked",
    [
        "/* 😀 */ INPUTS ARE «hours» x = ho$0urs RETURN x",
        "INPUTS ARE «hours» hours = hours + 1 x = HOURS$0 RETURN x",
        "«l_pay» = 1 l_pay = l_pay + 1 RETURN $0l_pay",
        "INPUTS ARE a IF a = 1 THEN «x» = 1 ELSE «x» = 2 x = x + 1 RETURN x$0",
        "ALIAS PER_ASG_GRADE_NAME AS «grade» x = gr$0ade RETURN x",
        "DEFAULT FOR «PER_ASG_GRADE_NAME» IS ' ' x = $0PER_ASG_GRADE_NAME RETURN x",
        "«rates»['A'] = 1 x = ra$0tes['A'] RETURN x",
        '«"my pay"» = 1 RETURN "my$0 pay"',
        "CALL_FORMULA('F', «pay» < 'PAY' DEFAULT 0) RETURN p$0ay",
        # What Oracle declares is declared nowhere here.
        "x = PER_ASG_GRADE$0_NAME RETURN x",
        "x = GET_CONTEXT(PERSON$0_ID, 0) RETURN x",
        "x = ROU$0ND(1) RETURN x",
        "x = 1 $0 RETURN x",
    ],
)
def test_a_name_leads_to_its_declaration(marked: str) -> None:
    text, offset, spans = read(marked)
    assert [tuple(span) for span in find_definitions(analyze(parse(text)), offset)] == (
        spans
    )


@pytest.mark.parametrize(
    ("roles", "marked"),
    [
        (
            "declared declared written read read",
            "/* 😀 */ DEFAULT FOR «hours» IS 0 INPUTS ARE «hours»"
            " «hours» = «hours» + 1 RETURN «HO$0URS»",
        ),
        (
            "declared declared read read",
            "ALIAS «PER_ASG_GRADE_NAME» AS «g$0» x = «g» || «PER_ASG_GRADE_NAME»",
        ),
        (
            "written read read written",
            "«a»[1] = 1 x = «a»[1] + «a$0».COUNT «a».DELETE(1)",
        ),
        (
            "read written",
            "x = GET_CONTEXT(«PERSON_ID», 0) CHANGE_CONTEXTS(«PERS$0ON_ID» = 1) x = 2",
        ),
        ("read read", "x = «ROUND»(1) + «ro$0und»(2) + TRUNC(3)"),
        (
            "written read",
            '«"PERSON_ID"» = GET_CONTEXT(PERSON_ID, 0) RETURN «"PERSON_$0ID"»',
        ),
    ],
)
def test_all_places_of_a_name_are_found(roles: str, marked: str) -> None:
    text, offset, spans = read(marked)
    found = find_occurrences(analyze(parse(text)), offset)
    assert found is not None
    assert [tuple(each.span) for each in found.references] == spans
    assert [each.role for each in found.references] == roles.split()
    assert tuple(found.span) in spans


@pytest.mark.parametrize("marked", ["x = 1$0", "I$0F x = 1 THEN y = 2", "$0"])
def test_there_may_be_no_name(marked: str) -> None:
    text, offset, _ = read(marked)
    assert find_occurrences(analyze(parse(text)), offset) is None


@pytest.mark.parametrize(
    "marked",
    [
        "CALL_FORMULA(«'Night $0premium'», x < 'X' DEFAULT 0)",
        "SET_INPUT('A', 1) EXECUTE(«'NIGHT PREMIUM'$0»)",
    ],
)
def test_the_name_of_a_called_formula_is_known(marked: str) -> None:
    text, offset, spans = read(marked)
    found = called_formula_at(analyze(parse(text)), offset)
    assert found is not None
    assert (tuple(found[0]), found[1]) == (spans[0], "NIGHT PREMIUM")


def test_other_texts_name_no_formula() -> None:
    text, offset, _ = read("SET_INPUT('A$0', 1) EXECUTE('F')")
    assert called_formula_at(analyze(parse(text)), offset) is None
