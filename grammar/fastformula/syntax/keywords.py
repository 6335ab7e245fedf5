"""The words of the grammar."""

from __future__ import annotations

from fastformula.syntax.tables import load_tables

KEYWORDS = frozenset(
    word
    for word, terminal in load_tables().keywords.items()
    if terminal not in load_tables().soft
) | {"USING"}
"""Words that cannot name a variable, upper case.

USING is reserved by Oracle and used by no statement (Administering Fast Formulas,
"Naming Schemes for Variables").
"""

SOFT_KEYWORDS = frozenset(load_tables().keywords) - KEYWORDS
"""Words that are keywords in their place and may name a variable elsewhere.

Oracle lists them as reserved too, but formulas in production use COUNT as a name.
"""
