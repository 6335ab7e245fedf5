"""Tests of formulas: cases in files, played and compared."""
