"""A rule's manual page: the docstring of its module, read into its parts.

The first paragraph is a sentence of a title. Paragraphs follow that say why it matters,
what Oracle does and what to write instead. Then stand the examples, each an indented
formula below `Bad:` or `Good:`. A line `Formula type: …` or `Product: ebs` says for
what they are written, `Pod: user table RATES, formula OTHER` what a catalogue knows of
such, and a formula below `Called NAME:` is one that they call; their own name is
EXAMPLE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Literal, cast

from fastformula.language.catalogue import ThingKind


@dataclass(frozen=True, slots=True)
class Page:
    """What a rule says about itself."""

    text: str
    """All of it, as written."""
    title: str
    body: str
    """The paragraphs between title and examples."""
    bad: tuple[str, ...]
    good: tuple[str, ...]
    uncertain: str
    """What is not known for sure; empty where nothing is."""
    called: tuple[tuple[str, str], ...]
    """Formulas that the examples call: upper-case name and text."""
    product: Literal["fusion", "ebs"] | None
    """For which the examples are written; None where it does not matter."""
    formula_type: str
    """Likewise; empty where it does not matter."""
    pod: tuple[tuple[ThingKind, str], ...]
    """All things of their kinds that a catalogue knows; empty without a catalogue."""

    @property
    def markdown(self) -> str:
        """The page without its title."""
        return "\n\n".join(part for part in self._parts() if part)

    def _parts(self) -> Iterator[str]:
        yield self.body
        if self.uncertain:
            yield f"*Uncertain:* {self.uncertain}"
        if self.formula_type:
            yield f"The examples are formulas of the type {self.formula_type}."
        if self.pod:
            things = " and ".join(f"the {kind} `{name}`" for kind, name in self.pod)
            yield f"A catalogue is there, with {things}."
        for name, text in self.called:
            yield f"They call `{name}`:\n\n{_fenced(text)}"
        for title, examples in (("Bad", self.bad), ("Good", self.good)):
            for text in examples:
                yield f"{title}:\n\n{_fenced(text)}"


_FORMULA = re.compile(
    r"^(?P<label>Bad|Good|Called (?P<called>\w+)):[ \t]*\n"
    r"(?P<text>(?:[ \t]*\n|[ \t]+\S.*(?:\n|\Z))+)",
    re.MULTILINE,
)
_FIELD = re.compile(
    r"^(?P<label>Formula type|Product|Pod):[ \t]*(?P<value>.+)\n?", re.M
)
_UNCERTAIN = re.compile(r"^Uncertain:\s*(?P<text>(?:.+(?:\n|\Z))+)", re.MULTILINE)


def read_page(text: str) -> Page:
    """The page that `text`, a docstring without its indentation, holds."""
    formulas = [
        (match["label"], match["called"], dedent(match["text"]).strip("\n") + "\n")
        for match in _FORMULA.finditer(text)
    ]
    rest = _FORMULA.sub("", text)
    fields = {match["label"]: match["value"].strip() for match in _FIELD.finditer(rest)}
    rest = _FIELD.sub("", rest)
    uncertain = " ".join(
        " ".join(match["text"].split()) for match in _UNCERTAIN.finditer(rest)
    )
    title, _, body = _UNCERTAIN.sub("", rest).strip().partition("\n\n")
    return Page(
        text=text,
        title=" ".join(title.split()),
        body=re.sub(r"\n{3,}", "\n\n", body).strip(),
        bad=tuple(each for label, _, each in formulas if label == "Bad"),
        good=tuple(each for label, _, each in formulas if label == "Good"),
        uncertain=uncertain,
        called=tuple((name.upper(), each) for _, name, each in formulas if name),
        product=cast(
            Literal["fusion", "ebs"] | None,
            fields["Product"].rstrip(".").lower() if "Product" in fields else None,
        ),
        formula_type=fields.get("Formula type", "").rstrip("."),
        pod=tuple(
            (cast(ThingKind, kind.strip()), name)
            for thing in fields.get("Pod", "").split(",")
            for kind, _, name in (thing.strip().rpartition(" "),)
            if name
        ),
    )


def _fenced(formula: str) -> str:
    return f"```fastformula\n{formula}```"
