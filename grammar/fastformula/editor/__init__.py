"""What an editor shows: one module per feature, each a function of a parsed text."""
