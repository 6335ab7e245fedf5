"""Mistakes of meaning, planted in formulas that are right, are found where they are.

`FASTFORMULA_SOAK=1` plants thousands, in published formulas too; the plain run some
hundred in our own.
"""

from __future__ import annotations

import os
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from fastformula import Diagnostic, Edit, LineIndex, Severity, Span, apply_edits, parse
from fastformula.analysis import Access, Analysis, analyze
from fastformula.language import find_functions
from fastformula.linter import lint
from fastformula.syntax import walk
from fastformula.syntax.tree import (
    Alias,
    Assign,
    Date,
    Default,
    Inputs,
    Name,
    Number,
    Text,
)
from pytest import CaptureFixture

SOAK = os.environ.get("FASTFORMULA_SOAK") == "1"
PLACES = 40 if SOAK else 6
"""Mutants of each kind and formula."""


@dataclass(frozen=True)
class Mutant:
    """A formula with one mistake."""

    text: str
    span: Span
    """Where it stands; empty where something was taken away."""
    names: frozenset[str]
    """Whose uses show it as well, in upper case."""


Kind = Callable[[Analysis, random.Random], Iterator[Mutant]]


def change(analysis: Analysis, span: Span, new: str, names: Sequence[str]) -> Mutant:
    text = apply_edits(analysis.parsed.text, [Edit(span, new)])
    place = Span(span.start, span.start + len(new))
    return Mutant(text, place, frozenset(name.upper() for name in names))


def misspell(name: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(name))
    match dice.randrange(3):
        case 0:
            return name[:at] + name[at + 1 :]
        case 1:
            return name[:at] + name[at] + name[at:]
    return name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]


def misspelt_names(analysis: Analysis, dice: random.Random) -> Iterator[Mutant]:
    known = {use.name.key for use in analysis.uses}
    for use in analysis.uses:
        name = use.name
        if use.access not in (Access.READ, Access.ELEMENT) or name.quoted:
            continue
        new = misspell(name.text, dice) if len(name.text) > 3 else name.text
        if new.upper() not in known and new.isidentifier():
            yield change(analysis, name.span, new, [name.text, new])


def dropped_declarations(analysis: Analysis, dice: random.Random) -> Iterator[Mutant]:
    for statement in analysis.parsed.tree.statements:
        match statement:
            case Inputs(inputs=inputs) if len(inputs) > 1:
                for at, each in enumerate(inputs):
                    end = inputs[at + 1].span.start if at + 1 < len(inputs) else None
                    span = (
                        Span(each.span.start, end)
                        if end is not None
                        else Span(inputs[at - 1].span.end, each.span.end)
                    )
                    if is_used(analysis, each.name):
                        yield change(analysis, span, "", [each.name.key])
            case Alias(alias=name) if is_used(analysis, name):
                names = [name.key, statement.item.key]
                yield change(analysis, statement.span, "", names)


def is_used(analysis: Analysis, name: Name) -> bool:
    symbol = analysis.symbol_of(name)
    return symbol is not None and any(
        use.name.key == name.key and use.access.reads for use in symbol.uses
    )


def swapped_types(analysis: Analysis, dice: random.Random) -> Iterator[Mutant]:
    other = {Number: "'abc'", Text: "17", Date: "17"}
    for node in walk(analysis.parsed.tree):
        match node:
            case Assign(
                target=Name() as name, value=Number() | Text() | Date() as value
            ):
                symbol = analysis.symbol_of(name)
                if symbol and len(symbol.reads) and len(symbol.writes) > 1:
                    yield change(analysis, value.span, other[type(value)], [name.key])
            case Default(name=name, value=Number() | Text() | Date() as value):
                symbol = analysis.symbol_of(name)
                if symbol and symbol.is_sure and len(symbol.reads):
                    names = [use.name.key for use in symbol.uses]
                    yield change(analysis, value.span, other[type(value)], names)


def wrong_arities(analysis: Analysis, dice: random.Random) -> Iterator[Mutant]:
    text = analysis.parsed.text
    for site in analysis.calls:
        counts = [len(each.parameters) for each in find_functions(site.key)]
        arguments = site.call.arguments
        if not arguments or site.function is None:
            continue
        if any(each.repeats for each in site.function.parameters):
            continue
        if len(arguments) + 1 not in counts:
            last = arguments[-1].span
            yield change(
                analysis, Span(last.end, last.end), f", {last.text_in(text)}", []
            )


def deleted_assignments(analysis: Analysis, dice: random.Random) -> Iterator[Mutant]:
    for symbol in analysis.locals:
        reads = [use for use in symbol.reads if use.access is not Access.RETURN]
        if len(symbol.writes) != 1 or not reads or symbol.default:
            continue
        (write,) = symbol.writes
        if write.access is Access.WRITE and isinstance(write.statement, Assign):
            body = write.scope.body
            if body is None or (body.bracketed and len(body.statements) > 1):
                yield change(analysis, write.statement.span, "", [symbol.key])


def renamed_returns(analysis: Analysis, dice: random.Random) -> Iterator[Mutant]:
    known = {use.name.key for use in analysis.uses}
    for symbol in analysis.locals:
        returns = [use for use in symbol.uses if use.access is Access.RETURN]
        others = [use for use in symbol.reads if use.access is not Access.RETURN]
        if len(returns) == 1 and not others and len(symbol.name) > 3:
            name = returns[0].name
            new = misspell(name.text, dice)
            if new.upper() not in known and new.isidentifier():
                yield change(analysis, name.span, new, [name.text, new])


KINDS: tuple[Kind, ...] = (
    misspelt_names,
    dropped_declarations,
    swapped_types,
    wrong_arities,
    deleted_assignments,
    renamed_returns,
)


@dataclass
class Tally:
    """How many were planted, found, and with how many diagnostics each."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    counts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    missed: list[str] = field(default_factory=list)

    def add(self, kind: str, before: Sequence[Diagnostic], mutant: Mutant) -> None:
        analysis = analyze(parse(mutant.text))
        known = Counter((each.code, each.message) for each in before)
        new = []
        for each in lint(analysis):
            if known[each.code, each.message]:
                known[each.code, each.message] -= 1
            else:
                new.append(each)
        lines = LineIndex(mutant.text)
        wanted = {lines.position(offset).line for offset in mutant.span}
        wanted |= {
            lines.position(use.name.span.start).line
            for use in analysis.uses
            if use.name.key in mutant.names
        }
        self.planted[kind] += 1
        self.counts[kind].append(len(new))
        if any(
            lines.position(each.span.start).line in wanted
            or lines.position(each.span.end).line in wanted
            for each in new
        ):
            self.found[kind] += 1
        else:
            start, end = lines.line_span(min(wanted))
            self.missed.append(
                f"{kind}: {sorted(mutant.names)} {mutant.text[start:end].strip()}"
                f" {[each.code for each in new]}"
            )

    def __str__(self) -> str:
        rows = [
            f"{kind:21} {self.planted[kind]:5} planted,"
            f" {100 * self.found[kind] / self.planted[kind]:5.1f} % found,"
            f" diagnostics each: median {statistics.median(self.counts[kind]):g},"
            f" mean {statistics.mean(self.counts[kind]):.2f}"
            for kind in self.planted
        ]
        return "\n".join(rows)

    @property
    def share(self) -> float:
        return sum(self.found.values()) / sum(self.planted.values())

    @property
    def median(self) -> float:
        return statistics.median(
            [count for counts in self.counts.values() for count in counts]
        )


def plant(texts: dict[str, str]) -> Tally:
    tally = Tally()
    for path, text in texts.items():
        dice = random.Random(path)
        analysis = analyze(parse(text))
        before = lint(analysis)
        if any(each.severity is Severity.ERROR for each in before):
            continue
        for kind in KINDS:
            mutants = list(kind(analysis, dice))
            for mutant in dice.sample(mutants, min(PLACES, len(mutants))):
                if not parse(mutant.text).errors:
                    tally.add(kind.__name__, before, mutant)
    return tally


def show(name: str, tally: Tally, capsys: CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(
            f"\n{name}: {100 * tally.share:.1f} % of planted mistakes found, median"
            f" {tally.median:g} diagnostics\n{tally}"
        )
        if SOAK:
            print("\n".join(tally.missed))


def test_planted_mistakes_in_our_own_formulas_are_found(
    own_formulas: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    tally = plant(own_formulas)
    show("own formulas", tally, capsys)
    assert set(tally.planted) == {kind.__name__ for kind in KINDS}
    assert tally.share >= 0.9, "\n".join(tally.missed)
    assert tally.median == 1


def test_planted_mistakes_in_published_formulas_are_found(
    corpus: dict[str, str], capsys: CaptureFixture[str]
) -> None:
    paths = sorted(corpus)
    chosen = paths if SOAK else random.Random(1).sample(paths, 40)
    tally = plant({path: corpus[path] for path in chosen})
    show("published formulas", tally, capsys)
    assert tally.share >= 0.9, "\n".join(tally.missed)
    assert tally.median == 1
