"""What may be written at cursors marked ▮, by hand and by an adversary."""

import os
import random
from collections.abc import Iterator
from functools import cache

import pytest
from fastformula import parse
from fastformula.analysis import Environment, analyze
from fastformula.language import Context, DatabaseItem, find_functions
from fastformula.language.catalogue import ThingKind
from fastformula.language.seeded import SEEDED
from fastformula.syntax import tokenize
from fastformula.syntax.recogniser import recognise
from fastformula_completion.constrain import Guide, guide_at
from fastformula_completion.decide import decide
from fastformula_completion.fit import open_place, trim_to_fit
from fastformula_completion.stop import enough
from fastformula_models.bpe import BpeTokenizer
from fastformula_models.embedded import WEIGHTS

SOAK = os.environ.get("FASTFORMULA_SOAK") == "1"
CURSORS = 4_000 if SOAK else 250

HEAD = """DEFAULT FOR PER_ASG_FTE_VALUE IS 1
INPUTS ARE hours (NUMBER), start_date (DATE)
l_a = hours
"""
TAIL = "\nRETURN l_a\n"


def guide_in(text: str, offset: int, *, several_lines: bool = False) -> Guide:
    parsed = parse(text)
    place = open_place(text, offset, parsed)
    return guide_at(place, analyze(parsed), enough(several_lines=several_lines))


def write(guide: Guide, middle: str) -> tuple[Guide, str]:
    """As far as `middle` may be written, and the rest of it."""
    for count, byte in enumerate(middle.encode()):
        after = guide.after(bytes((byte,)))
        if after is None:
            return guide, middle.encode()[count:].decode()
        guide = after
    return guide, ""


MAY_STAND = [
    ("▮", "l_b = 2"),
    ("l_b = ▮", "hours * l_a"),
    ("l_b = ▮", "Hours * (L_A + 1)"),
    ("l_b = ▮", "GREATEST(l_a, 2)"),
    ("l_b = ▮", "PER_ASG_FTE_VALUE"),
    ("l_b = ▮", "PER_ASG_GRADE_NAME"),
    ("l_b = ▮", "'it''s'"),
    ("l_b = ▮", "'2020-01-01' (DATE)"),
    ("l_b = GET_CONTEXT(▮", "PERSON_ID, 0)"),
    ("l_b = l_▮", "a"),
    ("l_b = 5▮", ".5"),
    ("IF l_a ▮", "> 2 THEN\n  l_a = 3"),
    ("IF l_a <▮", "> 2 THEN l_a = 3"),
    ("IF start_date WAS ▮", "NOT DEFAULTED THEN l_a = 1"),
    ("RET▮", "URN l_a"),
    ("▮", "l_c[1] = 2"),
    ("▮", "CALL_FORMULA('X', l_a > 'A', l_new < 'B' DEFAULT 0)"),
    ("▮", "CHANGE_CONTEXTS(PERSON_ID = l_a) (l_b = 2)"),
    ("WHILE l_a < 2 LOOP (\n  ▮\n)", "EXIT"),
    ("l_b = 1 ▮", "l_c = l_b"),
    # A name that stands behind RETURN may be the next statement's.
    ("IF l_a > 1 THEN RETURN▮", "\nl_c = 2"),
    # What stands behind the cursor may be written again, and is taken off.
    ("l_b = ROUND(▮)", "l_a)"),
    ("l_b = GREATEST(▮, 2)", "l_a,"),
    # The cursor may stand in a word.
    ("l_b = ho▮rs", "u"),
]


@pytest.mark.parametrize(("marked", "middle"), MAY_STAND)
def test_may_be_written_and_end(marked: str, middle: str) -> None:
    text = HEAD + marked + TAIL
    guide = guide_in(text.replace("▮", ""), text.index("▮"))
    guide, rest = write(guide, middle)
    assert rest == ""
    assert guide.may_end()


REFUSED = [
    ("l_b = ▮", "hours * l_", "c"),
    # A variable has no value before the statement that gives it one.
    ("l_b = ▮", "l_", "b"),
    ("l_b = ▮", "PER_ASG_GRADE_NAME", "X"),
    ("l_b = ▮", "GREATEST ", "+"),
    ("l_b = ▮", "TO_NUMBER(", ")"),
    ("l_b = ▮", "", ")"),
    ("l_b = ▮", "1", "a"),
    ("l_b = ▮", "'", "\n"),
    ("l_b = ▮", "1 /", "*"),
    ("l_b = ▮", "", "/* why */"),
    ("l_b = ▮", "l_a +", "\n"),
    ("l_b = GET_CONTEXT(▮", "PERSON_ID", "X"),
    ("▮", "PER_ASG_FTE_VALUE ", "= 1"),
    ("▮", "PERSON_ID ", "= 1"),
    ("▮", "EXIT", "\n"),
    ("▮", "INPUTS", " "),
    ("▮", "RETURN l_a, ", "q"),
    ("▮", "", ","),
    ("▮", "", ";"),
]


@pytest.mark.parametrize(("marked", "middle", "refused"), REFUSED)
def test_may_not_be_written(marked: str, middle: str, refused: str) -> None:
    text = HEAD + marked + TAIL
    guide = guide_in(text.replace("▮", ""), text.index("▮"))
    guide, rest = write(guide, middle)
    assert rest == ""
    assert guide.after(refused.encode()) is None


UNFINISHED = [
    ("l_b = ▮", ""),
    ("l_b = ▮", "GREATEST(l_a"),
    ("l_b = ▮", "'abc"),
    ("l_b = ROUND(▮)", "l_a) +"),
    ("▮", "IF l_a > 1 THEN"),
    ("l_b = l_▮c", "a"),
]


@pytest.mark.parametrize(("marked", "middle"), UNFINISHED)
def test_may_not_end(marked: str, middle: str) -> None:
    text = HEAD + marked + TAIL
    guide = guide_in(text.replace("▮", ""), text.index("▮"))
    guide, rest = write(guide, middle)
    assert rest == ""
    assert not guide.may_end()


def test_a_token_may_end_inside_a_character() -> None:
    text = HEAD + "l_b = 'h" + TAIL
    guide: Guide | None = guide_in(text, len(HEAD) + len("l_b = 'h"))
    for piece in (b"\xc3", b"\xa4", b"\xe2\x82", b"\xac'"):
        assert guide is not None
        guide = guide.after(piece)
    assert guide is not None
    assert guide.after(b"\xc3") is None


def test_what_the_completion_assigns_has_a_value() -> None:
    text = HEAD + "IF l_a > 1 THEN (\n  " + "\n)" + TAIL
    guide = guide_in(text, text.index("\n)"), several_lines=True)
    guide, rest = write(guide, "l_new = 2\n  l_other = l_new")
    assert rest == ""
    assert guide.may_end()
    guide, rest = write(guide, " + l_o")
    assert rest == "o"


class Pod:
    """A catalogue that lists all items of a pod, which are one."""

    is_complete = True

    def find_item(self, key: str) -> DatabaseItem | None:
        return DatabaseItem(key, "NUMBER", "catalogue") if key == "MY_ITEM" else None

    def find_context(self, key: str) -> Context | None:
        return SEEDED.find_context(key)

    def similar_items(self, key: str) -> tuple[str, ...]:
        return ()

    def find_items(self, pattern: str, limit: int) -> tuple[str, ...]:
        return ()

    def has(self, kind: ThingKind, name: str) -> bool | None:
        return None


def test_items_are_those_of_the_pod_where_they_are_known() -> None:
    text = HEAD + "l_b = " + TAIL
    offset = text.index(TAIL)
    parsed = parse(text)
    place = open_place(text, offset, parsed)
    analysis = analyze(parsed, Environment(catalogue=Pod()))
    guide = guide_at(place, analysis, enough(several_lines=False))
    ours, _ = write(guide, "My_Item")
    assert ours.may_end()
    others, _ = write(guide, "PER_ASG_GRADE_NAME")
    assert not others.may_end()


def test_generation_ends_with_the_line() -> None:
    text = HEAD + "l_b = " + TAIL
    guide = guide_in(text, text.index(TAIL))
    after = guide.after(b"l_a\n\n)) whatever")
    assert after is not None
    assert after.may_end()


def cursors(formulas: dict[str, str], seed: int) -> Iterator[tuple[str, int, str]]:
    """Formulas without the rest of a line, where it was, and what it was."""
    rng = random.Random(seed)
    texts = [text.replace("\r\n", "\n") for _, text in sorted(formulas.items())]
    found = 0
    while found < CURSORS:
        text = rng.choice(texts)
        line_start = text.rfind("\n", 0, rng.randrange(len(text))) + 1
        line = text[line_start:].split("\n", 1)[0].rstrip()
        begin = line_start + len(line) - len(line.lstrip())
        end = line_start + len(line)
        if begin == end or not is_sound(text):
            continue
        offset = rng.randrange(begin, end)
        middle = text[offset:end]
        has_comment = any(sign in line for sign in ("/*", "*/", "#"))
        holed = text[:offset] + text[end:]
        if has_comment or decide(holed, offset, manual=True).refusal:
            continue
        found += 1
        yield holed, offset, middle


def refused_share(formulas: dict[str, str]) -> float:
    """How many of the lines that were there cannot be written."""
    refused = 0
    for text, offset, middle in cursors(formulas, 1):
        _, rest = write(guide_in(text, offset), middle)
        refused += rest != ""
    return refused / CURSORS


def test_what_stood_there_may_be_written(own_formulas: dict[str, str]) -> None:
    assert refused_share(own_formulas) <= 0.01


def test_what_stood_in_published_formulas_may_be_written(
    corpus: dict[str, str],
) -> None:
    assert refused_share(corpus) <= 0.01


@cache
def is_sound(text: str) -> bool:
    return not count_errors(text) and not names_nothing(text, 0)


def count_errors(text: str) -> int:
    return sum(error.code.startswith("syntax") for error in parse(text).errors)


def names_nothing(text: str, start: int) -> set[str]:
    """Names behind `start` that nothing declares."""
    analysis = analyze(parse(text))
    unknown = {
        use.key
        for symbol in analysis.locals
        for use in symbol.uses
        if use.access.reads and not symbol.writes and use.name.span.start >= start
    }
    return unknown | {
        site.key
        for site in analysis.calls
        if site.call.span.start >= start and not find_functions(site.key)
    }


def whole_part(text: str) -> str:
    """`text` up to its last statement's words, of which the last may be unfinished."""
    tokens = tokenize(text)[:-1]
    while tokens and tokens[-1].kind not in ("NUMBER", "TEXT", "RPAR"):
        tokens.pop()
    return text[: tokens[-1].end] if tokens else ""


def test_whatever_a_model_writes_can_be_finished(own_formulas: dict[str, str]) -> None:
    """A model that picks tokens at random, of those that may come next."""
    vocabulary = BpeTokenizer(WEIGHTS / "tokenizer.json").bytes_of_tokens()
    rng = random.Random(2)
    ended = 0
    for text, offset, _ in cursors(own_formulas, 3):
        place = open_place(text, offset, parse(text))
        if place.is_hopeless:
            continue
        guide = guide_in(text, offset, several_lines=rng.random() < 0.5)
        for _ in range(20):
            tries = (guide.after(token) for token in rng.choices(vocabulary, k=400))
            following = next((each for each in tries if each is not None), None)
            if following is None or following.is_over:
                break
            guide = following
            if guide.may_end():
                ended += 1
                middle = trim_to_fit(place, guide.said.decode().rstrip())
                rest = guide.said.decode()[len(middle) :]
                assert not rest.strip("), \n\t"), rest
                said = text[:offset] + middle + text[offset:]
                assert count_errors(said) <= count_errors(text), said
        said = text[:offset] + guide.said.decode(errors="ignore")
        before = recognise(text[:offset])
        if len(before.stacks) >= len(before.tokens) - 1:
            read = recognise(said)
            # The last token is unfinished, and with it what the one in front of it is.
            assert len(read.stacks) >= len(read.tokens) - 2, said[offset - 40 :]
        whole = whole_part(said)
        if len(whole) > offset:
            old = names_nothing(text, 0)
            assert names_nothing(whole, offset) <= old, whole[offset - 40 :]
    assert ended > CURSORS / 10
