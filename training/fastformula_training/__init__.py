"""Training of completion models: formulas to rows, rows to adapters, scores."""
