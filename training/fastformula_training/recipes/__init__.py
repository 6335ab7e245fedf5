"""The recipes that come with the package, by name."""

from __future__ import annotations

from pathlib import Path

from fastformula_training.error import TrainingError


def known_recipes() -> list[tuple[str, str]]:
    """Each recipe's name and what its first line says of it, by name."""
    files = sorted(Path(__file__).parent.glob("*.toml"))
    return [(file.stem, _first_line(file)) for file in files]


def recipe_file(recipe: str | Path | None) -> Path | None:
    """The file of a recipe that is given by its path or by the name of one of ours.

    Raises TrainingError, listing the names, for what is neither.
    """
    if recipe is None or Path(recipe).is_file():
        return None if recipe is None else Path(recipe)
    shipped = Path(__file__).with_name(f"{recipe}.toml")
    if Path(recipe).name == str(recipe) and shipped.is_file():
        return shipped
    names = ", ".join(name for name, _ in known_recipes())
    raise TrainingError(
        f"{recipe} is neither a file nor a recipe of ours; those are {names}."
    )


def _first_line(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return lines.readline().lstrip("# ").rstrip()
