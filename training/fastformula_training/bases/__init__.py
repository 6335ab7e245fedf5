"""The model that a run begins with: its shape, its tokenizer, its LoRA."""
