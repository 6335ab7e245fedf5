"""A failure of ours in a sentence to be reported; nothing of any formula is in it."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

_logger = logging.getLogger(__name__)


def describe(what: str, error: BaseException) -> str:
    """Say that `what` failed, how and where in our code; how it came to it is logged.

    What the exception says itself is left out, as it may quote a formula.
    """
    kind = type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    _logger.error("%s: %s\n%s", what, kind, "".join(traceback.format_list(frames)))
    place = ""
    if frames:
        place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}"
    return f"{what} failed, please report it: {kind}{place}"
