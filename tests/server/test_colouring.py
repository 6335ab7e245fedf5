"""What has changed in a row of numbers, as one edit."""

from fastformula_server.colouring import change
from hypothesis import given
from hypothesis import strategies as st

ROWS = st.lists(st.integers(0, 3), max_size=12)


@given(ROWS, ROWS)
def test_the_edit_makes_the_one_of_the_other(
    before: list[int], after: list[int]
) -> None:
    data = list(before)
    for edit in change(before, after):
        data[edit.start : edit.start + edit.delete_count] = edit.data or ()
    assert data == after


def test_what_is_alike_at_both_ends_is_not_told() -> None:
    (edit,) = change([1, 2, 3, 4], [1, 2, 9, 9, 4])
    assert (edit.start, edit.delete_count, edit.data) == (2, 1, [9, 9])
    assert change([1, 2], [1, 2]) == []
