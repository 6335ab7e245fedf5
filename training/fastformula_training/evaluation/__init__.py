"""How good models are: what they are asked, how it is scored, and the report."""
