"""Passages that consultants write in every kind of formula.

Each idiom appends a few statements that belong together: what one reads from the
next is what a completion model has to carry over.
"""

from collections.abc import Callable

from fastformula_training.data.synthesis import facts
from fastformula_training.data.synthesis.draft import Draft
from fastformula_training.data.synthesis.expressions import (
    between,
    condition,
    date,
    expression,
    message,
    number,
    rounding,
    test,
)
from fastformula_training.data.synthesis.layout import Assign, If, Return
from fastformula_training.data.synthesis.lookups import (
    array_loop,
    called_formula,
    changed_contexts,
    fetch_items,
    initialise,
    table_lookup,
    value_set,
    working_storage,
)
from fastformula_training.data.synthesis.remarks import Passage, logged, noted, remark


def service_bands(draft: Draft) -> Passage:
    """Length of service, and a value by bands of it."""
    rng = draft.rng
    hired = draft.known("DATE") if draft.chance(0.5) else draft.item("DATE")
    span = between(draft, draft.another("DATE", hired), hired)
    words = rng.choice(
        ("years of service", "service years", "los", "length of service", "tenure")
    )
    service = draft.new("NUMBER", words)
    passage: Passage = [Assign(service, span)]
    passage += logged(draft)
    target = draft.new("NUMBER")
    step = rng.choice((1, 2, 3, 5, 12))
    value, by = rng.randint(1, 12), rng.choice((1, 1.5, 2, 5, 0.25))
    style = rng.choice(("below", "above", "window"))
    branches: list[tuple[str, Passage]] = []
    count = rng.randint(2, 5)
    for index in range(count):
        low, high = index * step, (index + 1) * step
        if style == "below":
            head = f"{service} < {high}"
        elif style == "above":
            head = f"{service} >= {(count - index) * step}"
        else:
            both = draft.style.keyword("AND")
            head = f"{service} >= {low} {both} {service} < {high}"
        branches.append((head, [Assign(target, f"{value + by * index:g}")]))
    last = Assign(target, f"{value + by * count:g}")
    if draft.chance(0.8):
        passage.append(If(tuple(branches), [last]))
    else:
        passage += [Assign(target, "0"), If(tuple(branches))]
    return noted(draft, f"{words.capitalize()} decides the rate", passage)


def category_chain(draft: Draft) -> Passage:
    """A value set by what a text is."""
    rng = draft.rng
    name = draft.known("TEXT") if draft.chance(0.7) else draft.item("TEXT")
    values: list[str] = []
    type_ = rng.choice(("NUMBER", "NUMBER", "TEXT"))
    computed_value = number(draft)
    target = draft.new(type_)
    branches: list[tuple[str, Passage]] = []
    for _ in range(rng.randint(1, 4)):
        literal = draft.text_of(name)
        if literal in values:
            break
        values.append(literal)
        head = f"{name} = {literal}"
        if draft.chance(0.15):
            head = f"{head} {draft.style.keyword('OR')} {name} = {draft.text_of(name)}"
        value = draft.number() if type_ == "NUMBER" else draft.text_of(target)
        if type_ == "NUMBER" and draft.chance(0.2):
            value = computed_value
        branches.append((head, [Assign(target, value)]))
    value = draft.number() if type_ == "NUMBER" else draft.text_of(target)
    last = Assign(target, value)
    if draft.chance(0.75):
        return [If(tuple(branches), [last])]
    return [last, If(tuple(branches))]


def proration(draft: Draft) -> Passage:
    """The part of a period that was worked, and an amount in proportion."""
    rng = draft.rng
    start = draft.known("DATE")
    end = draft.another("DATE", start)
    amount = draft.known("NUMBER")
    total = draft.new("NUMBER", rng.choice(("total days", "period days", "days")))
    worked = draft.new("NUMBER", rng.choice(("worked days", "days worked", "active")))
    first = draft.call("GREATEST", start, draft.another("DATE", start))
    span = draft.call("DAYS_BETWEEN", end, first)
    whole = draft.call("DAYS_BETWEEN", end, start)
    passage: Passage = [Assign(total, f"{whole} + 1"), Assign(worked, f"{span} + 1")]
    factor = draft.new("NUMBER", rng.choice(("proration factor", "factor", "ratio")))
    if draft.chance(0.5):
        body: Passage = [Assign(factor, f"{worked} / {total}")]
        passage.append(If(((f"{total} > 0", body),), [Assign(factor, "0")]))
    else:
        passage.append(Assign(factor, f"{worked}/{total}"))
    value = draft.call("ROUND", f"{amount} * {factor}", "2")
    passage.append(draft.set("NUMBER", value))
    return noted(draft, "Proration", passage) + logged(draft)


def capped(draft: Draft) -> Passage:
    """A value held to a limit."""
    name = draft.known("NUMBER")
    limit = draft.number() if draft.chance(0.3) else draft.another("NUMBER", name)
    if name in draft.items["NUMBER"]:
        return [draft.set("NUMBER", draft.call("LEAST", name, limit))]
    body: Passage = [Assign(name, limit)]
    return [If(((f"{name} > {limit}", body),)), *logged(draft)]


def defaulted(draft: Draft) -> Passage:
    """What to do where a database item has no value."""
    type_ = draft.rng.choice(("DATE", "DATE", "NUMBER", "TEXT"))
    item = draft.item(type_)
    words = draft.rng.choice(("WAS DEFAULTED", "WAS DEFAULTED", "WAS NOT DEFAULTED"))
    fallback = draft.known(type_)
    name = draft.new(type_)
    other: Passage = [Assign(name, fallback)]
    here: Passage = [Assign(name, item)]
    head = f"{item} {draft.style.keyword(words)}"
    first, second = (here, other) if "NOT" in words else (other, here)
    if first[0] == second[0]:
        second = [Assign(name, draft.literal(type_))]
    return [If(((head, first),), second), *logged(draft)]


def computed(draft: Draft) -> Passage:
    """A few values computed one from the other."""
    passage: Passage = []
    for _ in range(draft.rng.randint(1, 3)):
        type_ = draft.rng.choices(("NUMBER", "DATE", "TEXT"), (60, 25, 15))[0]
        passage.append(draft.set(type_, expression(draft, type_)))
        passage += logged(draft)
    return passage


def decided(draft: Draft) -> Passage:
    """A condition with a few statements either way."""
    head = condition(draft)
    type_ = draft.rng.choice(("NUMBER", "NUMBER", "TEXT", "DATE"))
    value = expression(draft, type_)
    name = draft.new(type_)
    first: Passage = [Assign(name, value), *logged(draft)]
    if draft.chance(0.25):
        first.append(If(((test(draft), [Assign(name, draft.literal(type_))]),)))
    other = Assign(name, draft.literal(type_))
    branches = [(head, first)]
    if draft.chance(0.25):
        branches.append((condition(draft), [Assign(name, draft.literal(type_))]))
    if draft.chance(0.8):
        return [If(tuple(branches), [other, *logged(draft)])]
    return [other, If(tuple(branches))]


def nested(draft: Draft) -> Passage:
    """A decision inside a decision, each by its own test."""
    type_ = draft.rng.choice(("NUMBER", "NUMBER", "TEXT"))
    outer, inner = condition(draft), test(draft)
    first, second = expression(draft, type_), expression(draft, type_)
    before = logged(draft)
    name = draft.new(type_)
    choice = If(((inner, [Assign(name, first)]),), [Assign(name, second)])
    body: Passage = [*before, choice]
    if draft.chance(0.4):
        body += logged(draft)
    other = Assign(name, draft.text_of(name) if type_ == "TEXT" else draft.number())
    return [If(((outer, body),), [other, *logged(draft)])]


def value_or_default(draft: Draft) -> Passage:
    """A database item's value, checked at once."""
    type_ = draft.rng.choice(("DATE", "NUMBER", "TEXT"))
    item = draft.item(type_)
    name = draft.new(type_, draft.item_words(item))
    words = draft.style.keyword("WAS DEFAULTED")
    other = draft.literal(type_) if draft.chance(0.6) else draft.another(type_, name)
    chosen: Passage = [Assign(name, other), *logged(draft)]
    return [Assign(name, item), If(((f"{item} {words}", chosen),))]


def spelt_out(draft: Draft) -> Passage:
    """A chain on one value, with several things set in each branch."""
    rng = draft.rng
    name = draft.known("TEXT")
    types = rng.choices(("NUMBER", "TEXT"), (70, 30), k=rng.randint(2, 3))
    targets = [(draft.new(type_), type_) for type_ in types]
    branches: list[tuple[str, Passage]] = []
    seen: set[str] = set()
    for _ in range(rng.randint(2, 4)):
        literal = draft.text_of(name)
        if literal in seen:
            continue
        seen.add(literal)
        body: Passage = [
            Assign(
                target, draft.number() if type_ == "NUMBER" else draft.text_of(target)
            )
            for target, type_ in targets
        ]
        branches.append((f"{name} = {literal}", body + logged(draft)))
    last: Passage = [
        Assign(target, "0" if type_ == "NUMBER" else "' '") for target, type_ in targets
    ]
    return [If(tuple(branches), last)]


def guarded_log(draft: Draft) -> Passage:
    """Lines of the log under a switch."""
    if not draft.style.log_rate:
        return computed(draft)
    switch = draft.new("TEXT", draft.rng.choice(("debug", "debug flag", "trace")))
    lines = [draft.log_values() for _ in range(draft.rng.randint(1, 3))]
    return [Assign(switch, "'Y'"), If(((f"{switch} = 'Y'", lines),))]


def stopped(draft: Draft) -> Passage:
    """An early end where there is nothing to do."""
    name = draft.known("NUMBER")
    head = f"{name} = 0" if draft.chance(0.5) else condition(draft)
    body: Passage = [*logged(draft), Return((name,))]
    return noted(draft, "Nothing to do", [If(((head, body),))])


def date_window(draft: Draft) -> Passage:
    """The first and last day of what is looked at."""
    passage: Passage = []
    for words in draft.rng.sample(
        ("year start", "year end", "month start", "from date", "to date"), 2
    ):
        passage.append(draft.set("DATE", date(draft), words))
    return noted(draft, "Dates", passage) + logged(draft)


def rounded(draft: Draft) -> Passage:
    """A result brought to its decimals."""
    value = rounding(draft, draft.known("NUMBER"))
    return [draft.set("NUMBER", value), *logged(draft)]


def warned(draft: Draft) -> Passage:
    """A message where something is wrong."""
    sentence = facts.pick("messages", "text", draft.rng)
    text = message(draft, sentence)
    head = condition(draft)
    name = draft.new("TEXT", draft.rng.choice(("message", "error message", "msg")))
    return [Assign(name, "' '"), If(((head, [Assign(name, text)]),))]


COMMON: tuple[tuple[Callable[[Draft], Passage], int], ...] = (
    (computed, 22),
    (decided, 22),
    (category_chain, 16),
    (fetch_items, 12),
    (service_bands, 9),
    (table_lookup, 9),
    (changed_contexts, 8),
    (proration, 6),
    (capped, 9),
    (defaulted, 9),
    (value_set, 7),
    (working_storage, 6),
    (called_formula, 6),
    (array_loop, 7),
    (date_window, 7),
    (initialise, 6),
    (rounded, 5),
    (nested, 12),
    (guarded_log, 3),
    (stopped, 2),
    (value_or_default, 8),
    (spelt_out, 8),
    (warned, 5),
)


def passages(draft: Draft, count: int) -> Passage:
    """So many idioms in a row."""
    kinds, weights = zip(*COMMON, strict=True)
    body: Passage = []
    for kind in draft.rng.choices(kinds, weights, k=count):
        if draft.chance(0.3):
            body += remark(draft)
        body += kind(draft)
    return body
