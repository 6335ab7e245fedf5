"""Where adapters lie: below a project's folder, and among the user's own data."""

from __future__ import annotations

from pathlib import Path

from fastformula_server.catalogue.places import PROJECT_FOLDER, data_folder


def adapter_places(project: Path | None) -> tuple[Path, ...]:
    """The folders of adapters, the project's before the user's; they need not exist."""
    own = data_folder() / "fastformula" / "adapters"
    return (own,) if project is None else (project / PROJECT_FOLDER / "adapters", own)
