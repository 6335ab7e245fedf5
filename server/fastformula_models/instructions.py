"""How a model is asked in words: the only place where such prompts are made.

An adapter that follows instructions was trained on rows of this form, and is asked in
the very same: an instruction, an answer, and the token that ends one. What of a formula
the instruction speaks of stands before the words, so that a second attempt finds the
model's cache of it; a wish for a new formula, of which nothing is known, is the
instruction as the author wrote it.
"""

import re
from collections.abc import Callable, Sequence

from fastformula_models import fim
from fastformula_models.backend import BackendError, Request

ASKED, ANSWERED = "### Instruction:", "### Response:"
"""The lines before the two parts; after them a line feed."""

HERE = "/* HERE */"
"""What stands in a formula for the lines that an instruction is about."""

WINDOW_TOKENS = 3072
"""The budget of an instruction and the formula around it; with an answer of 1,024 they
fit the 4,096 tokens that all but the smallest models read."""

STOPS = (ASKED, ANSWERED)
"""Behind these, a model that should have ended talks to itself."""

_LINES = re.compile(rf"^(?={ASKED}|{ANSWERED})#", re.MULTILINE)
_CONTROLS = "|".join(
    re.escape(fim.Sentinel(token).text)
    for row in fim.FORMATS.values()
    for token in row.tokens
)


def write_formula(wish: str, facts: str) -> str:
    """Ask for a whole formula; `facts` are lines, or "" where nothing is known."""
    return _paragraphs(facts, wish)


def write_block(wish: str, facts: str) -> str:
    """Ask for the statements at the place of a request's hole."""
    return _paragraphs(
        facts, f"Write only the statements that belong at {HERE}: {wish}"
    )


def correct(lines: str, mistakes: Sequence[str], facts: str) -> str:
    """Ask for `lines`, of which `mistakes` speaks, as they should be."""
    return _paragraphs(
        facts,
        f"These lines stand at {HERE}:",
        lines,
        "They have this mistake:",
        "\n".join(f"- {each}" for each in mistakes),
        "Write only these lines, corrected; change nothing else in them.",
    )


def explain(lines: str, facts: str) -> str:
    """Ask what `lines`, which stand at the place of a request's hole, do."""
    return _paragraphs(
        facts,
        f"These lines stand at {HERE}:",
        lines,
        "Explain in plain words what they do, for a payroll consultant. Write Markdown"
        " and do not repeat them.",
    )


def mend(instruction: str, answer: str, mistakes: Sequence[str]) -> str:
    """Ask again: the earlier answer had `mistakes`."""
    return _paragraphs(
        instruction,
        "This answer has mistakes:",
        answer,
        "\n".join(f"- {each}" for each in mistakes),
        "Write the whole answer again, without them.",
    )


def compose(request: Request, budget: int, count: Callable[[str], int]) -> str:
    """An instruction with as much of the formula around its place as fits.

    Both together have `budget` tokens at most, as `count` counts them. Raises
    BackendError where the instruction alone has more. The request is told the prompt.
    """
    words = _LINES.sub("# ", request.instruction)
    room = budget - count(words)
    if room < 0:
        raise BackendError(
            "The instruction and what belongs to it are longer than the model can read."
        )
    head, tail = fim.window(request.prefix, request.suffix, room, count)
    if f"{head}{tail}".strip():
        around = _LINES.sub("# ", f"{head}{HERE}{tail}").strip("\n")
        words = _paragraphs("The formula:", around, words)
    request.shown(render(words))
    return words


def render(words: str) -> str:
    """The prompt up to where the answer begins, without what begins a text."""
    return f"{ASKED}\n{words}\n\n{ANSWERED}\n"


def render_text(words: str) -> str:
    """The prompt for an endpoint that has the tokenizer itself.

    A control token of whichever model that the words spell gets a space behind its
    first character, for ids are out of reach here.
    """
    return re.sub(rf"(?={_CONTROLS})(.)", r"\1 ", render(words), flags=re.DOTALL)


def parts(fmt: fim.FimFormat, words: str) -> fim.Parts:
    """The prompt as what begins a text, and a text."""
    return (*fim.beginning(fmt), render(words))


def encode_prompt(
    tokenizer: fim.Tokenizer, fmt: fim.FimFormat, words: str
) -> list[int]:
    """The ids of the prompt; no id of a control token can come out of the words."""
    return fim.encode_parts(tokenizer, fmt, parts(fmt, words))


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
