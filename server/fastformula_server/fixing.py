"""Fixes of more than one place: all of one kind, or all that are safe, as code actions.

What they come to is worked out when one of them is chosen, since each fix has to be
tried in the whole text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from fastformula.diagnostic import Diagnostic
from fastformula.linter.mending import only_fix
from lsprotocol import types
from pygls.capabilities import get_capability

from fastformula_server import convert
from fastformula_server.analyses import Judged
from fastformula_server.server import FormulaServer

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.{convert.SOURCE}"


def fix_each_kind(
    ls: FormulaServer, judged: Judged, there: Iterable[Diagnostic]
) -> Iterator[types.CodeAction]:
    """For each kind of mistake that is `there` and elsewhere: the fix of them all.

    Only for clients that ask again for what the chosen one changes.
    """
    support = "text_document.code_action.resolve_support"
    resolve = get_capability(ls.client_capabilities, support)
    if resolve is None or "edit" not in resolve.properties:
        return
    counts = Counter(each.code for each in judged.diagnostics if only_fix(each))
    for code in dict.fromkeys(each.code for each in there if only_fix(each)):
        if counts[code] > 1:
            yield types.CodeAction(
                f"Fix all of {code} ({counts[code]})",
                types.CodeActionKind.QuickFix,
                data=[judged.document.uri, code],
            )


async def fix_all(ls: FormulaServer, judged: Judged) -> types.CodeAction | None:
    """All safe fixes at once; None where there are none."""
    mended = await ls.analyses.mend(judged)
    if mended == judged.document.text:
        return None
    edit = convert.from_new_text(judged.document, mended)
    return types.CodeAction("Make all safe fixes", FIX_ALL, edit=edit)


async def on_resolve(ls: FormulaServer, action: types.CodeAction) -> types.CodeAction:
    """What the chosen action changes; other actions are sent whole."""
    if isinstance(action.data, list) and len(action.data) == 2:
        uri, code = map(str, action.data)
        document = ls.documents.get(uri)
        judged = await ls.judged(document) if document else None
        if judged is not None:
            mended = await ls.analyses.mend(judged, code)
            action.edit = convert.from_new_text(judged.document, mended)
    return action


FEATURES: tuple[tuple[str, Any, Any], ...] = (
    (types.CODE_ACTION_RESOLVE, on_resolve, None),
)
"""As in `handlers`."""
