"""What is wrong with a formula, where, and how to mend it; drawn with carets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fastformula.text import Edit, LineIndex, Span


class Severity(StrEnum):
    """How bad it is; only an error would stop Oracle's compiler."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a diagnostic, under a title an author can choose."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a diagnostic is about, and what is there."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake; `code` names its kind.

    A code is the name of a rule of the linter, or begins `syntax` for syntax errors.
    """

    code: str
    severity: Severity
    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    unnecessary: bool = False
    """Whether the text can go without a loss: editors show it faded."""


def render(text: str, diagnostics: Iterable[Diagnostic], path: str) -> str:
    """`diagnostics` of `text` for a terminal: line, carets, other places, first fix."""
    index = LineIndex(text)
    blocks = []
    for diagnostic in diagnostics:
        place = index.position(diagnostic.span.start)
        start, end = index.line_span(place.line)
        line = text[start:end].rstrip("\r\n")
        # A tab must stay a tab, or the carets stand in another column.
        blank = "".join("\t" if c == "\t" else " " for c in line[: place.column])
        width = min(diagnostic.span.end, start + len(line)) - diagnostic.span.start
        blocks.append(
            f"{path}:{place.line + 1}:{place.column + 1}: "
            f"{diagnostic.severity}: {diagnostic.message} [{diagnostic.code}]\n"
            f"    {line}\n"
            f"    {blank}{'^' * max(1, width)}\n"
            + "".join(
                f"    line {index.position(other.span.start).line + 1}: "
                f"{other.message}\n"
                for other in diagnostic.related
            )
            + "".join(f"    fix: {fix.title}\n" for fix in diagnostic.fixes[:1])
        )
    return "\n".join(blocks)
