"""Functions of texts."""

from __future__ import annotations

from decimal import Decimal

from fastformula.interpreter.errors import ErrorClass, FormulaError, Missing
from fastformula.interpreter.functions.implementation import Implementation, invalid
from fastformula.interpreter.values import ONE, describe

LONGEST = 32_767
"""Characters of a text of PL/SQL; what would be longer is not even made."""


def _character(code: Decimal) -> str:
    number = int(code)
    if not 0 <= number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise invalid(f"CHR({describe(code)}): no character has that code.")
    return chr(number)


_ASCII_AND_MORE = frozenset(
    "US7ASCII UTF8 AL32UTF8 WE8ISO8859P1 WE8ISO8859P15 WE8MSWIN1252 EE8ISO8859P2 "
    "EE8MSWIN1250 CL8ISO8859P5 CL8MSWIN1251 JA16SJIS JA16EUC ZHS16GBK ZHT16BIG5 "
    "KO16MSWIN949 AR8MSWIN1256".split()
)
"""Character sets in which the letters of ASCII are what they are there."""


def _convert(text: str, target: str, source: str = "AL32UTF8") -> str:
    """Only letters of ASCII: what others become, nobody documents."""
    if text.isascii() and {target.upper(), source.upper()} <= _ASCII_AND_MORE:
        return text
    raise FormulaError(
        ErrorClass.NOT_GIVEN,
        f"What CONVERT makes of '{text[:60]}' depends on the tables of the database "
        f"for {target}. Give an answer of CONVERT.",
        None,
        Missing("function", "CONVERT", "TEXT"),
    )


def _capitalise(text: str) -> str:
    letters = []
    is_inside = False
    for letter in text:
        letters.append(letter.lower() if is_inside else letter.upper())
        is_inside = letter.isalnum()
    return "".join(letters)


def _position(
    text: str | bytes, part: str | bytes, start: Decimal = ONE, nth: Decimal = ONE
) -> Decimal:
    """Where the nth `part` begins, from 1; a negative start counts from the end."""
    begin, count = int(start), int(nth)
    if count < 1:
        raise invalid(
            f"INSTR looks for occurrence {describe(nth)}, but the first one is 1."
        )
    if begin > 0:
        at = begin - 2
        for _ in range(count):
            at = text.find(part, at + 1)  # type: ignore[arg-type]
            if at < 0:
                break
        return Decimal(at + 1)
    if begin == 0 or -begin > len(text):
        return Decimal(0)
    at = len(text) + begin + 1
    for _ in range(count):
        # What begins before the last one found.
        at = text.rfind(part, 0, max(0, at - 1 + len(part)))  # type: ignore[arg-type]
        if at < 0:
            break
    return Decimal(at + 1)


def _position_in_bytes(
    text: str, part: str, start: Decimal = ONE, nth: Decimal = ONE
) -> Decimal:
    return _position(_bytes(text), _bytes(part), start, nth)


def _bounds(length: int, start: Decimal, count: Decimal | None) -> slice:
    """What SUBSTR takes of something that is `length` long."""
    begin = int(start)
    begin = begin - 1 if begin > 0 else 0 if begin == 0 else length + begin
    size = length if count is None else int(count)
    if begin < 0 or size < 1:
        return slice(0, 0)
    return slice(begin, begin + size)


def _part(text: str, start: Decimal, count: Decimal | None = None) -> str:
    return text[_bounds(len(text), start, count)]


def _part_in_bytes(text: str, start: Decimal, count: Decimal | None = None) -> str:
    data = _bytes(text)
    part = data[_bounds(len(data), start, count)]
    # Oracle puts a blank where a character is cut through.
    return "".join(
        letter if letter in text else " "
        for letter in part.decode("utf-8", "surrogateescape")
    )


def _length(text: str) -> Decimal:
    return Decimal(len(text))


def _length_in_bytes(text: str) -> Decimal:
    return Decimal(len(_bytes(text)))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _filling(text: str, length: Decimal, pad: str) -> str | None:
    """What makes `text` so long; None where it is long enough."""
    if length > LONGEST:
        raise FormulaError(
            ErrorClass.OUT_OF_RANGE,
            f"A text cannot be filled up to {describe(length)} characters; {LONGEST:,} "
            "are the most.",
        )
    missing = int(length) - len(text)
    if missing <= 0:
        return None
    return (pad * (missing // len(pad) + 1))[:missing]


def _pad_left(text: str, length: Decimal, pad: str = " ") -> str:
    filling = _filling(text, length, pad)
    return text[: max(0, int(length))] if filling is None else filling + text


def _pad_right(text: str, length: Decimal, pad: str = " ") -> str:
    filling = _filling(text, length, pad)
    return text[: max(0, int(length))] if filling is None else text + filling


def _trim_left(text: str, letters: str = " ") -> str:
    return text.lstrip(letters)


def _trim_right(text: str, letters: str = " ") -> str:
    return text.rstrip(letters)


def _trim(text: str) -> str:
    return text.strip(" ")


def _replace(
    text: str | None, search: str | None, replacement: str | None = None
) -> str | None:
    """All occurrences; NULL is found nowhere, and as replacement takes them out."""
    if text is None or not search:
        return text
    put = replacement or ""
    if len(text) + text.count(search) * (len(put) - len(search)) > LONGEST:
        raise FormulaError(
            ErrorClass.OUT_OF_RANGE,
            f"REPLACE would make a text of more than {LONGEST:,} characters.",
        )
    return text.replace(search, put)


def _translate(text: str, source: str, target: str) -> str:
    letters: dict[int, str] = {}
    for at, letter in enumerate(source):
        letters.setdefault(ord(letter), target[at] if at < len(target) else "")
    return text.translate(letters)


FUNCTIONS = (
    Implementation("CONVERT", "TEXT, TEXT, [TEXT]", "TEXT", _convert),
    Implementation("CHR", "NUMBER", "TEXT", _character),
    Implementation("GREATEST", "TEXT, TEXT...", "TEXT", max),
    Implementation("GREATEST_OF", "TEXT, TEXT...", "TEXT", max),
    Implementation("LEAST", "TEXT, TEXT...", "TEXT", min),
    Implementation("LEAST_OF", "TEXT, TEXT...", "TEXT", min),
    Implementation("INITCAP", "TEXT", "TEXT", _capitalise),
    Implementation("INSTR", "TEXT, TEXT, [NUMBER], [NUMBER]", "NUMBER", _position),
    Implementation(
        "INSTRB", "TEXT, TEXT, [NUMBER], [NUMBER]", "NUMBER", _position_in_bytes
    ),
    Implementation("LENGTH", "TEXT", "NUMBER", _length),
    Implementation("LENGTHB", "TEXT", "NUMBER", _length_in_bytes),
    Implementation("LOWER", "TEXT", "TEXT", str.lower),
    Implementation("UPPER", "TEXT", "TEXT", str.upper),
    Implementation("LPAD", "TEXT, NUMBER, [TEXT]", "TEXT", _pad_left),
    Implementation("RPAD", "TEXT, NUMBER, [TEXT]", "TEXT", _pad_right),
    Implementation("LTRIM", "TEXT, [TEXT]", "TEXT", _trim_left),
    Implementation("RTRIM", "TEXT, [TEXT]", "TEXT", _trim_right),
    Implementation("TRIM", "TEXT", "TEXT", _trim),
    Implementation("REPLACE", "TEXT, TEXT, [TEXT]", "TEXT", _replace, takes_null=True),
    Implementation("SUBSTR", "TEXT, NUMBER, [NUMBER]", "TEXT", _part),
    Implementation("SUBSTRING", "TEXT, NUMBER, [NUMBER]", "TEXT", _part),
    Implementation("SUBSTRB", "TEXT, NUMBER, [NUMBER]", "TEXT", _part_in_bytes),
    Implementation("TRANSLATE", "TEXT, TEXT, TEXT", "TEXT", _translate),
)
