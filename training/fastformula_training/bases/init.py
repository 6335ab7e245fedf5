"""Make a small base model: random weights and a tokenizer trained on formulas.

The result is an ordinary transformers folder, so `train`, `evaluate` and serving
take it as they take any other base. Its tokenizer is a byte-level BPE whose
pieces end at digits, underscores and line structure, so that the parts of a name
such as `l_hours_worked` are shared between formulas; the pattern names its
characters one by one, so any regular expression engine reads it alike.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fastformula_training.documents import read_documents
from fastformula_training.error import TrainingError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PIECES = (
    r" ?_?[A-Za-z]+| ?[0-9]{1,4}| ?[^ \t\r\nA-Za-z0-9]+"
    r"|[ \t\r\n]+(?![^ \t\r\n])|[ \t\r\n]+"
)
"""How text is cut before BPE: words, up to four digits, signs, blanks."""

PAD, BOS, EOS = "<pad>", "<bos>", "<eos>"
SENTINELS = ("<fim_prefix>", "<fim_suffix>", "<fim_middle>")


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseConfig:
    """The shape of a small base model and what its tokenizer learns from."""

    documents: Path
    """A documents.jsonl; only its texts are read."""
    output: Path
    architecture: Literal["llama", "qwen2", "phi"] = "llama"
    hidden: int = 192
    intermediate: int = 512
    layers: int = 6
    heads: int = 3
    kv_heads: int = 0
    """Heads of keys and values; 0 is as many as `heads`."""
    vocabulary: int = 4096
    """Pieces of the tokenizer, sentinels among them."""
    spare: int = 0
    """Rows of the embedding beyond the vocabulary."""
    sentinels: bool = True
    """Whether the tokenizer knows FIM sentinels; without, as Phi-2 was made."""
    context: int = 2048
    seed: int = 1

    def __post_init__(self) -> None:
        """Check what the types do not say; raises TrainingError."""
        if self.hidden % self.heads:
            raise TrainingError("`hidden` must be a multiple of `heads`.")
        if self.kv_heads and self.heads % self.kv_heads:
            raise TrainingError("`heads` must be a multiple of `kv_heads`.")
        if self.vocabulary < 300:
            raise TrainingError("`vocabulary` must be at least 300: bytes come first.")


def init_base(config: BaseConfig) -> Path:
    """Write the model and its tokenizer to `config.output` and return it.

    Raises TrainingError where the folder already holds something or there are no
    documents.
    """
    if config.output.exists() and any(config.output.iterdir()):
        raise TrainingError(f"{config.output} is not empty; choose another `output`.")
    texts = [document.text for document in read_documents(config.documents)]
    if not texts:
        raise TrainingError(f"{config.documents} holds no documents.")

    import torch
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    tokenizer = train_tokenizer(texts, config.vocabulary, config.sentinels)
    torch.manual_seed(config.seed)
    model = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
        _architecture(config, tokenizer)
    )
    wrapped = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=BOS,
        eos_token=EOS,
        pad_token=PAD,
        model_max_length=config.context,
        clean_up_tokenization_spaces=False,
    )
    part = config.output.with_name(config.output.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    model.save_pretrained(part)
    wrapped.save_pretrained(part)
    if config.output.exists():
        config.output.rmdir()
    part.replace(config.output)
    return config.output


def train_tokenizer(
    texts: Iterable[str], vocabulary: int, sentinels: bool = True
) -> Tokenizer:
    """Train a byte-level BPE; the special tokens come first, in a fixed order."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, BOS, EOS, *(SENTINELS if sentinels else ())],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _architecture(config: BaseConfig, tokenizer: Tokenizer) -> Any:
    """The transformers configuration of the asked shape."""
    from transformers import AutoConfig

    return AutoConfig.for_model(
        config.architecture,
        vocab_size=tokenizer.get_vocab_size() + config.spare,
        hidden_size=config.hidden,
        intermediate_size=config.intermediate,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        num_key_value_heads=config.kv_heads or config.heads,
        max_position_embeddings=config.context,
        # Phi-2 has a head of its own with a bias; the small ones share theirs.
        tie_word_embeddings=config.architecture != "phi",
        bos_token_id=tokenizer.token_to_id(BOS),
        eos_token_id=tokenizer.token_to_id(EOS),
        pad_token_id=tokenizer.token_to_id(PAD),
    )
