"""How a catalogue is laid out in its file, which is an SQLite database."""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x4646504F
"""Tells our files from other SQLite databases; `FFPO`, for "FastFormula, pod"."""

VERSION: Final = 1
"""Of the layout. A file of another version has to be imported again."""

TABLES: Final = (
    "CREATE TABLE about (imported TEXT NOT NULL, source TEXT NOT NULL)",
    "CREATE TABLE kinds (kind TEXT PRIMARY KEY, count INTEGER NOT NULL)",
    """CREATE TABLE items (
    key TEXT PRIMARY KEY,
    type TEXT,
    is_global INTEGER NOT NULL,
    default_required INTEGER,
    contexts TEXT NOT NULL,
    description TEXT NOT NULL
)""",
    """CREATE TABLE contexts (
    key TEXT PRIMARY KEY, type TEXT NOT NULL, description TEXT NOT NULL
)""",
    """CREATE TABLE things (
    kind TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID""",
)

INDEXES: Final = (
    """CREATE INDEX but_quarter_1 ON items (
    length(key), substr(key, length(key) / 4 + 1)
)""",
    """CREATE INDEX but_quarter_2 ON items (
    length(key), substr(key, 1, length(key) / 4), substr(key, length(key) / 2 + 1)
)""",
    """CREATE INDEX but_quarter_3 ON items (
    length(key), substr(key, 1, length(key) / 2), substr(key, length(key) * 3 / 4 + 1)
)""",
    """CREATE INDEX but_quarter_4 ON items (
    length(key), substr(key, 1, length(key) * 3 / 4)
)""",
)
"""A slip of the pen spoils a quarter of a name, and the rest of it finds it again."""

LAYOUT: Final = (*TABLES, *INDEXES)
"""All that stands in a catalogue; SQLite keeps the text of these as it is."""

SAME_BUT_A_QUARTER: Final = """
SELECT key FROM items
 WHERE length(key) = ?1 AND substr(key, length(key) / 4 + 1) = ?2
UNION
SELECT key FROM items
 WHERE length(key) = ?1 AND substr(key, 1, length(key) / 4) = ?3
   AND substr(key, length(key) / 2 + 1) = ?4
UNION
SELECT key FROM items
 WHERE length(key) = ?1 AND substr(key, 1, length(key) / 2) = ?5
   AND substr(key, length(key) * 3 / 4 + 1) = ?6
UNION
SELECT key FROM items
 WHERE length(key) = ?1 AND substr(key, 1, length(key) * 3 / 4) = ?7
"""
"""Asks for what is left of a name of the length ?1 without each quarter in turn."""


class CatalogueError(Exception):
    """A catalogue cannot be used; the message is one sentence that names its file."""
