"""Where the cases of a file stand in its text, which its data no longer tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fastformula.text import Span

_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')"
_HEADER = re.compile(
    rf"\[\[?[ \t]*(?P<keys>{_PART}(?:[ \t]*\.[ \t]*{_PART})*)[ \t]*\]\]?"
)
_LIST = re.compile(rf"(?P<key>{_PART})[ \t]*=[ \t]*\[")
_TOKEN = re.compile(
    r"(?P<blank>[ \t\r]+|\#[^\n]*)|(?P<end>\n)"
    r"|(?P<text>\"\"\"(?:\\.|[^\\])*?\"\"\"(?:\"\"?)?|'''.*?'''(?:''?)?"
    r"|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"
    r"|(?P<opens>[\[{])|(?P<closes>[\]}])|(?P<other>[^\s\"'\[\]{}#]+)",
    re.DOTALL,
)


@dataclass(slots=True)
class CasePlace:
    """A case, from its header to the last thing that it says."""

    start: int
    end: int
    rows: list[Span] = field(default_factory=list)
    """Its rows, where they stand in the file and not in a CSV file."""

    @property
    def span(self) -> Span:
        """All of it."""
        return Span(self.start, self.end)


def find_cases(text: str) -> list[CasePlace]:
    """The cases of a file that is TOML, in their order."""
    cases: list[CasePlace] = []
    in_case = False
    held = ""
    """What the elements of the outermost bracket are: `case`, `rows` or nothing."""
    depth = start = at = 0
    is_fresh = True
    while at < len(text):
        match = _begin(text, at) if is_fresh and not depth else None
        if match is not None and match.re is _HEADER:
            keys = [each.strip("\"' \t") for each in match["keys"].split(".")]
            in_case = keys[0] == "case"
            if keys == ["case"]:
                cases.append(CasePlace(at, match.end()))
            elif keys == ["case", "rows"] and cases:
                cases[-1].rows.append(Span(at, match.end()))
        elif match is not None:
            key = match["key"].strip("\"'")
            held = key if key == "case" or (key == "rows" and in_case) else ""
            depth = 1
        else:
            match = _TOKEN.match(text, at)
            if match is None:
                break
            if match["opens"]:
                depth += 1
                start = at if depth == 2 else start
            elif match["closes"]:
                depth -= 1
                if depth == 1 and held == "case":
                    cases.append(CasePlace(start, match.end()))
                elif depth == 1 and held == "rows":
                    cases[-1].rows.append(Span(start, match.end()))
        at = match.end()
        if match.lastgroup != "blank":
            is_fresh = match.lastgroup == "end"
            if in_case and not is_fresh:
                cases[-1].end = at
    return cases


def _begin(text: str, at: int) -> re.Match[str] | None:
    """A header, or the beginning of a list, at the start of a line."""
    return _HEADER.match(text, at) or _LIST.match(text, at)
