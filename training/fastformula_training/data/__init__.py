"""Formulas from wherever they are to rows: read, masked, compared, split, cut."""
