"""Base models in the cache of this machine, and how they come there.

The only module that fetches anything. What is kept and where is huggingface_hub's
business: a broken connection is resumed where it broke, and after an interruption the
files that were whole by then are not fetched again.
"""

import contextlib
import queue
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastformula_models.backend import BackendError
from fastformula_models.catalog import BaseModel, base_models

WANTED = (
    "*.safetensors",
    "*.safetensors.index.json",
    "config.json",
    "generation_config.json",
    "tokenizer*",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab*",
    "merges.txt",
    "LICENSE*",
    "USE_POLICY*",
)
"""No pickles and no code, which are programs; nothing for other frameworks."""

NOT_WANTED = ("*/*",)
"""Copies of the weights in other layouts lie in folders."""


@dataclass(frozen=True, slots=True)
class Cached:
    """What the cache holds of a base."""

    size: int
    """In bytes, of all its revisions."""
    complete: bool
    """Whether the revision that adapters are trained on is there, whole."""


def cached_folder(base: BaseModel) -> str | None:
    """The folder of the base at its pinned revision, if the cache has it whole."""
    hub = _hub()
    try:
        return str(hub.snapshot_download(**_snapshot(base), local_files_only=True))
    except hub.errors.LocalEntryNotFoundError:
        return None


def size_to_fetch(base: BaseModel) -> int:
    """How many bytes `fetch` would fetch; raises BackendError when it could not."""
    hub = _hub()
    # It warns of each attempt; what comes of them is said in the end.
    hub.logging.set_verbosity_error()
    try:
        # The next call tries for twenty seconds to reach a hub that is not there.
        hub.HfApi().model_info(base.id, revision=base.revision, timeout=10)
        files = hub.snapshot_download(**_snapshot(base), dry_run=True)
    except Exception as error:
        raise _explained(base, error) from None
    return sum(file.file_size or 0 for file in files if file.will_download)


def fetch(base: BaseModel) -> str:
    """Fetch what is missing of a base at its pinned revision; the folder it is in.

    Shows its progress on stderr. Raises BackendError, in one sentence, when it cannot.
    After a KeyboardInterrupt huggingface_hub's threads go on with the files they are
    at, so the process has to be ended by `os._exit`.
    """
    hub = _hub()
    done: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()

    def download() -> None:
        try:
            done.put(str(hub.snapshot_download(**_snapshot(base))))
        except Exception as error:
            done.put(error)

    # The main thread waits for the others where one of them starts the download.
    threading.Thread(target=download, daemon=True).start()
    try:
        result = done.get()
    except KeyboardInterrupt:
        _remove_begun(base)
        raise
    if isinstance(result, Exception):
        raise _explained(base, result) from None
    return result


def cached_bases() -> dict[str, Cached]:
    """The known bases of which there is something in the cache, by id."""
    known = base_models()
    return {
        repo.repo_id: Cached(
            repo.size_on_disk, cached_folder(known[repo.repo_id]) is not None
        )
        for repo in _scan()[1]
        if repo.repo_id in known
    }


def remove_base(name: str) -> int:
    """Delete all revisions of a base from the cache; how many bytes that frees."""
    cache, repos = _scan()
    revisions = [
        revision.commit_hash
        for repo in repos
        if repo.repo_id == name
        for revision in repo.revisions
    ]
    plan = cache.delete_revisions(*revisions)
    try:
        plan.execute()
    except OSError as error:
        raise BackendError(f"{name} cannot be removed: {error.strerror}.") from None
    return int(plan.expected_freed_size)


def _hub() -> Any:
    try:
        import huggingface_hub
    except ModuleNotFoundError:
        raise BackendError(
            "Base models are fetched with huggingface_hub; install it with "
            "pip install 'fastformula[local]'."
        ) from None
    return huggingface_hub


def _snapshot(base: BaseModel) -> dict[str, Any]:
    return {
        "cache_dir": _hub().constants.HF_HUB_CACHE,
        "repo_id": base.id,
        "revision": base.revision,
        "allow_patterns": list(WANTED),
        "ignore_patterns": list(NOT_WANTED),
    }


def _remove_begun(base: BaseModel) -> None:
    """Delete what is not whole: huggingface_hub would begin these files anew."""
    hub = _hub()
    folder = f"models--{base.id.replace('/', '--')}"
    for path in Path(hub.constants.HF_HUB_CACHE, folder).glob("blobs/*.incomplete"):
        # Windows does not give away a file that a thread still writes to.
        with contextlib.suppress(OSError):
            path.unlink()


def _scan() -> tuple[Any, list[Any]]:
    """The cache as huggingface_hub sees it, and the models in it."""
    hub = _hub()
    try:
        cache = hub.scan_cache_dir(hub.constants.HF_HUB_CACHE)
    except hub.errors.CacheNotFound:
        return None, []
    return cache, [repo for repo in cache.repos if repo.repo_type == "model"]


def _explained(base: BaseModel, error: Exception) -> BackendError:
    """What went wrong, in one sentence; the library's own are pages long."""
    hub = _hub()
    if hub.constants.is_offline_mode():
        return BackendError(
            "HF_HUB_OFFLINE is set, so nothing is fetched; unset it for this command."
        )
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, hub.errors.GatedRepoError) or status in (401, 403):
        return BackendError(
            f"The Hugging Face Hub does not give {base.id} to everyone: accept its "
            f"licence at https://huggingface.co/{base.id}, then run `hf auth login`."
        )
    if isinstance(error, hub.errors.RevisionNotFoundError) or status == 404:
        return BackendError(
            f"The Hugging Face Hub has no {base.id} at the revision {base.revision}."
        )
    if status is not None:
        return BackendError(
            f"The Hugging Face Hub answered with HTTP status {status}; try again later."
        )
    if isinstance(error, OSError) and error.strerror:
        cache = hub.constants.HF_HUB_CACHE
        return BackendError(f"Cannot write to {cache}: {error.strerror}.")
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    return BackendError(
        f"The Hugging Face Hub cannot be reached ({type(cause).__name__}). What was "
        "fetched is kept; run the same command again to go on."
    )
