"""A formula being written: which names exist, what they hold, how they are spelt.

Every local is made before it is read and every database item is listed for a
default, so the finished text is consistent; idioms only ask the draft for names and
expressions of a type.
"""

from dataclasses import dataclass, field
from random import Random

from fastformula_training.data.synthesis import facts
from fastformula_training.data.synthesis.invention import Invention
from fastformula_training.data.synthesis.layout import Assign, Statement
from fastformula_training.data.synthesis.style import Style


@dataclass(slots=True)
class Draft:
    """The state of one formula; `locals` and `inputs` are names by type."""

    rng: Random
    style: Style
    subject: str
    name: str
    invention: Invention | None = None
    """Where its words come from, if not all are usual ones."""
    locals: dict[str, list[str]] = field(
        default_factory=lambda: {"NUMBER": [], "TEXT": [], "DATE": []}
    )
    meanings: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    data_defaults: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    items: dict[str, list[str]] = field(
        default_factory=lambda: {"NUMBER": [], "TEXT": [], "DATE": []}
    )
    spellings: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    log_context: tuple[str, ...] = ()

    def chance(self, probability: float) -> bool:
        """True as often as the probability says."""
        return self.rng.random() < probability

    # Names

    def spell(self, words: str) -> str:
        """Words as a local's name in the author's style."""
        style = self.style
        parts = self.disguise(words).split(" ")
        if style.name_case == "camel":
            head = style.prefix + (
                parts[0].capitalize() if style.prefix else parts[0].lower()
            )
            return head + "".join(part.capitalize() for part in parts[1:])
        if style.name_case == "upper":
            return (style.prefix + "_".join(parts)).upper()
        if style.name_case == "title":
            return style.prefix + "_".join(part.capitalize() for part in parts)
        return style.prefix + "_".join(parts)

    def disguise(self, text: str) -> str:
        """The text in the words of this formula."""
        return self.invention.disguise(text) if self.invention else text

    def new(self, type_: str, words: str = "") -> str:
        """A local that did not exist; the caller assigns it."""
        for attempt in range(20):
            meaning = words or facts.words(self.subject, type_, self.rng)
            if attempt or (not words and self.chance(0.12)):
                extra = self.rng.choice(
                    ("new", "old", "prev", "final", "calc", "temp", "curr", "1", "2")
                )
                meaning = (
                    f"{meaning} {extra}" if extra.isdigit() else f"{extra} {meaning}"
                )
            name = self.spell(meaning)
            if name.upper() not in TAKEN and name.upper() not in self.spellings:
                break
        else:
            name = f"{name}_{len(self.spellings)}"
        self.spellings[name.upper()] = name
        self.locals[type_].append(name)
        self.meanings[name] = meaning
        return name

    def known(self, type_: str) -> str:
        """A name that has a value of the type: a recent local most of the time."""
        pools = [self.locals[type_][-6:], self.locals[type_], self.input_names(type_)]
        pools.append(self.items[type_])
        weights = [6 if pools[0] else 0, 2 if pools[1] else 0]
        weights += [3 if pools[2] else 0, 1 if pools[3] else 0]
        if not any(weights):
            return self.item(type_)
        return self.rng.choice(self.rng.choices(pools, weights)[0])

    def another(self, type_: str, name: str) -> str:
        """A known name other than this one, or a literal if there is none."""
        for _ in range(6):
            other = self.known(type_)
            if other != name:
                return other
        return self.literal(type_)

    def has(self, type_: str) -> bool:
        """Whether any local or input of the type exists."""
        return bool(self.locals[type_] or self.input_names(type_))

    def input_names(self, type_: str) -> list[str]:
        """The inputs of the type."""
        return [name for name, kind in self.inputs.items() if kind == type_]

    def item(self, type_: str, name: str = "") -> str:
        """A database item, which gets a default."""
        if not name:
            if self.items[type_] and self.chance(0.35):
                return self.rng.choice(self.items[type_])
            if type_ == "NUMBER" and self.subject == "payroll" and self.chance(0.45):
                name = self.disguise(facts.element_item(self.rng))
            else:
                name = facts.database_item(self.subject, type_, self.rng)
        if name not in self.defaults:
            self.defaults[name] = self.default_literal(type_)
            self.items[type_].append(name)
        return name

    def array_item(self, type_: str, name: str = "") -> str:
        """An array database item, with a default for its elements."""
        name = name or facts.database_item(
            self.subject, facts.ARRAY_TYPES[type_], self.rng
        )
        self.data_defaults.setdefault(name, self.default_literal(type_))
        return name

    def item_words(self, item: str) -> str:
        """What a local fetched from the item is called."""
        parts = item.lower().split("_")
        keep = self.rng.choice((2, 2, 3, 3, 4))
        return " ".join(part for part in parts[-keep:] if part)

    # Values

    def number(self) -> str:
        """A number as it stands in formulas."""
        rng = self.rng
        return rng.choice(
            (
                str(rng.randint(0, 12)),
                str(rng.choice((0, 1, 5, 8, 10, 12, 15, 20, 24, 30, 40, 50, 60, 100))),
                str(rng.choice((12, 24, 26, 30, 31, 52, 80, 160, 173.33, 360, 365))),
                str(rng.randint(1, 60) * 100),
                str(round(rng.uniform(0, 10), rng.choice((1, 2, 2, 3)))),
                str(round(rng.uniform(0, 1), 2)),
            )
        )

    def text(self, kind: str = "") -> str:
        """A text literal."""
        kind = kind or self.rng.choice(facts.value_kinds())
        return f"'{facts.pick('values', kind, self.rng)}'"

    def value_kind(self, name: str) -> str:
        """The kind of values that the name is compared with, the same each time."""
        words = name.lower()
        for part, kind in KINDS.items():
            if part in words:
                return kind
        if name not in self.kinds:
            self.kinds[name] = self.rng.choice(facts.value_kinds())
        return self.kinds[name]

    def text_of(self, name: str) -> str:
        """A text literal that the name may be equal to."""
        return self.text(self.value_kind(name))

    def date(self) -> str:
        """A date literal."""
        rng = self.rng
        text = rng.choice(facts.DATES)
        if rng.random() < 0.2:
            day = f"{rng.randint(1990, 2026)}/{rng.randint(1, 12):02}/01"
            text = day + rng.choice((" 00:00:00", ""))
        return self.dated(text)

    def dated(self, text: str) -> str:
        """A date literal of the text, type word as the author writes it."""
        gap = "" if self.style.tight_type else " "
        return f"'{text}'{gap}({self.style.type_word('DATE')})"

    def default_literal(self, type_: str) -> str:
        """The value a name of the type gets by DEFAULT."""
        if type_ == "NUMBER":
            return self.rng.choice(("0", "0", "0", "0", "1", "-1", "99", "0.00"))
        if type_ == "DATE":
            return self.date()
        return self.rng.choice(("' '", "' '", "' '", "'X'", "'N'", "'NA'", "'NONE'"))

    def literal(self, type_: str) -> str:
        """A literal to set or compare with."""
        if type_ == "NUMBER":
            return self.number()
        return self.date() if type_ == "DATE" else self.text()

    def call(self, name: str, *arguments: str) -> str:
        """A function call in the author's style."""
        return self.style.call(name, *arguments)

    def as_text(self, name: str, type_: str) -> str:
        """The name turned into text, for messages."""
        if type_ == "TEXT":
            return name
        if type_ == "DATE" and self.chance(0.5):
            form = self.rng.choice(("YYYY/MM/DD", "DD-MON-YYYY", "YYYY-MM-DD"))
            return self.call("TO_CHAR", name, f"'{form}'")
        return self.call(self.rng.choice(("TO_CHAR",) * 5 + ("TO_TEXT",)), name)

    # Statements

    def set(self, type_: str, value: str, words: str = "") -> Assign:
        """A new local with a value."""
        return Assign(self.new(type_, words), value)

    def log(self, message: str) -> Statement:
        """A line of the log."""
        arguments = (*self.log_context, message)
        function = "ADD_RLOG" if self.log_context else self.style.log_function
        return Assign(self.style.log_variable, self.call(function, *arguments))

    def log_values(self) -> Statement:
        """A line of the log with one or two values in it."""
        pieces: list[str] = []
        for _ in range(1 if self.chance(0.7) else 2):
            type_ = self.rng.choice(("NUMBER", "NUMBER", "TEXT", "DATE"))
            name = self.known(type_)
            label = self.rng.choice(
                (name, name, self.meanings.get(name, name), name.upper())
            )
            mark = self.rng.choice((" = ", ": ", " - ", " ", "=", " : "))
            lead = " " if pieces else self.rng.choice(("", "", "", f"[{self.name}] "))
            pieces += [f"'{lead}{label}{mark}'", self.as_text(name, type_)]
        return self.log(self.style.join(*pieces))


KINDS = {
    "flag": "flag",
    "eligible": "flag",
    "valid": "flag",
    "required": "flag",
    "currency": "currency",
    "grade": "grade",
    "status": "status",
    "union": "union",
    "bargain": "union",
    "agreement": "union",
    "reason": "reason",
    "action": "reason",
    "rating": "rating",
    "day": "day",
    "time_type": "timetype",
    "timetype": "timetype",
    "pay_code": "timetype",
    "plan": "plan",
    "absence_type": "plan",
    "typ_name": "plan",
    "frequency": "period",
    "period": "period",
    "uom": "unit",
    "unit": "unit",
    "location": "place",
    "country": "place",
    "city": "place",
    "state": "place",
    "region": "place",
    "business_unit": "place",
    "legal": "place",
    "categ": "category",
    "full_part": "category",
    "type": "category",
    "basis": "period",
}

TAKEN = frozenset(
    (
        *("ALIAS", "AND", "ARE", "AS", "CHANGE_CONTEXTS", "COUNT", "DATE", "DEFAULT"),
        *("DEFAULTED", "DELETE", "ELSE", "EXECUTE", "EXISTS", "EXIT", "FIRST", "FOR"),
        *("IF", "INPUTS", "IS", "LAST", "LIKE", "LOOP", "NEXT", "NOT", "NUMBER", "OR"),
        *facts.CONTEXTS,
        *("PREVIOUS", "PRIOR", "RETURN", "TEXT", "THEN", "USING", "WAS", "WHILE"),
    )
)
