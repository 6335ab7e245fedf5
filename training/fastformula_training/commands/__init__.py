"""The commands of `fastformula-train`, one file each."""
