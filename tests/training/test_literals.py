"""What is personal or secret, and what only looks like it."""

import pytest
from fastformula.syntax import parse, tokenize
from fastformula_training.data.literals import mask, mask_words
from fastformula_training.data.synthesis import synthesize
from fastformula_training.documents import Document

# Each number is made up to fit its form: no one has it, or it stands in a standard.
FOUND = [
    ("e-mail", "ann.lee+pay@mail.vision.co.uk", "name1@example.com"),
    ("address", "https://pod.vision.com:443/hcm?id=7", "https://example.com/1"),
    ("address", "jdbc:oracle", None),
    ("host", "10.20.30.40", "host1.example.com"),
    ("host", "pod1.fa.vision.com", "host1.example.com"),
    ("secret", "password: hunter2!x", "password: SECRET1"),
    ("secret", "Bearer a1b2c3d4e5f6", "Bearer SECRET1"),
    ("secret", "AKIA" + "Q7" * 8, "SECRET1"),
    ("secret", "9f86d081884c7d659a2feaa0c55ad015", "SECRET1"),
    ("secret", "550e8400-e29b-41d4-a716-446655440000", "SECRET1"),
    ("secret", "kX9vQ2mZ7pL4tR8wB3nY6c", "SECRET1"),
    ("bank account", "GB82 WEST 1234 5698 7654 32", "XX00 XXXX 0000 0000 0000 01"),
    ("bank account", "DE89370400440532013000", "XX00000000000000000001"),
    ("bank account", "account no: 12345678", "account no: 00000001"),
    ("bank account", "sort code 20-00-00", "sort code 00-00-01"),
    ("bank account", "4111 1111 1111 1111", "0000 0000 0000 0001"),
    ("national identifier", "123-45-6789", "000-00-0001"),
    ("national identifier", "AB 12 34 56 C", "XX 00 00 01 X"),
    ("national identifier", "ABCDE1234F", "XXXXX0001X"),
    ("national identifier", "RSSMRA85T10A562S", "XXXXXX00X00X001X"),
    ("national identifier", "123.456.789-09", "000.000.000-01"),
    ("national identifier", "784-1990-1234567-1", "000-0000-0000000-1"),
    ("national identifier", "12345678Z", "00000001X"),
    ("national identifier", "850101-1234", "000000-0001"),
    ("telephone", "+44 20 7946 0958", "+00 00 0000 0001"),
    ("telephone", "(020) 7946 0958", "(000) 0000 0001"),
    ("telephone", "555-123-4567", "000-000-0001"),
    ("telephone", "Phone: 7946 0958", "Phone: 0000 0001"),
    ("long number", "300100083634356", "000000000000001"),
]


@pytest.mark.parametrize(("rule", "said", "neutral"), FOUND)
@pytest.mark.parametrize("where", ["x = '{}'\nRETURN x", "/* see {} */\nRETURN"])
def test_what_is_personal_is_replaced_in_its_form(
    rule: str, said: str, neutral: str | None, where: str
) -> None:
    masked = mask(where.format(said))
    assert masked.text == where.format(neutral or said)
    assert masked.counts == ({rule: 1} if neutral else {})


@pytest.mark.parametrize(
    "said",
    [
        "0001/01/01 00:00:00",
        "4712/12/31",
        "01-JAN-2000",
        "31.12.2024",
        "2024-01-31T10:30",
        "20240131103000",
        "YYYY/MM/DD HH24:MI:SS",
        "999999999999",
        "1000000000",
        "12.5",
        "ORA_HRX_UK_STAT_SICK_PAY",
        "PER_ASG_FTE_VALUE",
        "REGULAR_SALARY_RESULTS_2",
        "Regular",
        "Version 1.2.3",
        "40 hours, 7.5 a day",
        "AB12",
        "token",
        "password is missing",
        "Created by the template",
        "IBAN",
        "A,B;C|D",
    ],
)
@pytest.mark.parametrize("where", ["x = '{}'\nRETURN x", "/* see {} */\nRETURN"])
def test_what_is_not_personal_stays(said: str, where: str) -> None:
    text = where.format(said)
    assert mask(text).text == text


@pytest.mark.parametrize(
    ("comment", "masked"),
    [
        ("Author: Ann Lee", "Author: Person 1"),
        ("AUTHOR       : Chinara", "AUTHOR       : Person 1"),
        ("Created By - Ann M. O'Neil", "Created By - Person 1"),
        ("Written by Ann Lee on 01-JAN-2020", "Written by Person 1 on 01-JAN-2020"),
        (
            "1.0  01-Jan-2020  Ann Lee   First draft",
            "1.0  01-Jan-2020  Person 1   First draft",
        ),
        ("| 2020/03/12 | A. Lee | rate", "| 2020/03/12 | Person 1 | rate"),
        ("  Ann Lee   | 12/03/2020 | rate", "  Person 1   | 12/03/2020 | rate"),
        ("asked for by Mrs Lee", "asked for by Mrs Person 1"),
        (
            "Created by Global Earnings template.",
            "Created by Global Earnings template.",
        ),
        ("21-Apr-2020 Suppress Insufficient Earnings", None),
        ("Date: 01-JAN-2020   Version: 2", None),
    ],
)
def test_names_are_found_where_names_stand(comment: str, masked: str | None) -> None:
    text = f"/*\n{comment}\n*/\nRETURN"
    assert mask(text).text == text.replace(comment, masked or comment)


@pytest.mark.parametrize(
    ("code", "masked"),
    [
        ("IF PER_PER_FULL_NAME = 'Lee, Ann' THEN x = 1", "'Person 1'"),
        ("IF PER_PER_FULL_NAME = 'Ann Lee' THEN x = 1", "'Person 1'"),
        ("DEFAULT FOR l_manager_name IS 'Ann Lee'", "'Person 1'"),
        ("DEFAULT FOR PER_PER_LAST_NAME IS 'Unknown'", "'Unknown'"),
        ("DEFAULT FOR PER_PER_LAST_NAME IS ' '", "' '"),
        ("l_element_name = 'Regular Salary'", "'Regular Salary'"),
        ("l_password = 'open sesame'", "'open sesame'"),
        ("l_password = 'sesame'", "'SECRET1'"),
        ("l_api_key IS NOT NULL", "NOT NULL"),
        ("IF PER_NATIONAL_IDENTIFIER = 'A1234567' THEN x = 1", "'X0000001'"),
        ("DEFAULT FOR l_account_number IS '0012345'", "'0000001'"),
        ("DEFAULT FOR l_account_number IS 'NONE'", "'NONE'"),
        ("l_phone = '7946 0958'", "'0000 0001'"),
        ("l_mobile_allowance = '2024/01/01'", "'2024/01/01'"),
    ],
)
def test_a_variable_tells_what_its_value_is(code: str, masked: str) -> None:
    assert masked in mask(code).text


def test_the_same_value_is_replaced_by_the_same_text() -> None:
    text = "/* a@b.com, C@B.com */\nx = 'c@b.com' || 'A@b.com'\nRETURN x"
    masked = mask(text)
    assert masked.text == (
        "/* name1@example.com, name2@example.com */\n"
        "x = 'name2@example.com' || 'name1@example.com'\nRETURN x"
    )
    assert masked.counts == {"e-mail": 4}


def test_code_is_left_alone_but_for_keys_of_the_database() -> None:
    text = "x = 300100083634356 + 300100083634357 - 12345678 * 999999999999\nRETURN x"
    assert mask(text).text == text.replace(
        "300100083634356", "100000000000001"
    ).replace("300100083634357", "100000000000002")


HOSTILE = [
    "a",
    "a-",
    "a.",
    " ",
    "0",
    "00 ",
    "+1",
    "1 ",
    "password=",
    "account ",
    "eyJ-",
]
HOSTILE += ["A b ", "-----BEGIN A-----", "1.", "_", "01-JAN-2000 ", "Ann Lee  "]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_forever(piece: str) -> None:
    text = f"/* {piece * (60_000 // len(piece))} */ RETURN"
    assert mask(text).text.endswith("*/ RETURN")


def test_an_instruction_is_masked_too() -> None:
    masked = mask_words("Pay ann@vision.com, and tell 123-45-6789.")
    assert masked.text == "Pay name1@example.com, and tell 000-00-0001."


def test_a_masked_formula_has_the_same_tokens_and_nothing_left_to_mask(
    documents: list[Document],
) -> None:
    personal = ", ".join(said for _, said, _ in FOUND)
    for document in [*documents, *synthesize(40, 3)]:
        text = f"/* {personal} */\nl_note = '{personal}'\n{document.text}"
        masked = mask(text).text
        assert parse(masked).errors == parse(text).errors
        kinds = [[token.kind for token in tokenize(each)] for each in (text, masked)]
        assert kinds[0] == kinds[1]
        assert mask(masked).text == masked
        assert not any(said in masked for _, said, neutral in FOUND if neutral)
