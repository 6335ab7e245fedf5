"""The settings of the server in the manifest of the VS Code extension."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastformula_server.settings import SECTION, SETTINGS, Setting

MANIFEST = Path(__file__).parents[1] / "editors/vscode/package.json"
TITLE = "Completion"
"""Of the group of settings that is made here; the others are the extension's own."""


def manifest() -> str:
    """package.json as it stands, with the settings as the server has them.

    Written as npm writes it, which rewrites the whole file at every install.
    """
    data = json.loads(MANIFEST.read_text(encoding="utf-8"))
    for group in data["contributes"]["configuration"]:
        if group["title"] == TITLE:
            group["properties"] = {
                f"{SECTION}.{setting.name}": _property(setting) for setting in SETTINGS
            }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _property(setting: Setting) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": setting.type, "default": setting.default}
    if setting.type == "array":
        schema |= {"items": {"type": "string"}, "default": list(setting.default)}  # type: ignore[arg-type]
    if setting.choices:
        schema["enum"] = list(setting.choices)
    if setting.minimum is not None:
        schema["minimum"] = setting.minimum
    return schema | {"markdownDescription": setting.description}
