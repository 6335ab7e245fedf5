"""A user-defined table or value set is named that your pod does not have.

Such names stand in texts, so Oracle's compiler does not look at them. The formula ends
with "No data found", or goes on without a value. This is said where a catalogue of your
own pod knows its tables or value sets.

Pod: user table HOURLY_RATES, value set XX_GRADES

Bad:
    INPUTS ARE grade (TEXT)
    rate = TO_NUMBER(GET_TABLE_VALUE('HOURLY_RATE', 'RATE', grade))
    RETURN rate

Bad:
    INPUTS ARE grade (TEXT)
    rate = GET_VALUE_SET('XX_GARDES', '|=P_GRADE=''' || grade || '''')
    RETURN rate

Good:
    INPUTS ARE grade (TEXT)
    rate = TO_NUMBER(GET_TABLE_VALUE('HOURLY_RATES', 'RATE', grade))
    RETURN rate
"""

from __future__ import annotations

from collections.abc import Iterator

from fastformula.analysis import Analysis
from fastformula.diagnostic import Severity
from fastformula.language.catalogue import ThingKind
from fastformula.linter.rule import Finding, Rule


def check(analysis: Analysis) -> Iterator[Finding]:
    """Each call whose first argument names something that is not there."""
    for site in analysis.calls:
        kind = _KINDS.get(site.key)
        name = site.text_argument(0)
        if kind is None or name is None:
            continue
        if analysis.environment.catalogue.has(kind, name) is False:
            yield Finding(
                site.call.arguments[0].span,
                f"Your catalogue has no {_WORDS[kind]} `{name}`.",
            )


_KINDS: dict[str, ThingKind] = {
    "GET_TABLE_VALUE": "user table",
    "HR_GET_TABLE_VALUE": "user table",
    "GET_VALUE_SET": "value set",
}
_WORDS: dict[ThingKind, str] = {
    "user table": "user-defined table",
    "value set": "value set",
}

RULE = Rule("unknown-lookup", "suspicious", Severity.WARNING, check)
