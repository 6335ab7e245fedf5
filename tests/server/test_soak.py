"""The soak of the server works, and a few minutes of typing leave nothing unanswered.

`make soak` types for a day.
"""

from soak_typing import soak


def test_all_that_is_asked_while_one_types_is_answered() -> None:
    problems = soak(150)
    # So short a time says nothing of memory.
    assert [each for each in problems if not each.startswith("The memory")] == []
