"""Expressions and conditions over the names a draft has."""

from fastformula_training.data.synthesis.draft import Draft


def number(draft: Draft, depth: int = 0) -> str:
    """A number computed from known names."""
    rng = draft.rng
    kind = rng.choices(
        ("name", "binary", "scaled", "call", "between", "nested", "convert"),
        (14, 26, 16, 20, 12, 8 if depth == 0 else 0, 4),
    )[0]
    one = draft.known("NUMBER")
    if kind == "binary":
        operator = rng.choice(("+", "-", "*", "/", "*", "+", "-"))
        gap = "" if rng.random() < 0.2 else " "
        return f"{one}{gap}{operator}{gap}{draft.another('NUMBER', one)}"
    if kind == "scaled":
        return f"{one} {rng.choice('*/+-')} {draft.number()}"
    if kind == "call":
        return rounding(draft, one)
    if kind == "between":
        late = draft.known("DATE")
        return between(draft, late, draft.another("DATE", late))
    if kind == "nested":
        inner = number(draft, depth + 1)
        return f"({inner}) {rng.choice('*/')} {draft.number()}"
    if kind == "convert":
        return draft.call(rng.choice(("TO_NUMBER", "TO_NUM")), draft.known("TEXT"))
    return one


def rounding(draft: Draft, value: str) -> str:
    """The value rounded, cut or held within limits."""
    rng = draft.rng
    name = rng.choice(
        ("ROUND", "ROUND", "TRUNC", "GREATEST", "LEAST", "ROUND", "FLOOR", "ABS")
    )
    if name in ("GREATEST", "LEAST"):
        other = draft.number() if rng.random() < 0.5 else draft.another("NUMBER", value)
        return draft.call(name, value, other)
    if name in ("FLOOR", "ABS"):
        return draft.call(name, value)
    if rng.random() < 0.4:
        value = f"{value} {rng.choice('*/')} {draft.number()}"
    return draft.call(name, value, rng.choice(("2", "2", "0", "4", "1", "3")))


def between(draft: Draft, late: str, early: str) -> str:
    """The time between two dates, in days, months or years."""
    rng = draft.rng
    if rng.random() < 0.45:
        days = draft.call("DAYS_BETWEEN", late, early)
        return f"{days} + 1" if rng.random() < 0.5 else days
    months = draft.call("MONTHS_BETWEEN", late, early)
    form = rng.choice(("months", "years", "floor", "trunc"))
    if form == "months":
        return months
    if form == "years":
        return f"{months} / 12"
    if form == "floor":
        return draft.call("FLOOR", f"{months}/12")
    return draft.call("TRUNC", f"{months} / 12", "0")


def date(draft: Draft) -> str:
    """A date computed from known names."""
    rng = draft.rng
    one = draft.known("DATE")
    kind = rng.choices(
        ("days", "months", "years", "extreme", "truncated", "last", "text", "name"),
        (22, 18, 8, 22, 12, 8, 8, 6),
    )[0]
    if kind == "days":
        step = rng.choice(("1", "-1", "-1", "30", "90", "180", "7", "-7", "14"))
        return draft.call("ADD_DAYS", one, step)
    if kind == "months":
        step = rng.choice(("1", "-1", "12", "6", "3", "-12"))
        if rng.random() < 0.3:
            step = draft.known("NUMBER")
        return draft.call("ADD_MONTHS", one, step)
    if kind == "years":
        return draft.call("ADD_YEARS", one, rng.choice(("1", "-1", "5", "18")))
    if kind == "extreme":
        other = draft.another("DATE", one)
        return draft.call(rng.choice(("GREATEST", "LEAST")), one, other)
    if kind == "truncated":
        unit = rng.choice(("'YYYY'", "'MM'", "'YEAR'", "'Y'"))
        return draft.call("TRUNC", one, unit)
    if kind == "last":
        return draft.call("LAST_DAY", one)
    if kind == "text":
        year = draft.call("TO_CHAR", one, "'YYYY'")
        if rng.random() < 0.5:
            return draft.call(
                "TO_DATE", draft.style.join("'01-JAN-'", year), "'DD-MON-YYYY'"
            )
        day = rng.choice(("'/01/01'", "'/12/31'", "'/04/01'"))
        return draft.call("TO_DATE", draft.style.join(year, day), "'YYYY/MM/DD'")
    return one


def text(draft: Draft) -> str:
    """A text made from known names."""
    rng = draft.rng
    one = draft.known("TEXT")
    kind = rng.choices(
        ("substr", "case", "date", "join", "number", "name", "trim"),
        (18, 16, 20, 20, 12, 6, 8),
    )[0]
    if kind == "substr":
        start = rng.choice(("1", "1", "3", "5"))
        return draft.call("SUBSTR", one, start, str(rng.randint(1, 10)))
    if kind == "case":
        return draft.call(rng.choice(("UPPER", "UPPER", "LOWER", "INITCAP")), one)
    if kind == "date":
        form = rng.choice(("YYYY", "MM", "DDMMYYYY", "YYYY/MM/DD", "DY", "MM/DD"))
        return draft.call("TO_CHAR", draft.known("DATE"), f"'{form}'")
    if kind == "join":
        middle = rng.choice(("' '", "'-'", "'_'", "','", "' - '"))
        return draft.style.join(one, middle, draft.another("TEXT", one))
    if kind == "number":
        return draft.call("TO_CHAR", draft.known("NUMBER"))
    if kind == "trim":
        return draft.call(rng.choice(("TRIM", "RTRIM", "LTRIM")), one)
    return one


def expression(draft: Draft, type_: str) -> str:
    """An expression of the type."""
    if type_ == "NUMBER":
        return number(draft)
    return date(draft) if type_ == "DATE" else text(draft)


def test(draft: Draft, type_: str = "") -> str:
    """One comparison."""
    rng = draft.rng
    type_ = type_ or rng.choice(("NUMBER", "NUMBER", "TEXT", "TEXT", "DATE"))
    gap = "" if rng.random() < 0.1 else " "
    name = draft.known(type_)
    if draft.items[type_] and rng.random() < 0.12:
        item = rng.choice(draft.items[type_])
        words = "WAS DEFAULTED" if rng.random() < 0.5 else "WAS NOT DEFAULTED"
        return f"{item} {draft.style.keyword(words)}"
    if type_ == "TEXT":
        if rng.random() < 0.08:
            pattern = draft.text_of(name).strip("'")
            like = draft.style.keyword(rng.choice(("LIKE", "LIKE", "NOT LIKE")))
            return f"{name} {like} '{rng.choice(('%', ''))}{pattern}%'"
        operator = rng.choices(("=", draft.style.not_equal), (75, 25))[0]
        if rng.random() < 0.06:
            return f"{draft.call('ISNULL', name)} = {draft.text('flag')}"
        return f"{name}{gap}{operator}{gap}{draft.text_of(name)}"
    operator = rng.choice((">", "<", ">=", "<=", ">=", "<=", "=", ">"))
    other = draft.literal(type_) if rng.random() < 0.5 else draft.known(type_)
    if other == name or (type_ == "DATE" and rng.random() < 0.7):
        other = draft.another(type_, name)
    return f"{name}{gap}{operator}{gap}{other}"


def condition(draft: Draft) -> str:
    """One to three comparisons."""
    rng = draft.rng
    count = rng.choices((1, 2, 3), (68, 26, 6))[0]
    bracketed = rng.random() < 0.35
    tests = [test(draft) for _ in range(count)]
    if count == 1:
        return tests[0]
    if bracketed:
        tests = [f"({one})" for one in tests]
    joint = draft.style.keyword(rng.choice(("AND", "AND", "OR")))
    return f" {joint} ".join(tests)


def message(draft: Draft, sentence: str) -> str:
    """A sentence, now and then with a value put in."""
    if draft.rng.random() < 0.3 and draft.has("NUMBER"):
        value = draft.as_text(draft.known("NUMBER"), "NUMBER")
        return draft.style.join(f"'{sentence} '", value)
    return f"'{sentence}'"
