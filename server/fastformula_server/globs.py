"""Patterns of paths, as `fastformula.toml` writes them."""

from __future__ import annotations

import re
from functools import lru_cache


def matches(pattern: str, path: str) -> bool:
    """Whether `path`, with slashes and from the project's folder, fits `pattern`.

    `*` is anything within a name, `?` one character, `**` any number of folders. A
    pattern without a slash means a name wherever it stands; a pattern that fits a
    folder fits all below it. Case does not matter, as it does not on every system.
    """
    return _compile(pattern).fullmatch(path) is not None


_PARTS = re.compile(
    r"(?P<folders>\*\*/)|(?P<all>\*\*)|(?P<some>\*)|(?P<one>\?)|.", re.S
)
_WRITTEN = {"folders": "(?:.*/)?", "all": ".*", "some": "[^/]*", "one": "[^/]"}


@lru_cache(256)
def _compile(pattern: str) -> re.Pattern[str]:
    pattern = pattern.strip("/").removeprefix("./")
    anywhere = "" if "/" in pattern else "(?:.*/)?"
    written = "".join(
        _WRITTEN.get(match.lastgroup or "", re.escape(match.group()))
        for match in _PARTS.finditer(pattern)
    )
    return re.compile(f"{anywhere}{written}(?:/.*)?", re.IGNORECASE | re.DOTALL)
