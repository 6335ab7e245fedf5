"""Asking a model again while what it writes has mistakes, with these as the reason."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from fastformula.analysis import Environment
from fastformula.diagnostic import Diagnostic, Severity
from fastformula.linter.mending import Find
from fastformula.text import LineIndex, Span
from fastformula_models import Backend, BackendError, Request, follow
from fastformula_models.instructions import mend
from fastformula_models.sampling import Sampling

from fastformula_completion.answer import clean_code, is_code_over

MOST_TOKENS = 1024
"""How long an answer may be."""

MOST_MISTAKES = 8
"""How many mistakes a model is told of at once."""


class Progress(NamedTuple):
    """How far the work has come."""

    attempt: int
    """From 1."""
    said: str
    """What the model has said in this one."""


def ignore(_progress: Progress) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Commission:
    """Who is asked to write, and by what the answer is judged."""

    backend: Backend
    find: Find
    """All that is wrong with a text, by the checks of the formula's project."""
    environment: Environment = field(default_factory=Environment)
    repairs: int = 2
    """How often the model may be asked again."""
    sampling: Sampling = field(default_factory=Sampling)
    adapter: str = ""
    report: Callable[[Progress], None] = ignore
    """Told of each piece of an answer, in the thread that asks."""
    cancelled: threading.Event = field(default_factory=threading.Event)


class NoCode(BackendError):  # noqa: N818 - what happened, not what is wrong
    """The model has answered, but not with code."""


class Draft(NamedTuple):
    """A formula with what a model has written in it."""

    text: str
    """The whole formula."""
    span: Span
    """What the new text takes the place of, in the formula before."""
    new_text: str
    diagnostics: tuple[Diagnostic, ...]
    """What is wrong with it, and was not before; in `text`."""

    @property
    def errors(self) -> int:
        """How many of them are errors."""
        return sum(each.severity is Severity.ERROR for each in self.diagnostics)

    @property
    def written(self) -> Span:
        """Where the new text stands in `text`."""
        return Span(self.span.start, self.span.start + len(self.new_text))


def write_until_right(
    commission: Commission,
    request: Request,
    place: Callable[[str], Draft],
    is_right: Callable[[Draft], bool],
) -> Draft:
    """The best of what the model writes; it is asked again until `is_right`.

    `place` puts code where it belongs. The best has the fewest errors, then the fewest
    warnings, and is the earliest of such. Raises BackendError where the model cannot
    answer, NoCode where it gives none, and Cancelled.
    """
    best: Draft | None = None
    known: set[str] = set()
    instruction = request.instruction
    for attempt in range(1, commission.repairs + 2):
        try:
            said = ask(commission, request, is_code_over, attempt)
        except BackendError:
            if best is None:
                raise
            break
        code = clean_code(said)
        if not code or code in known:
            break
        known.add(code)
        draft = place(code)
        if best is None or _badness(draft) < _badness(best):
            best = draft
        if is_right(draft):
            break
        words = mend(instruction, code, _mistakes(draft))
        request = replace(request, instruction=words)
    if best is None:
        raise NoCode("The model gave no code for an answer.")
    return best


def ask(
    commission: Commission,
    request: Request,
    is_over: Callable[[str], bool],
    attempt: int = 1,
) -> str:
    """What the model says to the request's instruction, shown while it grows."""

    def hear(said: str) -> bool:
        commission.report(Progress(attempt, said))
        return is_over(said)

    return follow(
        commission.backend,
        replace(
            request,
            max_tokens=MOST_TOKENS,
            temperature=commission.sampling.temperature,
            top_p=commission.sampling.top_p,
            repetition_penalty=commission.sampling.repetition_penalty,
            adapter=commission.adapter,
            stop=hear,
            cancelled=commission.cancelled,
        ),
    )


def told(text: str, diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Diagnostics of `text` for a model, the worst first, each with its line."""
    lines = LineIndex(text)
    found = []
    for each in sorted(diagnostics, key=_severity)[:MOST_MISTAKES]:
        start, end = lines.line_span(lines.position(each.span.start).line)
        found.append(f"`{text[start:end].strip()}`: {each.message}")
    return found


def _mistakes(draft: Draft) -> Sequence[str]:
    grave = [
        each
        for each in draft.diagnostics
        if each.severity in (Severity.ERROR, Severity.WARNING)
    ]
    return told(draft.text, grave)


def _badness(draft: Draft) -> tuple[int, int]:
    warnings = sum(each.severity is Severity.WARNING for each in draft.diagnostics)
    return draft.errors, warnings


def _severity(diagnostic: Diagnostic) -> int:
    return list(Severity).index(diagnostic.severity)
