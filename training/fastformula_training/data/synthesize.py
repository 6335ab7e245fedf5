"""Write generated formulas to a folder that `prepare` and `init` read."""

from pathlib import Path

from fastformula_training.data.synthesis import synthesize
from fastformula_training.documents import write_jsonl
from fastformula_training.error import TrainingError

FILE = "documents.jsonl"


def write_formulas(count: int, seed: int, out: Path, invented: float = 0.0) -> Path:
    """Write so many formulas and return the file; the seed decides every letter.

    A share of `invented` has names of words that no other formula has.

    Raises TrainingError where the folder holds something that this did not write.
    """
    if out.exists() and any(path.name != FILE for path in out.iterdir()):
        raise TrainingError(f"{out} holds something else; choose another folder.")
    write_jsonl(out / FILE, synthesize(count, seed, invented))
    return out / FILE
