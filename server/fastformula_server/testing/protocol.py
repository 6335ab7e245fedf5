"""What clients ask about tests, which is no part of the protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs
from lsprotocol import types

TESTS: Final = "fastformula/tests"
RUN_TESTS: Final = "fastformula/runTests"
TESTS_CHANGED: Final = "fastformula/testsChanged"
"""The notification that `TESTS` has another answer now, for clients that have
`fastformula.tests`, set to true, among their experimental capabilities."""


@attrs.define
class TestsParams:
    """Which case files are meant: those of a formula, or one itself; else all."""

    text_document: types.TextDocumentIdentifier | None = None


@attrs.define
class WantedTests:
    """Some cases of a file, or all."""

    uri: str
    names: Sequence[str] | None = None


@attrs.define
class RunTestsParams:
    """Cases to be run; results are sent as parts to who gives a token for them."""

    tests: Sequence[WantedTests]
    coverage: bool | None = None
    work_done_token: types.ProgressToken | None = None
    partial_result_token: types.ProgressToken | None = None


@attrs.define
class TestsRequest:
    """Asks which cases there are."""

    id: int | str
    params: TestsParams
    method: str = TESTS
    jsonrpc: str = "2.0"


@attrs.define
class RunTestsRequest:
    """Asks for cases to be run."""

    id: int | str
    params: RunTestsParams
    method: str = RUN_TESTS
    jsonrpc: str = "2.0"


MESSAGES: Final = {TESTS: TestsRequest, RUN_TESTS: RunTestsRequest}
"""The types of messages by their methods."""
