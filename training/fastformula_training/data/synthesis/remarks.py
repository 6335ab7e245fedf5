"""What authors write around their statements: comments and lines of the log."""

from fastformula_training.data.synthesis import facts
from fastformula_training.data.synthesis.draft import Draft
from fastformula_training.data.synthesis.layout import Note, Statement

Passage = list[Statement]


def noted(draft: Draft, text: str, passage: Passage) -> Passage:
    """The passage, commented by authors who comment."""
    if draft.chance(draft.style.comment_rate):
        return [Note(text), *passage]
    return passage


def remark(draft: Draft) -> Passage:
    """A comment that belongs to no statement: a change, a section, code taken out."""
    rng = draft.rng
    if not draft.chance(draft.style.comment_rate):
        return []
    thing = facts.words(draft.subject, rng.choice(("NUMBER", "DATE")), rng)
    change = facts.pick("names", "change", rng)
    version = f"{rng.randint(1, 3)}.{rng.randint(0, 9)}"
    text = rng.choice(
        (
            f"{change} - {version}",
            f"{version} {change}",
            f"Calculate the {thing}",
            f"Check {thing} for {facts.words(draft.subject, 'TEXT', rng)}",
            f"Get {thing}",
            f"Step {rng.randint(1, 6)}: {thing}",
            f"If {facts.words(draft.subject, 'TEXT', rng)} is set, use {thing}",
            f"{draft.known('NUMBER')} = {draft.number()}",
            f"{thing} section".upper(),
        )
    )
    return [Note(text)]


def logged(draft: Draft) -> Passage:
    """A line of the log, from authors who log."""
    return [draft.log_values()] if draft.chance(draft.style.log_rate) else []
