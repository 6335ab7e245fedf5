"""`python -m fastformula_training` is `fastformula-train`."""

from fastformula_training.cli import main

main(prog_name="fastformula-train")
