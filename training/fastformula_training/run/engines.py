"""A trained model as other engines want it: a folder for vLLM, a file for llama.cpp."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from fastformula_models.adapters import WEIGHTS

from fastformula_training.error import TrainingError
from fastformula_training.run.merge import merge

GgufType = Literal["f32", "f16", "bf16", "q8_0"]

SCRIPT = "convert_hf_to_gguf.py"
"""llama.cpp's own converter; it reads the folders that transformers writes."""

VARIABLE = "FASTFORMULA_GGUF_CONVERTER"
"""Where the script is, for those who do not have it on the PATH."""

SAMPLE = (
    "DEFAULT FOR l_rate IS 0\n  IF (hours  >  10.5) THEN\n\tl_pay = 'für' /* € */\n"
)


def export_vllm(model: Path, out: Path, base: str = "", download: bool = False) -> Path:
    """Write a model, or an adapter in its base, as a folder that `vllm serve` takes.

    Raises TrainingError where `out` holds something, and where vLLM would read text
    in other tokens than the model was trained on; BackendError for what is no adapter.
    """
    if out.exists() and any(out.iterdir()):
        raise TrainingError(f"{out} is not empty; choose another folder.")
    part = out.with_name(out.name + ".whole")
    shutil.rmtree(part, ignore_errors=True)
    try:
        if (model / WEIGHTS).is_file():
            merge(model, part, base, download)
        else:
            _copy(model, part)
        _check_tokenizer(part)
        if out.exists():
            out.rmdir()
        part.replace(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return out


def export_gguf(
    model: Path,
    out: Path,
    kind: GgufType = "f16",
    converter: Path | None = None,
    base: str = "",
    download: bool = False,
) -> int:
    """Write a model, or an adapter in its base, as GGUF; returns the file's bytes.

    The work is done by llama.cpp's script: `converter`, or what the variable
    `VARIABLE` names, or what is on the PATH. Raises TrainingError where it is not
    found, with the commands to run by hand, and where it fails, with its last words.
    """
    adapted = (model / WEIGHTS).is_file()
    script = converter or Path(os.environ.get(VARIABLE) or shutil.which(SCRIPT) or "")
    if not script.is_file():
        raise TrainingError(_by_hand(model, out, kind, adapted))
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix="gguf-") as scratch:
        whole = model
        if adapted:
            whole = merge(model, Path(scratch) / "model", base, download)
        command = [sys.executable, *_arguments(str(script), whole, part, kind)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not part.is_file():
        part.unlink(missing_ok=True)
        words = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        raise TrainingError(f"{script} failed; its last line is: {words[-1]}")
    part.replace(out)
    return out.stat().st_size


def _arguments(script: str, model: Path, out: Path, kind: GgufType) -> list[str]:
    return [script, str(model), "--outfile", str(out), "--outtype", kind]


def _by_hand(model: Path, out: Path, kind: GgufType, adapted: bool) -> str:
    whole = model.with_name("merged") if adapted else model
    first = f"`fastformula-train merge {model} --out {whole}` and " if adapted else ""
    return (
        f"llama.cpp's {SCRIPT} is not here: give it with --converter, in {VARIABLE} or "
        f"on the PATH (git clone https://github.com/ggml-org/llama.cpp); by hand it is "
        f"{first}`python {' '.join(_arguments(SCRIPT, whole, out, kind))}`."
    )


def _copy(model: Path, part: Path) -> None:
    """Copy what belongs to a model, and leave out how it was trained."""
    if not (model / "config.json").is_file() or not list(model.glob("*.safetensors")):
        raise TrainingError(
            f"{model} is neither an adapter ({WEIGHTS}) nor a model (config.json and "
            "safetensors)."
        )
    part.mkdir(parents=True)
    for pattern in ("*.safetensors", "*.json"):
        for path in model.glob(pattern):
            shutil.copyfile(path, part / path.name)


def _check_tokenizer(folder: Path) -> None:
    """Raise TrainingError where transformers' choice of a tokenizer cuts otherwise.

    vLLM takes AutoTokenizer, which for some architectures has a class of its own.
    """
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    chosen = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    own = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    read, taught = (
        tokenizer.encode(SAMPLE, add_special_tokens=False)
        for tokenizer in (chosen, own)
    )
    if read != taught:
        raise TrainingError(
            f"vLLM would read text with {type(chosen).__name__}, in other tokens than "
            "the model was trained on; serve it with `completion.backend = local`."
        )
