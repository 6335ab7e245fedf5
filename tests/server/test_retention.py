"""What is read out of the versions of a formula: taken, typed, kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from fastformula.text import Span
from fastformula_completion import Item
from fastformula_server.retention import (
    Offer,
    accept,
    advance,
    continues,
    surviving,
)

TEXT = "pay = \nRETURN pay\n"


def offer(*texts: str, start: int = 6) -> Offer:
    return Offer(TEXT, tuple(Item(text, Span(start, start)) for text in texts))


def followed(given: Offer, *versions: str) -> Offer | None:
    """The offer after the author has made each of these of the empty place."""
    current: Offer | None = given
    for middle in versions:
        assert current is not None
        current = advance(current, f"{TEXT[:6]}{middle}{TEXT[6:]}")
    return current


def test_what_arrives_at_once_and_whole_was_accepted() -> None:
    after = followed(offer("hours * 2"), "hours * 2")
    assert after is not None
    assert after.is_accepted
    assert after.taken == 9
    assert after.place == Span(6, 15)


def test_a_word_that_arrives_at_once_was_taken_in_part() -> None:
    after = followed(offer("hours * 2"), "hours")
    assert after is not None
    assert (after.is_accepted, after.taken, after.reached) == (False, 5, 5)


def test_the_rest_may_be_accepted_word_by_word() -> None:
    after = followed(offer("hours * 2"), "hours", "hours * 2")
    assert after is not None
    assert (after.is_accepted, after.taken) == (True, 9)


def test_what_is_typed_letter_by_letter_is_not_accepted() -> None:
    after = followed(offer("abc"), "a", "ab", "abc")
    assert after is not None
    assert (after.is_accepted, after.taken, after.reached) == (False, 0, 3)


def test_what_is_typed_first_is_not_counted_as_taken() -> None:
    after = followed(offer("hours * 2"), "h", "ho", "hours * 2")
    assert after is not None
    assert (after.is_accepted, after.taken) == (True, 7)


def test_what_is_deleted_again_is_not_taken() -> None:
    after = followed(offer("hours * 2"), "hours", "h")
    assert after is not None
    assert (after.taken, after.reached) == (1, 1)


@pytest.mark.parametrize("middle", ["rate", "hours + 2", "hours * 2 "])
def test_other_text_leaves_the_offer_behind(middle: str) -> None:
    assert followed(offer("hours * 2"), middle) is None


def test_a_change_elsewhere_leaves_the_offer_behind() -> None:
    assert advance(offer("hours"), f"/* x */ {TEXT}") is None
    assert advance(offer("hours"), "") is None


def test_another_of_several_items_may_be_accepted() -> None:
    after = followed(offer("hours", "rate * 2"), "rate * 2")
    assert after is not None
    assert (after.is_accepted, after.taken) == (True, 8)


def test_an_item_that_replaces_text_is_followed_too() -> None:
    text = "pay = hou\nRETURN pay\n"
    given = Offer(text, (Item("hours * 2", Span(6, 9)),), reached=0)
    after = advance(given, text)
    assert after is not None
    after = advance(after, "pay = hours * 2\nRETURN pay\n")
    assert after is not None
    assert after.is_accepted
    assert after.place == Span(6, 15)


def test_the_editor_is_believed_where_the_text_says_less() -> None:
    now = "  pay = hours * 2\nRETURN pay\n"
    after = accept(offer("hours * 2"), 0, now)
    assert after is not None
    assert after.is_accepted
    assert after.place.text_in(now) == "hours * 2"
    assert accept(offer("hours * 2"), 0, "pay = 1\n") is None


def test_what_is_left_of_an_offer_continues_it() -> None:
    whole = offer("hours * 2")
    rest = Offer("pay = hours\nRETURN pay\n", (Item(" * 2", Span(11, 11)),))
    assert continues(rest, whole)
    assert continues(whole, whole)
    assert not continues(offer("hours"), whole)


ACCEPTED = "IF hours > 40 THEN\n(\n  pay = hours * rate\n)\n"
BEFORE = f"/* pay */\n{ACCEPTED}RETURN pay\n"
PLACE = Span(10, 10 + len(ACCEPTED))


def kept(*versions: str) -> str:
    """What is left of the accepted text after these versions."""
    places: tuple[Span, ...] = (PLACE,)
    for before, now in pairwise((BEFORE, *versions)):
        places = surviving(places, before, now)
    return "".join(place.text_in(versions[-1]) for place in places)


def test_an_untouched_text_is_kept_whole() -> None:
    assert kept(BEFORE) == ACCEPTED
    assert kept(f"/* 1 */\n{BEFORE}", f"/* 1 */\n{BEFORE}/* 2 */") == ACCEPTED


def test_a_deleted_text_is_not_kept() -> None:
    assert kept("/* pay */\nRETURN pay\n") == ""
    assert kept("", BEFORE) == ""


def test_an_edited_text_is_kept_but_for_the_edits() -> None:
    dearer = BEFORE.replace("rate", "bonus")
    assert kept(dearer) == ACCEPTED.replace("rate", "")
    shorter = dearer.replace("  pay = hours * bonus\n", "")
    assert kept(dearer, shorter) == ACCEPTED.replace("  pay = hours * rate\n", "")


def test_what_is_written_into_an_accepted_text_is_not_of_it() -> None:
    longer = BEFORE.replace("hours *", "hours * factor *")
    assert kept(longer) == ACCEPTED
    assert kept(longer, longer.replace("factor * ", "")) == ACCEPTED


def test_a_change_that_reaches_in_takes_only_what_it_covers() -> None:
    assert kept(BEFORE.replace("*/\nIF hours > ", "*/\nIF ")) == ACCEPTED.replace(
        "hours > ", ""
    )
    assert kept(BEFORE.replace("/* pay */\nIF hours", "")) == ACCEPTED[8:]
