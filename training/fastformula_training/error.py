"""What a training command says when it cannot go on."""


class TrainingError(Exception):
    """One sentence for the person at the terminal: what is wrong and what to do."""
