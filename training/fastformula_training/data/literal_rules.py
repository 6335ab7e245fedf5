"""The forms that personal and secret text has, and what stands in for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A form that personal or secret text has."""

    name: str
    pattern: re.Pattern[str]
    """The group `it` is what is replaced, or all where there is none."""
    neutral: Callable[[str, int], str]
    """What to write for the value that is the n-th of its rule in a formula."""
    holds: Callable[[str], bool] = lambda _: True
    """What the form alone does not say, such as a check digit."""


def _in_place(value: str, number: int) -> str:
    """The value with zeros and letters X in its places, and the number at its end."""
    blank = re.sub(r"[^\W\d_]", "X", re.sub(r"\d", "0", value))
    digits = [place for place, sign in enumerate(blank) if sign == "0"]
    signs = list(blank)
    for place, digit in zip(reversed(digits), reversed(str(number)), strict=False):
        signs[place] = digit
    return "".join(signs)


def _number(value: str, number: int) -> str:
    """A number with as many digits, which is none of the small ones."""
    return f"1{number:0{len(value) - 1}}"


def _digits(value: str) -> list[int]:
    return [int(sign) for sign in value if sign.isdecimal()]


def _is_iban(value: str) -> bool:
    """ISO 13616: the first four signs behind the rest, letters as numbers, mod 97."""
    signs = value.replace(" ", "").upper()
    moved = signs[4:] + signs[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _is_card(value: str) -> bool:
    """ISO/IEC 7812: 13 to 19 digits with Luhn's check digit."""
    digits = _digits(value)[::-1]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return 13 <= len(digits) <= 19 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_no_date(value: str) -> bool:
    """A date in digits is not personal: 20240131, 01312024, with or without a time."""
    digits = "".join(map(str, _digits(value)))
    year = r"(?:19|20|47)\d\d"
    day = r"(?:0[1-9]|[12]\d|3[01])"
    month = r"(?:0[1-9]|1[0-2])"
    clock = r"(?:[01]\d|2[0-3])(?:[0-5]\d){1,2}"
    dates = f"{year}{month}{day}|{day}{month}{year}|{month}{day}{year}"
    return not re.fullmatch(f"(?:{dates})(?:{clock})?", digits)


def _is_phone(value: str) -> bool:
    return 8 <= len(_digits(value)) <= 15 and _is_no_date(value)


def _is_long(value: str) -> bool:
    """Digits that stand for something: not 999999999999 nor 100000000000."""
    return _is_no_date(value) and len(set(value.rstrip("0"))) > 1


def _is_secret(value: str) -> bool:
    """Letters of both cases and digits at random, as no word or name has them."""
    kinds = ("[a-z]", "[A-Z]", r"\d")
    changes = len(re.findall(r"[a-z](?=[A-Z\d])|\d(?=[A-Za-z])|[A-Z](?=\d)", value))
    return all(re.search(kind, value) for kind in kinds) and changes * 5 >= len(value)


_WORD = r"[A-Z\u00c0-\u00de][\w'\u2019-]*\.?"
_FULL_NAME = rf"{_WORD}(?:[ \t]+{_WORD}){{0,3}}"
_NOBODY = re.compile(
    r"\b(?:Person|Oracle|Seeded|System|Admin\w*|Payroll|Absence|Benefits?|Time|HR|HCM"
    r"|Team|Consult\w*|Initial|Version|Date|Creat\w+|Chang\w+|Updat\w+|Modif\w+"
    r"|Fix\w*|Add\w*|Remov\w*|New|Draft|Description|Formula|Name|Template|Process\w*"
    r"|Element|Earnings?|Deduction|Global|Bug|Issue|Ticket|TBD|NA|None|The|This|User)\b",
    re.IGNORECASE,
)


def _is_somebody(value: str) -> bool:
    return not _NOBODY.search(value)


def _secret(_: str, number: int) -> str:
    return f"SECRET{number}"


def _person(_: str, number: int) -> str:
    return f"Person {number}"


_CODED = re.compile(r"(?=(?:\D{0,9}\d){4})[\w +()/.-]{4,40}")

_ROLES = r"(?i:authors?|owner|developer|contact)"
_DONE = (
    r"(?i:written|created|modified|changed|updated|reviewed|approved|requested|developed"
    r"|fixed|prepared|maintained)"
)

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = (
    rf"(?:\d{{4}}[-/.]{_DAY}[-/.]{_DAY}|{_DAY}[-/.]{_DAY}[-/.](?:\d{{4}}|\d{{2}})"
    rf"|{_DAY}[-/. ]?[A-Za-z]{{3,9}}[-/. ,]{{0,2}}\d{{2,4}})"
)
DATES = re.compile(
    rf"(?<![\w.+/-]){_DATE}(?:[ T]\d{{1,2}}(?::\d{{2}}){{1,2}})?(?![\w/-]|\.\d)"
)
"""What looks like many things, and is none of them."""

NEUTRAL = re.compile(
    r"name\d+@example\.com|https://example\.com/\d+|host\d+\.example\.com|SECRET\d+"
    r"|Person(?: \d+)?|(?=(?:\D*\d){4})[X0\W_]*(?:[1-9](?:[X\W_]*\d){0,2}[X\W_]*)?"
)
"""What stands for something already."""

RULES: tuple[Rule, ...] = (
    Rule(
        "address",
        re.compile(r"\b(?:https?|s?ftps?|ldaps?|jdbc|wss?)://[^\s'\"<>)*]+", re.I),
        lambda _, number: f"https://example.com/{number}",
    ),
    Rule(
        "e-mail",
        re.compile(r"(?<![\w.%+-])[\w.%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
        lambda _, number: f"name{number}@example.com",
    ),
    Rule(
        "host",
        re.compile(
            r"(?<![\w.-])(?:\d{1,3}(?:\.\d{1,3}){3}"
            r"|(?:[a-z0-9-]+\.){2,}(?:com|net|org|io|cloud|local|corp|internal))\b",
            re.I,
        ),
        lambda _, number: f"host{number}.example.com",
    ),
    Rule(
        "secret",
        re.compile(
            r"\b(?:password|passwd|pwd|secret|api[ _-]?key|access[ _-]?key|token"
            r"|credentials?|bearer|authorization)\b[ \t]*(?:[:=]|is\b)?[ \t]*"
            r"(?:basic |bearer )?"
            r"(?P<it>(?=[^\s']{0,99}[\d!@#$%^&+/=])[^\s'\"*,;)]{6,200})",
            re.I,
        ),
        _secret,
    ),
    Rule(
        "secret",
        re.compile(
            r"-----BEGIN [A-Z ]+-----[\s\S]{1,9999}?-----END [A-Z ]+-----"
            r"|\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|xox[abprs]-[\w-]{10,}"
            r"|sk-[\w-]{20,}|ocid1\.[\w.-]{20,}|eyJ[\w-]{1,999}\.eyJ[\w-]{1,999}\.[\w-]*"
            r"|[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b",
            re.I,
        ),
        _secret,
        lambda value: bool(re.search(r"\d", value)),
    ),
    Rule(
        "secret",
        re.compile(r"(?<![\w/+-])[A-Za-z0-9+/_-]{20,}={0,2}(?![\w/+-])"),
        _secret,
        _is_secret,
    ),
    Rule(
        "bank account",
        re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b"),
        _in_place,
        _is_iban,
    ),
    Rule(
        "bank account",
        re.compile(
            r"\b(?:account|acct|a/c|sort code|routing|bsb|iban|swift|bic)\b"
            r"[ \t]*(?:no|nr|number|#)?[. \t]*[:=#]?[ \t]*"
            r"(?P<it>(?=[A-Z0-9 -]{0,40}\d)[A-Z0-9]{2,40}(?:[ -]\d{1,20}){0,8})(?!\w)",
            re.I,
        ),
        _in_place,
        lambda value: len(_digits(value)) >= 5 and _is_no_date(value),
    ),
    Rule(
        "bank account",
        re.compile(r"(?<![\w.-])\d{4}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\w.-])"),
        _in_place,
        _is_card,
    ),
    Rule(
        "national identifier",
        re.compile(
            r"(?<![\w-])(?:"
            r"\d{3}-\d{2}-\d{4}"  # United States, social security
            r"|(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
            r" ?\d{2} ?\d{2} ?\d{2} ?[A-D]"  # United Kingdom, national insurance
            r"|[A-Z]{5}\d{4}[A-Z]"  # India, PAN
            r"|\d{4} \d{4} \d{4}"  # India, Aadhaar
            r"|[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]"  # Italy, codice fiscale
            r"|[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d"  # Mexico, CURP
            r"|\d{3}\.\d{3}\.\d{3}-\d{2}"  # Brazil, CPF
            r"|784-\d{4}-\d{7}-\d"  # United Arab Emirates
            r"|756\.\d{4}\.\d{4}\.\d{2}"  # Switzerland, AHV
            r"|\d{3}[ -]\d{3}[ -]\d{3}"  # Canada, SIN; Netherlands; Australia, TFN
            r"|(?:[XYZ]|\d)\d{7}-?[A-HJ-NP-TV-Z]"  # Spain, NIE and DNI
            r"|[STFGM]\d{7}[A-Z]"  # Singapore
            r"|\d{6}[-+]\d{4}"  # Sweden and Denmark
            r"|[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}"  # France
            r"|[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d{4}[\dX]"  # China
            r")(?![\w-])"
        ),
        _in_place,
    ),
    Rule(
        "telephone",
        re.compile(
            r"(?<![\w+./:-])(?:\+|00)\d{1,3}(?:[ .()/-]{0,2}\d{1,5}){2,6}(?![\w:/-])"
            r"|(?<![\w+./:-])\(\d{2,5}\)[ -]?\d{2,5}(?:[ .-]\d{2,5}){1,3}(?![\w:/-])"
            r"|(?<![\w+./:-])\d{3,5}(?:[ .-]\d{3,4}){2}(?![\w:/-])"
        ),
        _in_place,
        _is_phone,
    ),
    Rule(
        "telephone",
        re.compile(
            r"\b(?:phone|tel|telephone|mobile|cell|fax|extn?|extension)\b[.:# \t]*"
            r"(?P<it>\+?\(?\d[\d ()./-]{4,18}\d)",
            re.I,
        ),
        _in_place,
    ),
    Rule(
        "person",
        re.compile(
            rf"(?:\b(?:{_ROLES}|{_DONE})(?i:[ \t_]+(?:by|name))?[ \t]*[:=-]+[ \t]*"
            rf"|\b{_DONE}[ \t]+(?i:by)[ \t]+)"
            rf"(?P<it>{_FULL_NAME})"
            r"(?=[ \t]*(?:$|[.,;:()*/|-]|on\b|in\b|at\b|\d)|[ \t]{2})",
            re.MULTILINE,
        ),
        _person,
        _is_somebody,
    ),
    Rule(
        "person",
        re.compile(
            # A line of a change history: version, date, name, what was done.
            rf"^[ \t*#/|-]*(?:[vV]?\d+(?:\.\d+)*[ \t|:-]+)?{_DATE}[ \t|:,-]+"
            rf"(?P<it>{_FULL_NAME})(?=[ \t]{{2,}}\S|[ \t]*[|:\t-])",
            re.MULTILINE,
        ),
        _person,
        _is_somebody,
    ),
    Rule(
        "person",
        re.compile(
            r"(?:(?<![ \t])[ \t]{2,}|\|[ \t]*)"
            rf"(?P<it>{_FULL_NAME})[ \t|]{{1,20}}{_DATE}"
        ),
        _person,
        _is_somebody,
    ),
    Rule(
        "person",
        re.compile(
            r"(?:\b(?:Mr|Mrs|Ms|Dr|Herr|Frau|Sr|Sra|Mme)\.?[ \t]+)"
            rf"(?P<it>{_WORD}(?:[ \t]+{_WORD}){{0,2}})"
        ),
        _person,
        _is_somebody,
    ),
    Rule(
        "long number",
        re.compile(r"(?<![\w.])\d{9,}(?![\w.])"),
        _in_place,
        _is_long,
    ),
)
"""In this order: what is replaced by one is not looked at by the next."""

_NUMBER_OF = r"(?:NO|NUM|NUMBER|CODE|ID)"
VALUES: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(rf"(?:^|_)(?:{names})(?:_|$)", re.I), rule)
    for names, rule in (
        (
            "(?:FULL|FIRST|LAST|MIDDLE|MAIDEN|KNOWN_AS|DISPLAY|PERSON|EMP|EMPLOYEE|WORKER"
            "|MANAGER|SUPERVISOR|SPOUSE|CHILD|BENEFICIARY|CONTACT)_?NAME|SURNAME",
            Rule(
                "person",
                re.compile(
                    r"(?!(?:NONE|NULL|UNKNOWN|DEFAULT|BLANK|EMPTY|NA|TEST)$)"
                    r"\w[\w .,'\u2019-]+",
                    re.I,
                ),
                _person,
            ),
        ),
        (
            "PASSWORD|PASSWD|PWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY",
            Rule("secret", re.compile(r"\S{6,}"), _secret),
        ),
        (
            f"IBAN|ACCOUNT_?{_NUMBER_OF}|ACCT_?{_NUMBER_OF}|SORT_?CODE|ROUTING_?{_NUMBER_OF}|CARD_?{_NUMBER_OF}",
            Rule("bank account", _CODED, _in_place),
        ),
        (
            "SSN|NINO|NATIONAL_ID|NATIONAL_IDENTIFIER|PASSPORT|PASSPORT_?NUMBER|TAX_?ID",
            Rule("national identifier", _CODED, _in_place),
        ),
        ("PHONE|TELEPHONE|MOBILE|FAX", Rule("telephone", _CODED, _in_place)),
    )
)
"""For a literal that is all of a variable's value: by the variable's name."""

LONG_NUMBER = Rule("long number", re.compile(r"\d{10,}"), _number, _is_long)
"""For a number in the code: keys of a database have 15 digits."""
