"""What a run will need and how long it takes, before it begins."""
