"""Writing a catalogue: a whole one takes the place of the old one, or nothing does."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from fastformula_server.catalogue.places import PROJECT_FOLDER
from fastformula_server.catalogue.reader import Row
from fastformula_server.catalogue.schema import (
    APPLICATION_ID,
    INDEXES,
    TABLES,
    VERSION,
    CatalogueError,
)

# Whatever is left of an import that was killed, a day later.
_LEFT_OVER_SECONDS = 24 * 60 * 60

# A global value is a database item, too, and an item of several legislations is listed
# for each. Where they do not agree on the type, nobody can say what it is.
_ADD_ITEM = """
INSERT INTO items VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
    type = CASE WHEN type = excluded.type THEN type END,
    is_global = max(is_global, excluded.is_global),
    default_required = coalesce(
        max(default_required, excluded.default_required),
        default_required,
        excluded.default_required
    ),
    contexts = coalesce(nullif(contexts, ''), excluded.contexts),
    description = coalesce(nullif(description, ''), excluded.description)
"""
_ADD_CONTEXT = "INSERT OR IGNORE INTO contexts VALUES (?, ?, ?)"
_ADD_THING = "INSERT OR IGNORE INTO things VALUES (?, ?)"
_COUNT = """
INSERT INTO kinds
SELECT iif(is_global, 'global value', 'database item'), count(*)
  FROM items GROUP BY is_global
UNION ALL SELECT 'context', count(*) FROM contexts HAVING count(*) > 0
UNION ALL SELECT kind, count(*) FROM things GROUP BY kind
"""


def write_catalogue(path: Path, rows: Iterable[Row], source: str) -> dict[str, int]:
    """Make the catalogue at `path` of `rows`, and count its names by kind.

    What `rows` raises leaves the old catalogue as it was, and so does the end of this
    process at any moment. Raises CatalogueError where the file cannot be written, or
    where there are no rows to write.
    """
    try:
        _make_folder(path.parent)
        _remove_left_overs(path)
        handle, name = tempfile.mkstemp(".tmp", f".{path.stem}.", path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            counts = _fill(temporary, rows, source)
            if not counts:
                raise CatalogueError(f"{source}: there is no row that can be used")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CatalogueError(f"{path}: cannot be written: {reason}") from error
    return counts


def _fill(path: Path, rows: Iterable[Row], source: str) -> dict[str, int]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # The file is nobody's until it is whole, so that a journal would save nothing.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("BEGIN")
        for statement in TABLES:
            connection.execute(statement)
        add = connection.execute
        for row in rows:
            if row.kind in ("database item", "global value"):
                is_global = row.kind == "global value"
                add(_ADD_ITEM, (row.key, row.type, is_global, *row[4:]))
            elif row.kind == "context":
                add(_ADD_CONTEXT, (row.key, row.type, row.description))
            else:
                add(_ADD_THING, (row.kind, row.key))
        for statement in (*INDEXES, _COUNT):
            connection.execute(statement)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        connection.execute("INSERT INTO about VALUES (?, ?)", (now, source))
        counts = dict(connection.execute("SELECT kind, count FROM kinds"))
        connection.execute("COMMIT")
    return counts


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.name == PROJECT_FOLDER:
        # What a pod has, and how it is called, is not for version control.
        with suppress(FileExistsError), (folder / ".gitignore").open("x") as file:
            file.write("*\n")


def _remove_left_overs(path: Path) -> None:
    for file in path.parent.glob(f".{path.stem}.*.tmp"):
        with suppress(OSError):
            if time.time() - file.stat().st_mtime > _LEFT_OVER_SECONDS:
                file.unlink()
