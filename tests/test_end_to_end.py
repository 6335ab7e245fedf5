"""From formulas to ghost text: train an adapter, serve it, accept what it says."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastformula import LineIndex, parse
from fastformula_models.card import load_card
from fastformula_training.bases.init import BaseConfig, init_base
from fastformula_training.config import RunConfig
from fastformula_training.data.prepare import PrepareConfig, prepare
from fastformula_training.documents import Row, read_rows, write_jsonl
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

pytestmark = pytest.mark.slow

FORMULAS = Path(__file__).parent / "training" / "formulas"


def train_base(architecture: str, folder: Path) -> tuple[Path, Path]:
    """A two-layer model that has seen some formulas, and the rows it has not."""
    from fastformula_training.run.train import train

    data = folder / "data"
    # The server has no other formulas open that a context could show lines of.
    cuts = PrepareConfig(characters_per_hole=60, longest=60, neighbours=0)
    prepare([FORMULAS], data, cuts)
    seed = init_base(
        BaseConfig(
            documents=data / "documents.jsonl",
            output=folder / "seed",
            architecture=architecture,
            vocabulary=512,
            context=512,
            hidden=64,
            intermediate=128,
            layers=2,
            heads=2,
        )
    )
    run = RunConfig(
        base=str(seed),
        data=data,
        output=folder / "base",
        method="full",
        prompt_loss_weight=0.5,
        learning_rate=1e-2,
        **STEPS,
    )
    return train(replace(run, max_steps=150), quiet=True).folder, data


STEPS = {
    "context": 384,
    "longest_middle": 64,
    "epochs": 1000,
    "batch_size": 4,
    "accumulation": 1,
    "device": "cpu",
    "threads": 1,
}


async def ask_server(adapter: Path, text: str, offset: int) -> list[str]:
    """What a server with this adapter offers at `offset` of `text`."""
    client = LanguageClient("test", "1")
    ready = asyncio.Event()

    @client.feature("fastformula/status")
    def on_status(status: Any) -> None:
        # Until the adapter is loaded, the embedded model answers in its place.
        if status.kind == "ready":
            ready.set()

    await client.start_io(sys.executable, "-m", "fastformula_server", "serve")
    await client.initialize_async(
        lsp.InitializeParams(
            capabilities=lsp.ClientCapabilities(
                general=lsp.GeneralClientCapabilities(
                    position_encodings=[lsp.PositionEncodingKind.Utf32]
                ),
                experimental={"fastformula/status": True},
            ),
            initialization_options={
                "completion": {"backend": "local", "adapter": str(adapter)}
            },
        )
    )
    client.initialized(lsp.InitializedParams())
    await asyncio.wait_for(ready.wait(), 120)
    uri = (adapter / "pay.ff").as_uri()
    client.text_document_did_open(
        lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "fastformula", 1, text))
    )
    place = LineIndex(text).position(offset)
    answer = await client.text_document_inline_completion_async(
        lsp.InlineCompletionParams(
            lsp.InlineCompletionContext(lsp.InlineCompletionTriggerKind.Invoked),
            lsp.TextDocumentIdentifier(uri),
            lsp.Position(place.line, place.column),
        )
    )
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return [str(item.insert_text) for item in answer.items]


def is_a_line(row: Row) -> bool:
    """Whether the row's hole is a whole short line, as one is completed at a time.

    And whether there is something to tell of its formula besides.
    """
    return (
        row.kind == "statement"
        and bool(row.context)
        and "\n" not in row.middle
        and 12 < len(row.middle) < 40
        and not row.prefix.rpartition("\n")[2].strip()
        and row.suffix.startswith("\n")
    )


@pytest.mark.parametrize(
    ("architecture", "line_end"), [("llama", "\n"), ("qwen2", "\r\n"), ("phi", "\n")]
)
async def test_the_server_completes_what_its_adapter_was_taught(
    architecture: str, line_end: str, tmp_path: Path
) -> None:
    from fastformula_training.run.train import train

    base, data = train_base(architecture, tmp_path)
    lesson = next(row for row in read_rows(data / "train.jsonl") if is_a_line(row))
    write_jsonl(tmp_path / "train.jsonl", [lesson] * 4)
    run = RunConfig(
        base=str(base),
        data=tmp_path,
        output=tmp_path / "run",
        lora_r=16,
        lora_dropout=0.0,
        learning_rate=1e-2,
        **STEPS,
    )
    adapter = train(replace(run, max_steps=60), quiet=True).folder
    assert load_card(adapter).context
    prefix = lesson.prefix.replace("\n", line_end)
    text = prefix + lesson.suffix.replace("\n", line_end)
    offered = await ask_server(adapter, text, len(prefix))
    assert offered[0] == lesson.middle
    assert len(offered) == len(set(offered)) <= 3, "asked by hand, it may offer more"
    assert not parse(lesson.prefix + offered[0] + lesson.suffix).errors
