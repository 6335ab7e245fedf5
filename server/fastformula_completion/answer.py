"""What a model that was asked in words says, without what is not part of the answer.

Models put code into Markdown fences, talk before and behind it, and run on into the
next instruction. What they say is foreign text: signs that steer a terminal or hide the
order of letters are taken out of it.
"""

from __future__ import annotations

import re
from itertools import takewhile

from fastformula.syntax.keywords import KEYWORDS
from fastformula_models.fim import FORMATS, Sentinel
from fastformula_models.instructions import ANSWERED, ASKED

MOST_CHARACTERS = 40_000
"""How much of an answer is looked at; Oracle's longest formulas are longer, but no
model writes one in a go."""

_STEERING = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]|["
    "\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_SHORT = 5
"""Control tokens of fewer characters, such as `<s>`, may stand in a formula's texts, so
only those at the ends are taken for one."""

_TOKENS = sorted(
    {Sentinel(token).text.strip() for row in FORMATS.values() for token in row.tokens},
    key=len,
    reverse=True,
)
_LEAKED = re.compile(
    "|".join(re.escape(token) for token in _TOKENS if len(token) >= _SHORT)
)
_FENCE = re.compile(r"^[ \t]*(?P<sign>```|~~~)[^\n`]*\n", re.MULTILINE)

_LONGEST_LINE = 500
"""Characters; a longer line is nobody's sentence."""

_SENTENCE = re.compile(r"[^=]*[A-Za-z)'\"`*][.:!?][*_`]*")
_WORDS = re.compile(r"[\W\d]*(?P<first>[A-Za-z][\w'’]*)(?:[ ,;]+[a-z'’`*-]+){4,}[^=]*")
"""A line of English ends as a sentence does, or has some words in small letters."""


def is_text_over(said: str) -> bool:
    """Whether what was said so far holds all of a text that will be looked at."""
    return len(said) > MOST_CHARACTERS or _end(said) < len(said)


def is_code_over(said: str) -> bool:
    """Whether what was said so far holds all the code that will be looked at."""
    opened = _FENCE.search(said)
    is_closed = opened is not None and _closing(said, opened) is not None
    return is_closed or is_text_over(said)


def clean_code(said: str) -> str:
    r"""The code in an answer, its lines ending in `\n`, no blank ones at its ends."""
    text = clean_text(said)
    blocks = []
    at = 0
    while opened := _FENCE.search(text, at):
        closed = _closing(text, opened)
        at = closed.end() if closed else len(text)
        blocks.append(text[opened.end() : closed.start() if closed else at])
    if blocks:
        return _trimmed(max(blocks, key=len))
    lines = text.split("\n")
    start = sum(1 for _ in takewhile(_is_talk, lines))
    end = len(lines) - sum(1 for _ in takewhile(_is_talk, reversed(lines)))
    return _trimmed("\n".join(lines[start:end]))


def clean_text(said: str) -> str:
    r"""An answer that is not code; harmless to print."""
    text = said[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    text = _peeled(_STEERING.sub("", text)).removeprefix(ANSWERED)
    return _trimmed(_peeled(text[: _end(text)]))


def _end(text: str) -> int:
    """Where a model that goes on talks to itself, or control tokens have leaked."""
    ends = [text.find(each, 1) for each in (f"\n{ASKED}", f"\n{ANSWERED}")]
    leaked = _LEAKED.search(text.rstrip(), 1)
    ends.append(leaked.start() if leaked else -1)
    return min((end for end in ends if end >= 0), default=len(text))


def _closing(text: str, opened: re.Match[str]) -> re.Match[str] | None:
    closing = re.compile(rf"^[ \t]*{opened['sign']}[ \t]*$", re.MULTILINE)
    return closing.search(text, opened.end())


def _is_talk(line: str) -> bool:
    """Whether a line is English, or says nothing."""
    line = line.strip()
    if len(line) > _LONGEST_LINE or line.startswith(("/*", "#")) or "*/" in line:
        return False
    if not line or _SENTENCE.fullmatch(line):
        return True
    match = _WORDS.fullmatch(line)
    return match is not None and match["first"].upper() not in KEYWORDS


def _peeled(text: str) -> str:
    """Without control tokens and blanks at both ends."""
    before = ""
    while text != before:
        before = text
        text = text.strip("\n").rstrip()
        for token in _TOKENS:
            text = text.removesuffix(token)
            if text.lstrip().startswith(token):
                text = text.lstrip().removeprefix(token).lstrip(" ")
    return text


def _trimmed(text: str) -> str:
    """Without blanks at the ends of lines and blank lines at the ends of the text."""
    lines = [line.rstrip() for line in text.split("\n")]
    return "\n".join(lines).strip("\n")
