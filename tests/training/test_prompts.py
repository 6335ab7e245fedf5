"""What a row teaches is what the server asks, for every format, token by token."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fastformula.syntax import parse
from fastformula_completion.insertion import room_at
from fastformula_completion.pipeline import Sampling, complete
from fastformula_completion.repair import Commission
from fastformula_completion.writing import write
from fastformula_models import (
    Backend,
    BackendError,
    BackendSettings,
    Cancelled,
    fim,
    open_backend,
)
from fastformula_models.card import Card, save_card
from fastformula_training.bases import base
from fastformula_training.config import RunConfig
from fastformula_training.data.rows import Cuts, Job, cut_rows
from fastformula_training.documents import Document, Row
from fastformula_training.encoding.dataset import encode, prompt_budget
from fastformula_training.encoding.mixture import Example

pytestmark = pytest.mark.slow

CUTS = Cuts(
    shares={"line": 1.0, "expression": 1.0, "characters": 1.0},
    characters_per_hole=60,
    longest=40,
    longest_text=2000,
    contexts=1.0,
    seed=3,
)


@pytest.fixture(scope="module")
def text() -> str:
    """A formula of which no window shows all."""
    lines = [
        f"  l_pay = ROUND(l_hours * 1.{number}, 2) /* \u00fc {number} */\n"
        for number in range(40)
    ]
    head = "INPUTS ARE l_hours\nIF l_hours > 40 THEN\n(\n"
    text = f"{head}{''.join(lines)})\nRETURN l_pay\n"
    assert not parse(text).errors
    return text


@pytest.fixture(scope="module")
def others(documents: list[Document]) -> tuple[str, ...]:
    return tuple(document.text for document in documents[:3])


@pytest.fixture(scope="module")
def rows(text: str, others: tuple[str, ...]) -> list[Row]:
    """Holes all over it, each with what the server would write before it."""
    rows = cut_rows(Job(Document(text, "own"), others, 0.0, CUTS))
    holes = [row for row in rows if row.kind in CUTS.shares]
    assert len(holes) > 8
    assert all(row.context for row in holes)
    return holes[:8]


class Asked:
    """A model that a server would have, and all prompts that it reads."""

    def __init__(self, run: RunConfig, fmt: fim.FimFormat, context: bool) -> None:
        from fastformula_models.prefix_cache import PrefixCache

        budget = prompt_budget(run.context, run.longest_middle)
        card = Card(run.base, "", fmt.name, budget, "", "1", context, instructions=True)
        save_card(card, Path(run.base))
        self.backend: Backend = open_backend(BackendSettings("local", base=run.base))
        self.prompts: list[list[int]] = []
        prepare = PrefixCache.prepare

        def spy(cache: PrefixCache, ids: list[int], *rest: Any) -> Any:
            self.prompts.append(ids)
            return prepare(cache, ids, *rest)

        self._patch = pytest.MonkeyPatch()
        self._patch.setattr(PrefixCache, "prepare", spy)

    def at(self, text: str, offset: int, others: tuple[str, ...]) -> list[int] | None:
        """The prompt for a cursor, or None where the pipeline does not ask."""
        self.prompts.clear()
        complete(
            text,
            offset,
            self.backend,
            manual=True,
            others=others,
            sampling=Sampling(max_tokens=1),
        )
        return self.prompts[0] if self.prompts else None

    def wish(self, words: str) -> list[int]:
        """The prompt for a formula that an author describes."""
        self.prompts.clear()
        cancelled = threading.Event()
        commission = Commission(
            self.backend,
            lambda text: (),
            cancelled=cancelled,
            report=lambda progress: cancelled.set(),
        )
        # What it says is cut short, or no formula: it has learnt nothing.
        with suppress(Cancelled, BackendError):
            write(words, "", room_at("", 0), commission)
        return self.prompts[0]

    def close(self) -> None:
        self._patch.undo()
        self.backend.close()


def build(folder: Path, name: str, like: Callable[[str], Any], reach: int) -> RunConfig:
    """A model of one layer with the tokenizer of a format's family."""
    import transformers

    # A base that lacks the sentinels is saved without them, as phi-2 comes.
    like("phi-2-untrained" if name == "phi-2" else name).save_pretrained(folder)
    auto: Any = transformers.AutoModelForCausalLM
    transformers.set_seed(1)
    auto.from_config(
        transformers.LlamaConfig(
            vocab_size=len(like(name)) + 8,
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=1,
            max_position_embeddings=reach,
        )
    ).save_pretrained(folder)
    return RunConfig(
        base=folder.as_posix(),
        data=folder,
        output=folder / "run",
        context=600,
        longest_middle=100,
    )


@pytest.mark.parametrize("name", fim.FORMATS)
def test_a_row_is_asked_for_in_the_tokens_it_was_taught_in(
    name: str,
    like: Callable[[str], Any],
    rows: list[Row],
    text: str,
    others: tuple[str, ...],
    tmp_path: Path,
) -> None:
    """With and without context, in both line ends, and where windows are cut."""
    fmt = fim.FORMATS[name]
    # A model that reads no more than it was trained on has the same window.
    run = build(tmp_path, name, like, 600)
    tokenizer = base.load_tokenizer(base.find_base(run.base, ""), False)
    base.add_sentinels(tokenizer, fmt)
    cut: set[tuple[bool, bool]] = set()
    for context in (False, True):
        server = Asked(run, fmt, context)
        asked = 0
        for row in rows:
            encoded = encode([Example(row, with_context=context)], tokenizer, fmt, run)
            taught = encoded.ids.tolist()
            assert (encoded.with_context, encoded.left_out) == (int(context), 0)
            for end in ("\n", "\r\n"):
                prefix = row.prefix.replace("\n", end)
                open_text = prefix + row.suffix.replace("\n", end)
                neighbours = tuple(each.replace("\n", end) for each in others)
                prompt = server.at(open_text, len(prefix), neighbours)
                if prompt is None:
                    continue
                asked += 1
                assert taught[: len(prompt)] == prompt
                assert encoded.middle.tolist() == [
                    place >= len(prompt) for place in range(len(taught))
                ]
                shown = fim.decode(tokenizer, fmt, prompt)
                cut.add(("INPUTS" in shown, "RETURN l_pay\n" in shown))
        server.close()
        assert asked >= 8
    assert (False, False) in cut, "a window is cut on both sides"


@pytest.mark.parametrize("name", fim.FORMATS)
def test_a_wish_is_asked_for_in_the_tokens_it_was_taught_in(
    name: str, like: Callable[[str], Any], tmp_path: Path
) -> None:
    fmt = fim.FORMATS[name]
    run = build(tmp_path, name, like, 600)
    tokenizer = base.load_tokenizer(base.find_base(run.base, ""), False)
    base.add_sentinels(tokenizer, fmt)
    wish = f"Pay time and a half.\n### Response: {fmt.end} f\u00fcr alle\n"
    document = Document("l_pay = 1\nRETURN l_pay\n", "own", instruction=wish)
    *_, row = cut_rows(Job(document, (), 0.0, CUTS))
    encoded = encode([Example(row)], tokenizer, fmt, run)
    server = Asked(run, fmt, True)
    prompt = server.wish(wish)
    server.close()
    assert encoded.instructions == 1
    assert encoded.ids.tolist()[: len(prompt)] == prompt
    assert encoded.middle.tolist().index(True) == len(prompt)


def test_an_author_is_answered_no_further_than_the_window_leaves_room(
    like: Callable[[str], Any], rows: list[Row], text: str, tmp_path: Path
) -> None:
    """Where a model has no more room, its answers are shorter, not its windows."""
    fmt = fim.FORMATS["qwen2.5-coder"]
    run = build(tmp_path, fmt.name, like, 600)
    tokenizer = base.load_tokenizer(base.find_base(run.base, ""), False)
    (row, *_) = (row for row in rows if 900 < len(row.prefix) < len(text) - 900)
    encoded = encode([Example(row)], tokenizer, fmt, run)
    server = Asked(run, fmt, False)
    open_text = row.prefix + row.suffix
    complete(open_text, len(row.prefix), server.backend, manual=True)
    (prompt,) = server.prompts
    server.close()
    assert encoded.ids.tolist()[: len(prompt)] == prompt
    assert len(prompt) > 450
