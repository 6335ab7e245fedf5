"""What is remembered of a formula: what others need to know of it, and its calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from fastformula.analysis import Analysis, FormulaSignature, summarise
from fastformula.editor.formula_names import NamedCall, Naming, find_calls
from fastformula.text import Span

from fastformula_server.library import formula_name, header_name


class Facts(NamedTuple):
    """Of a text, wherever it stands; none of it is the text itself."""

    signature: FormulaSignature
    """Its name is that in the header, or "", and its path is ""."""
    calls: tuple[NamedCall, ...]

    def signature_at(self, path: Path) -> FormulaSignature:
        """What others need to know of the formula in the file `path`."""
        name = self.signature.name or formula_name(path)
        return self.signature._replace(name=name, path=str(path))


def gather(analysis: Analysis) -> Facts:
    """The facts of a formula that has been analysed."""
    name = header_name(analysis.parsed.text)
    return Facts(summarise(analysis, name, ""), find_calls(analysis))


def dump(facts: Facts) -> str:
    """As JSON, for `load`."""
    signature = facts.signature
    data = [
        signature.name,
        signature.inputs,
        sorted(signature.optional),
        signature.outputs,
        sorted(signature.stored),
        sorted(signature.deleted),
        signature.deletes_all,
        facts.calls,
    ]
    return json.dumps(data, separators=(",", ":"))


def load(text: str) -> Facts:
    """What `dump` has made; raises ValueError, TypeError or KeyError for others."""
    name, inputs, optional, outputs, stored, deleted, deletes_all, data = json.loads(
        text
    )
    calls = tuple(
        NamedCall(formula, Span(*span), _namings(given), _namings(taken))
        for formula, span, given, taken in data
    )
    signature = FormulaSignature(
        name,
        "",
        dict(inputs),
        frozenset(optional),
        dict(outputs),
        frozenset(call.formula for call in calls),
        frozenset(stored),
        frozenset(deleted),
        deletes_all,
    )
    return Facts(signature, calls)


def _namings(data: list[tuple[str, tuple[int, int]]]) -> tuple[Naming, ...]:
    return tuple(Naming(name, Span(*span)) for name, span in data)
