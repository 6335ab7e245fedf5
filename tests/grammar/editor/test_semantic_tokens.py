"""What each word is, for colours."""

from fastformula import parse
from fastformula.analysis import analyze
from fastformula.editor.semantic_tokens import find_semantic_tokens


def colours(text: str) -> list[str]:
    return [
        " ".join([token.span.text_in(text), token.type, *sorted(token.modifiers)])
        for token in find_semantic_tokens(analyze(parse(text)))
    ]


def test_names_are_told_apart() -> None:
    text = (
        "/* 😀 */ ALIAS PER_ASG_GRADE_NAME AS grade DEFAULT FOR grade IS ' '\n"
        "INPUTS ARE hours\n"
        "l_pay = ROUND(hours, 2) + XX_BONUS_ASG_RUN\n"
        "CHANGE_CONTEXTS(PERSON_ID = GET_CONTEXT(PERSOM_ID, 0)) x = NO_SUCH(grade)\n"
        "RETURN l_pay"
    )
    assert colours(text) == [
        "PER_ASG_GRADE_NAME property databaseItem declaration defaulted readonly",
        "grade property databaseItem declaration defaulted readonly",
        "grade property databaseItem declaration defaulted readonly",
        "hours parameter declaration",
        "l_pay variable modification",
        "ROUND function",
        "hours parameter",
        "XX_BONUS_ASG_RUN property databaseItem readonly unknown",
        "PERSON_ID enumMember modification",
        "GET_CONTEXT function",
        "PERSOM_ID enumMember unknown",
        "x variable modification",
        "NO_SUCH function unknown",
        "grade property databaseItem defaulted readonly",
        "l_pay variable",
    ]


def test_tokens_are_in_order_and_apart(own_formulas: dict[str, str]) -> None:
    for text in own_formulas.values():
        end = 0
        for token in find_semantic_tokens(analyze(parse(text))):
            assert end <= token.span.start < token.span.end
            end = token.span.end
