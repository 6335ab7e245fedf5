"""Asking a code model to fill a hole: prompts, backends, the cards of adapters.

Nothing here knows the language or an editor, and importing it loads no tensor
library: `open_backend` imports what the chosen backend needs.
"""

import os
from dataclasses import dataclass
from typing import Literal

from fastformula_models.backend import Backend as Backend
from fastformula_models.backend import BackendError as BackendError
from fastformula_models.backend import Cancelled as Cancelled
from fastformula_models.backend import Request as Request
from fastformula_models.backend import follow as follow

Protocol = Literal["auto", "openai", "infill", "ollama"]


@dataclass(frozen=True, slots=True)
class BackendSettings:
    """Which model answers, and where it runs.

    `base` (an id of the catalog or a folder) and `adapter` (a folder, or a name
    within `adapter_folders`) are for "local", as are `adapters`, more of them that
    requests may name, `device` ("auto", "cpu", "cuda", ...), `quantization`,
    `compiled` (a decode that is compiled, where the device is "cuda"),
    and `lookup_tokens` (how many tokens are guessed from the text at once; 0 for
    none, and none where the decode is compiled). `instructed` is whether a model
    follows instructions of whose training no card says so.

    `endpoint` (the URL of an API), `protocol` (how it is spoken to; "auto" goes by the
    URL), `model` (its name there), `timeout_seconds` (how long the first token may
    take) and `token_variable` (the environment variable that holds the token) are for
    "remote". `format` names the prompt format of a model that has neither a
    card nor a row in the catalog. `answers` are what "fake" says.
    """

    kind: Literal["embedded", "local", "remote", "fake", "off"]
    base: str = ""
    adapter: str = ""
    adapters: tuple[str, ...] = ()
    adapter_folders: tuple[str, ...] = ()
    device: str = "auto"
    quantization: Literal["none", "int8", "nf4"] = "none"
    compiled: bool = False
    lookup_tokens: int = 0
    instructed: bool = False
    endpoint: str = ""
    protocol: Protocol = "auto"
    model: str = ""
    timeout_seconds: int = 10
    format: str = ""
    token_variable: str = "FASTFORMULA_TOKEN"
    answers: tuple[str, ...] = ()


def use_one_thread() -> None:
    """Keep numpy, if it is not loaded yet, from sharing its work among threads.

    Where other programs are busy, each thread waits at every step for the others to
    be given a core: on two busy cores reading 500 tokens takes 1,860 ms with two
    threads and 36 with one (`tools/bench_embedded.py`), on idle ones 24 and 36.
    """
    for variable in ("OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(variable, "1")


def open_backend(settings: BackendSettings) -> Backend:
    """Load the backend that the settings ask for; it may take seconds.

    Raises BackendError, in one sentence, when it cannot be had.
    """
    if settings.kind == "embedded":
        use_one_thread()
        from fastformula_models.embedded import EmbeddedBackend

        return EmbeddedBackend()
    if settings.kind == "local":
        try:
            from fastformula_models.local import LocalBackend
        except ModuleNotFoundError as error:
            raise BackendError(
                f"A local model needs {error.name}; install it with "
                "pip install 'fastformula[local]'."
            ) from None
        return LocalBackend(settings)
    if settings.kind == "remote":
        from fastformula_models.remote import RemoteBackend

        return RemoteBackend(settings)
    from fastformula_models.fake import FakeBackend, OffBackend

    if settings.kind == "fake":
        return FakeBackend(settings.answers)
    return OffBackend()
