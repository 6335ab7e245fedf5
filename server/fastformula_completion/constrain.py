"""What a model may write at a cursor, so that the formula can always be finished.

A `Guide` is the place that generation has reached: it is asked with the bytes of a
token and gives the place behind them, or None where they cannot stand. Grammar comes
from the automaton, which the recogniser's immutable stacks make free to snapshot; names
from the analysis of the text: a name is written only where something declares it, a new
one only where a statement may assign it. The middle may end where it fits what follows
the cursor (`fit`), and in front of the line end or bracket by which generation would
stop.

Tokens are looked at one by one, the likeliest first, so a step costs as many looks as
tokens are refused, a vocabulary of any size needs no preparation, and any number of
generations can go on from one place. llguidance was the alternative: its grammars know
neither words that are reserved (a keyword may always be read as a name there), nor
words that are keywords in their place only, nor what stands behind the cursor; names
would have to be compiled into a grammar at every key; and it is three megabytes of
native code for each platform.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fastformula import parse
from fastformula.analysis import Analysis, analyze
from fastformula.syntax.tokens import scan

from fastformula_completion.constrain_lexeme import (
    BLANKS,
    WORD,
    WORD_STARTS,
    begins,
    goes_on,
    kind_of,
    kinds_from,
    may_follow,
    word_after,
)
from fastformula_completion.constrain_names import item_keys, names_at
from fastformula_completion.constrain_spot import (
    Spot,
    find_statement,
    target_of,
)
from fastformula_completion.fit import Place, fits, open_place

_NEWLINE, _CLOSING = ord("\n"), ord(")")


@dataclass(frozen=True, slots=True)
class Hole:
    """A cursor, and when a completion there is done."""

    place: Place
    line_end: str
    is_done: Callable[[str], bool]
    tail: bytes
    """What of a word stands behind the cursor, in upper case."""
    following: str
    """The kind of the token behind the cursor and that."""
    verdicts: dict[str, bool] = field(default_factory=dict)
    """Middles that were held against what follows the cursor."""

    def takes(self, middle: str) -> bool:
        """Whether the formula goes on behind `middle` as it does behind the cursor.

        Models like to write the `)` or comma that stands behind the cursor already.
        What comes of it without them can be offered, so that is an end too: whoever
        must go on from there only rambles.
        """
        known = self.verdicts.get(middle)
        if known is None:
            said = middle.rstrip().replace("\n", self.line_end)
            known = fits(self.place, said)
            while not known and said.endswith((")", ",")):
                said = said[:-1].rstrip()
                known = fits(self.place, said)
            self.verdicts[middle] = known
        return known


@dataclass(frozen=True, slots=True)
class Guide:
    """How far a middle has been written, and in which ways it can be read."""

    hole: Hole
    spots: tuple[Spot, ...]
    """Behind the last whole token; more than one where what comes will tell."""
    lexeme: bytes
    """The token that is being written; empty between tokens."""
    trusted: bool
    """Whether that token is the author's, unchanged."""
    said: bytes = b""
    is_over: bool = False
    """Whether generation ends here, whatever else the last token brought."""

    def after(self, piece: bytes) -> Guide | None:
        """The place behind `piece`, or None where it cannot stand."""
        guide: Guide | None = self
        for byte in piece:
            if guide is None or guide.is_over:
                break
            guide = guide._step(byte)
        return guide

    def may_end(self) -> bool:
        """Whether the middle may end here."""
        if self.is_over:
            return True
        tail = self.hole.tail
        is_word = self.lexeme[:1] and self.lexeme[0] in WORD
        spots = self._spots_behind(tail if is_word else b"")
        following = "NAME" if tail and not is_word else self.hole.following
        return any(spot.ends(following) for spot in spots) and self.hole.takes(
            self.said.decode(errors="replace")
        )

    def _step(self, byte: int) -> Guide | None:
        said = self.said + bytes((byte,))
        if (
            byte in (_NEWLINE, _CLOSING)
            and not self._is_in_text()
            and self.hole.is_done(said.decode(errors="replace"))
        ):
            over = Guide(self.hole, self.spots, b"", False, said, is_over=True)
            return over if self.may_end() else None
        lexeme = self.lexeme
        if lexeme and goes_on(lexeme, byte):
            longer = lexeme + bytes((byte,))
            return self._write(self.spots, longer, said)
        spots = self.spots
        if lexeme:
            if not may_follow(lexeme, byte):
                return None
            spots = self._spots_behind()
            if not spots:
                return None
        if byte in BLANKS:
            return Guide(self.hole, spots, b"", False, said)
        return self._write(spots, bytes((byte,)), said) if begins(byte) else None

    def _write(
        self, spots: tuple[Spot, ...], lexeme: bytes, said: bytes
    ) -> Guide | None:
        """Go on with a lexeme that some token may begin as."""
        if lexeme[0] in WORD_STARTS or lexeme[0] == ord('"'):
            word = lexeme.upper()
            spots = tuple(spot for spot in spots if spot.may_begin(word))
        elif lexeme[0] != ord("'") or len(lexeme) == 1:
            kinds = kinds_from(lexeme)
            spots = tuple(
                spot
                for spot in spots
                if any(True for kind in kinds for _ in spot.feed(kind, b""))
            )
        return Guide(self.hole, spots, lexeme, False, said) if spots else None

    def _spots_behind(self, tail: bytes = b"") -> tuple[Spot, ...]:
        """The places behind the token that is being written, with `tail` behind it."""
        if not self.lexeme:
            return self.spots
        kind = kind_of(self.lexeme)
        if kind is None:
            return ()
        word = self.lexeme.upper() + tail
        return tuple(
            behind
            for spot in self.spots
            for behind in spot.feed(kind, word, trust=self.trusted)
        )

    def _is_in_text(self) -> bool:
        return self.lexeme[:1] in (b"'", b'"') and kind_of(self.lexeme) is None


def guide_at(place: Place, analysis: Analysis, is_done: Callable[[str], bool]) -> Guide:
    """What may be written at a cursor until `is_done` says that it is enough."""
    text, offset = place.text, place.offset
    line = text.rfind("\n", 0, offset) + 1
    *_, last, _ = (None, *scan(text[:offset], line))
    # The token that the cursor touches may grow, so it counts as not yet read.
    begin = last.start if last is not None and last.end == offset else offset
    tokens, stacks = place.before.tokens, place.before.stacks
    at = find_statement(tokens, stacks, place.before.statement)
    # What was mended because that token is unfinished is left out.
    own = [each for each in tokens[at:] if each.start < each.end <= begin]
    names = names_at(analysis, begin, target_of(own, text))
    spots: tuple[Spot, ...] = (Spot(stacks[at], names),)
    for token in own:
        kind = "RETURN" if token.kind == "RETURN_LIST" else token.kind
        word = token.text_in(text).upper().encode()
        spots = tuple(
            behind for spot in spots for behind in spot.feed(kind, word, trust=True)
        )
    tail = word_after(text[offset:])
    following = next(scan(text, offset + len(tail))).kind
    line_end = "\r\n" if "\r\n" in text else "\n"
    hole = Hole(place, line_end, is_done, tail.upper().encode(), following)
    return Guide(hole, spots, text[begin:offset].encode(), trusted=True)


def prepare() -> None:
    """Make the tables that guides read; the first one would wait a moment for them."""
    text = "l_value = "
    parsed = parse(text)
    place = open_place(text, len(text), parsed)
    analysis = analyze(parsed)
    guide_at(place, analysis, str.isspace).after(b"l")
    item_keys(analysis.product)
