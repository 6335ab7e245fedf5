"""The query that an author runs on the pod, one for each product."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal


def read_query(product: Literal["fusion", "ebs"]) -> str:
    """The text of the query, ready to be pasted into a data model."""
    return files(__package__).joinpath(f"{product}.sql").read_text(encoding="utf-8")
