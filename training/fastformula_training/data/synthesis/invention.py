"""Words nobody has seen: abbreviations and made-up words in place of usual ones.

Names in real formulas come from one company's habits, not from our vocabulary. A
model that has only met common words guesses names from habit; one that meets words
it cannot guess has to learn to copy them from the text around the cursor.
"""

import re
from dataclasses import dataclass, field
from random import Random

SHARE = 0.6
"""How many of the words are replaced in a formula with invented words."""

STARTS = (
    *("b", "br", "c", "ch", "d", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p"),
    *("pr", "qu", "r", "s", "sh", "st", "t", "tr", "v", "w", "x", "z", ""),
)
VOWELS = ("a", "e", "i", "o", "u", "ai", "ee", "ou", "y")
ENDS = ("", "", "n", "r", "l", "s", "t", "m", "x", "nd", "rt", "k")


@dataclass(slots=True)
class Invention:
    """The words of one formula; a word is replaced the same way each time."""

    rng: Random
    words: dict[str, str] = field(default_factory=dict)

    def disguise(self, text: str) -> str:
        """The text, each of its words as this formula has it; case is kept."""
        return re.sub(r"[A-Za-z]+", lambda match: self._word(match[0]), text)

    def _word(self, word: str) -> str:
        usual = word.lower()
        if usual not in self.words:
            new = self._new(usual) if self.rng.random() < SHARE else usual
            self.words[usual] = new
        new = self.words[usual]
        return new.upper() if word.isupper() else new

    def _new(self, word: str) -> str:
        kind = self.rng.choices(("consonants", "short", "made up"), (30, 25, 45))[0]
        if kind == "consonants" and len(word) > 4:
            return word[0] + re.sub("[aeiou]", "", word[1:])
        if kind == "short" and len(word) > 4:
            return word[: self.rng.choice((3, 3, 4))]
        syllables = (
            self.rng.choice(STARTS) + self.rng.choice(VOWELS)
            for _ in range(self.rng.choice((1, 2, 2, 3)))
        )
        return "".join(syllables) + self.rng.choice(ENDS)
