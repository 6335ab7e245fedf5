"""FastFormula.dat of Oracle's HCM Data Loader to records.

A METADATA line names the columns, a MERGE line gives the values, both cut at `|`.
The text of a formula stands in a file of the folder ClobFiles beside, whose name is
the value of FormulaText. Facts from Oracle's "Example of Loading Fast Formula" and
"How You Manage Reserved Characters":
https://docs.oracle.com/en/cloud/saas/human-resources/fahbo/example-of-loading-fast-formula.html
https://docs.oracle.com/en/cloud/saas/human-resources/fahdl/how-you-manage-reserved-characters.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fastformula_training.data.sources.records import Fault, Record, plain_key

OBJECT = "FastFormula"

_BEGIN = re.compile(r"(?:METADATA|MERGE|DELETE|SET|COMMENT)\b")


class _Signs(NamedTuple):
    """What a file has in place of the signs with a meaning."""

    delimiter: str = "|"
    escape: str = "\\"
    new_line: str = "n"


def read_data_loader(lines: Iterable[str]) -> Iterator[Record | Fault]:
    """The formulas that a file merges, most of them by the name of a file."""
    signs = _Signs()
    columns: list[str] = []
    for number, line in _whole_lines(lines):
        if line.startswith("SET "):
            signs = _set(signs, line)
            continue
        instruction, name, *values = _cut(line, signs)
        if name != OBJECT:
            continue
        if instruction == "METADATA":
            columns = [plain_key(value) for value in values]
        elif instruction == "MERGE":
            record = dict(zip(columns, values, strict=False))
            if len(values) > len(columns):
                yield Fault(
                    number,
                    f"has {len(values)} values for {len(columns)} columns of METADATA",
                )
            else:
                yield Record(number, record)


def _whole_lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines with those below that begin with no instruction, so belong to them."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(lines, 1):
        if parts and not _BEGIN.match(line):
            parts.append(line)
            continue
        if parts:
            yield begun, "".join(parts).rstrip("\r\n")
        begun, parts = number, [line] if _BEGIN.match(line) else []
    if parts:
        yield begun, "".join(parts).rstrip("\r\n")


def _set(signs: _Signs, line: str) -> _Signs:
    _, name, *rest = line.split(maxsplit=2)
    value = rest[0] if rest else ""
    if not value:
        return signs
    match name:
        case "FILE_DELIMITER":
            return signs._replace(delimiter=value)
        case "FILE_ESCAPE":
            return signs._replace(escape=value)
        case "FILE_NEW_LINE":
            return signs._replace(new_line=value)
    return signs


def _cut(line: str, signs: _Signs) -> list[str]:
    """Instruction, object and values; at least the first two, if empty."""
    escape = re.escape(signs.escape)
    found = re.compile(
        f"{escape}(?P<line>{re.escape(signs.new_line)})"
        f"|{escape}(?P<sign>{escape}|{re.escape(signs.delimiter)})"
        f"|(?P<cut>{re.escape(signs.delimiter)})"
    )
    values = [""]
    done = 0
    for match in found.finditer(line):
        values[-1] += line[done : match.start()]
        done = match.end()
        if match["cut"]:
            values.append("")
        else:
            values[-1] += "\n" if match["line"] else match["sign"]
    values[-1] += line[done:]
    return [*values, ""] if len(values) == 1 else values
