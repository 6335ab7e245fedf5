"""What is remembered of offers: along the text that is typed, and no further."""

import pytest
from fastformula_completion.cache import CAPACITY, LOOK_BACK, Cache

TEXT, AT = "a = \nb = 2\n", 4


def filled(*middles: str, asked: int = 1) -> Cache:
    cache = Cache()
    cache.store(TEXT, AT, middles, asked)
    return cache


def typed(text: str, at: int, more: str) -> tuple[str, int]:
    return text[:at] + more + text[at:], at + len(more)


def test_the_same_place_is_known() -> None:
    assert filled("1 + 2").find(TEXT, AT, 1) == ("1 + 2",)
    assert Cache().find(TEXT, AT, 1) == ()


@pytest.mark.parametrize(
    ("more", "rest"), [("1", (" + 2",)), ("1 +", (" 2",)), ("1 + 2", ()), ("2", ())]
)
def test_the_rest_of_an_offer_is_known_while_one_types_along_it(
    more: str, rest: tuple[str, ...]
) -> None:
    assert filled("1 + 2").find(*typed(TEXT, AT, more), 1) == rest


def test_a_part_that_was_accepted_leaves_the_rest() -> None:
    cache = filled("first\nsecond\nthird")
    assert cache.find(*typed(TEXT, AT, "first\n"), 1) == ("second\nthird",)
    assert cache.find(*typed(TEXT, AT, "first\nsecond\n"), 1) == ("third",)


def test_what_is_typed_chooses_among_candidates() -> None:
    cache = filled("alpha", "beta", "alps", asked=3)
    assert cache.find(TEXT, AT, 3) == ("alpha", "beta", "alps")
    assert cache.find(*typed(TEXT, AT, "al"), 3) == ("pha", "ps")


def test_who_wants_more_than_was_asked_for_asks_again() -> None:
    assert filled("1").find(TEXT, AT, 3) == ()
    assert filled("1", asked=3).find(TEXT, AT, 3) == ("1",)


def test_another_text_behind_the_cursor_is_another_place() -> None:
    assert filled("1 + 2").find(TEXT + "c = 3\n", AT, 1) == ()
    assert filled("1 + 2").find("z" + TEXT, AT + 1, 1) == ()


def test_nothing_is_looked_for_too_far_back() -> None:
    offer = "x" * (LOOK_BACK + 10)
    assert filled(offer).find(*typed(TEXT, AT, "x" * LOOK_BACK), 1) == ("x" * 10,)
    assert filled(offer).find(*typed(TEXT, AT, "x" * (LOOK_BACK + 1)), 1) == ()


def test_the_place_asked_for_longest_ago_goes_first() -> None:
    cache = filled("kept")
    for number in range(CAPACITY):
        cache.store(f"c{number} = ", 6, ("1",), 1)
        assert cache.find(TEXT, AT, 1) == ("kept",)
    assert cache.find("c0 = ", 6, 1) == ()
    assert cache.find(f"c{CAPACITY - 1} = ", 6, 1) == ("1",)
