"""What a check found, as programs read it: JSON, GitHub's commands, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from fastformula.diagnostic import Severity
from fastformula.text import LineIndex, Span

from fastformula_server.checking import Checked


def json_rows(checked: Checked) -> Iterator[dict[str, object]]:
    """A row for each diagnostic; lines and columns from 1, in code points."""
    index = LineIndex(checked.text)
    for each in checked.diagnostics:
        yield {
            "path": str(checked.path),
            "code": each.code,
            "severity": each.severity,
            "message": each.message,
            **_range(index, each.span),
            "fix": each.fixes[0].title if each.fixes else None,
            "related": [
                {"message": other.message, **_range(index, other.span)}
                for other in each.related
            ],
        }


def _range(index: LineIndex, span: Span) -> dict[str, object]:
    start, end = map(index.position, span)
    return {
        "start": {"line": start.line + 1, "column": start.column + 1},
        "end": {"line": end.line + 1, "column": end.column + 1},
    }


_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def github_commands(checked: Checked) -> Iterator[str]:
    """A workflow command for each diagnostic, which GitHub shows at its line."""
    index = LineIndex(checked.text)
    for each in checked.diagnostics:
        start, end = map(index.position, each.span)
        place = {
            "file": relative(checked.path),
            "line": start.line + 1,
            "endLine": end.line + 1,
            "title": f"fastformula {each.code}",
        }
        if start.line == end.line:
            # GitHub takes columns only within one line.
            place |= {"col": start.column + 1, "endColumn": end.column + 1}
        listed = ",".join(
            f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in place.items()
        )
        command = _COMMANDS.get(each.severity, "notice")
        yield f"::{command} {listed}::{_escaped(each.message, _DATA)}"


_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})
"""What GitHub wants escaped, in a message and in a property."""


def _escaped(text: str, escapes: Mapping[int, str]) -> str:
    return text.translate(escapes)


def relative(path: Path) -> str:
    """`path` from the current folder, with slashes; whole where it is not below it."""
    whole, here = path.resolve(), Path.cwd().resolve()
    if whole.is_relative_to(here):
        return whole.relative_to(here).as_posix()
    return whole.as_posix()


class Count(NamedTuple):
    """How often something was found."""

    code: str
    severity: Severity
    times: int
    files: int
    """In how many."""


def count_codes(results: Iterable[Checked]) -> list[Count]:
    """How often each code was found with each severity, the most frequent first."""
    found: Counter[tuple[str, Severity]] = Counter()
    files: Counter[tuple[str, Severity]] = Counter()
    for checked in results:
        keys = [(each.code, each.severity) for each in checked.diagnostics]
        found.update(keys)
        files.update(set(keys))
    counts = [Count(*key, count, files[key]) for key, count in found.items()]
    return sorted(counts, key=lambda each: (-each.times, each.code, each.severity))
