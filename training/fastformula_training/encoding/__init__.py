"""Rows to tokens, and tokens to blocks and batches."""
