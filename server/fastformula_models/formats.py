"""The prompt formats for holes: a row for each family, with the page it is from.

Which row a model needs is said by the catalog or by an adapter's card, never by the
model's name: a wrong row fails nothing, its completions are just worse.
"""

from dataclasses import dataclass
from typing import Literal

from fastformula_models.backend import BackendError


@dataclass(frozen=True, slots=True)
class FimFormat:
    """The prompt format of one family of models; an empty token does not exist.

    `order` is "psm" for prefix, suffix, middle or "spm" for suffix, prefix, middle,
    where the middle's sentinel stands before the prefix, which it then continues;
    "text" is for models without sentinels, which continue the suffix and then the
    prefix. `end` closes a middle, `stops` are further tokens that end generation,
    `before_prefix` stands between the prefix's sentinel and the prefix. `letters`
    are characters that the tokenizer keeps as added tokens and decodes wrongly.
    `implicit_space`: the tokenizer puts a space before each text it encodes. `added`:
    the base lacks the sentinels, and training adds them in spare embedding rows.
    """

    name: str
    source: str
    order: Literal["psm", "spm", "text"]
    prefix: str
    suffix: str
    middle: str
    bos: str
    end: str
    pad: str
    stops: tuple[str, ...] = ()
    before_prefix: str = ""
    letters: str = ""
    implicit_space: bool = False
    added: bool = False

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every control token of the format, each once."""
        named = (self.bos, self.prefix, self.suffix, self.middle, self.end, self.pad)
        return tuple(dict.fromkeys(token for token in named + self.stops if token))


_FORMATS = (
    FimFormat(
        name="deepseek-coder",
        # The token called "hole" stands before the suffix, and "end" before the
        # middle. The bars are U+FF5C and the low line U+2581. The letters are in
        # the added tokens of the model's tokenizer.json (ids 32000 to 32012).
        source="https://github.com/deepseek-ai/DeepSeek-Coder#2code-insertion; "
        "order and end of text: arXiv 2401.14196, section 3.1.2",
        order="psm",
        prefix="<\uff5cfim\u2581begin\uff5c>",
        suffix="<\uff5cfim\u2581hole\uff5c>",
        middle="<\uff5cfim\u2581end\uff5c>",
        bos="<\uff5cbegin\u2581of\u2581sentence\uff5c>",
        end="<\uff5cend\u2581of\u2581sentence\uff5c>",
        pad="<pad>",
        stops=("<|EOT|>",),
        letters="õ÷ÁýÀÿøúþüùöû",
    ),
    FimFormat(
        name="qwen2.5-coder",
        source="https://github.com/QwenLM/Qwen2.5-Coder#3-fill-in-the-middle-"
        "with-qwen25-coder; arXiv 2409.12186, table 2",
        order="psm",
        prefix="<|fim_prefix|>",
        suffix="<|fim_suffix|>",
        middle="<|fim_middle|>",
        bos="",
        end="<|endoftext|>",
        pad="<|fim_pad|>",
        stops=("<|im_end|>", "<|repo_name|>", "<|file_sep|>"),
    ),
    FimFormat(
        name="phi-2-untrained",
        source="https://github.com/gonglinyuan/safim model_utils.py: how SAFIM asks "
        "models without FIM tokens",
        order="text",
        prefix="",
        suffix="",
        middle="",
        bos="",
        end="<|endoftext|>",
        pad="<|endoftext|>",
    ),
    FimFormat(
        name="phi-2",
        source="Ours, after Qwen2.5-Coder: phi-2 has no FIM tokens, and its 50295 "
        "tokens leave 905 of 51200 embedding rows spare "
        "(https://huggingface.co/microsoft/phi-2 config.json, added_tokens.json)",
        order="psm",
        prefix="<|fim_prefix|>",
        suffix="<|fim_suffix|>",
        middle="<|fim_middle|>",
        bos="",
        end="<|endoftext|>",
        pad="<|fim_pad|>",
        added=True,
    ),
    FimFormat(
        name="starcoder2",
        source="https://github.com/bigcode-project/starcoder2; "
        "arXiv 2402.19173, section 5.1; tokens as in arXiv 2305.06161, table 10",
        order="psm",
        prefix="<fim_prefix>",
        suffix="<fim_suffix>",
        middle="<fim_middle>",
        bos="",
        end="<|endoftext|>",
        pad="<fim_pad>",
        stops=("<file_sep>",),
    ),
    FimFormat(
        name="codellama",
        # "<PRE> {pre} <SUF>{suf} <MID>": the spaces belong to the sentinels, except
        # the one before {pre}.
        source="https://github.com/meta-llama/codellama llama/generation.py "
        "infilling_prompt_tokens, llama/tokenizer.py encode_infilling",
        order="psm",
        prefix="\u2581<PRE>",
        suffix="\u2581<SUF>",
        middle="\u2581<MID>",
        bos="<s>",
        end="\u2581<EOT>",
        pad="</s>",
        before_prefix=" ",
        implicit_space=True,
    ),
    FimFormat(
        name="codegemma",
        source="https://ai.google.dev/gemma/docs/codegemma/prompt-structure; "
        "https://huggingface.co/google/codegemma-2b",
        order="psm",
        prefix="<|fim_prefix|>",
        suffix="<|fim_suffix|>",
        middle="<|fim_middle|>",
        bos="<bos>",
        end="<|file_separator|>",
        pad="<pad>",
        stops=("<eos>",),
    ),
    FimFormat(
        name="fastformula",
        # The suffix stands first: while an author types, all before the last few
        # tokens stays as it was, and so does the model's cache of it. Prefix and
        # middle are one text, so all that a model reads teaches it to go on.
        source="Ours; suffix first after arXiv 2207.14255, section 3",
        order="spm",
        prefix="<fim_prefix>",
        suffix="<fim_suffix>",
        middle="<fim_middle>",
        bos="<bos>",
        end="<eos>",
        pad="<pad>",
    ),
)

FORMATS: dict[str, FimFormat] = {row.name: row for row in _FORMATS}


def format_named(name: str) -> FimFormat:
    """Return the format of that name; BackendError lists the known ones."""
    if name not in FORMATS:
        raise BackendError(
            f"There is no prompt format called {name!r}; "
            f"the formats are {', '.join(FORMATS)}."
        )
    return FORMATS[name]
