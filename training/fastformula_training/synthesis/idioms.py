"""Passages that consultants write in every kind of formula.

Each idiom appends a few statements that belong together: what one reads from the
next is what a completion model has to carry over.
"""

from collections.abc import Callable

from fastformula_training.synthesis import facts
from fastformula_training.synthesis.draft import Draft
from fastformula_training.synthesis.expressions import (
    between,
    condition,
    date,
    expression,
    message,
    number,
    rounding,
    test,
)
from fastformula_training.synthesis.layout import (
    Assign,
    Call,
    ChangeContexts,
    If,
    Line,
    Note,
    Return,
    Statement,
    While,
)

Passage = list[Statement]


def noted(draft: Draft, text: str, passage: Passage) -> Passage:
    """The passage, commented by authors who comment."""
    if draft.chance(draft.style.comment_rate):
        return [Note(text), *passage]
    return passage


def logged(draft: Draft) -> Passage:
    """A line of the log, from authors who log."""
    return [draft.log_values()] if draft.chance(draft.style.log_rate) else []


def fetch_items(draft: Draft) -> Passage:
    """Database items read into locals."""
    passage: Passage = []
    for _ in range(draft.rng.randint(1, 5)):
        type_ = draft.rng.choice(("TEXT", "TEXT", "DATE", "NUMBER"))
        item = draft.item(type_)
        passage.append(draft.set(type_, item, draft.item_words(item)))
    about = draft.rng.choice(
        ("Get the values of database items", "Fetch DBI values", "Local variables")
    )
    return noted(draft, about, passage) + logged(draft)


def fetch_contexts(draft: Draft) -> Passage:
    """Contexts read into locals."""
    passage: Passage = []
    for name in draft.rng.sample(sorted(facts.CONTEXTS), draft.rng.randint(1, 3)):
        type_ = facts.CONTEXTS[name]
        default = draft.date() if type_ == "DATE" else draft.rng.choice(("0", "-1"))
        value = draft.call("GET_CONTEXT", name, default)
        words = name.lower().replace("_", " ")
        if draft.chance(0.3):
            words = words.replace("person", "per").replace("assignment", "asg")
        passage.append(draft.set(type_, value, words))
    return noted(draft, "Contexts", passage) + logged(draft)


def initialise(draft: Draft) -> Passage:
    """Locals set to a first value."""
    passage: Passage = []
    for _ in range(draft.rng.randint(2, 6)):
        type_ = draft.rng.choice(("NUMBER", "NUMBER", "NUMBER", "TEXT", "DATE"))
        value = draft.literal(type_)
        if type_ == "NUMBER" and draft.chance(0.6):
            value = "0"
        name = draft.new(type_)
        if type_ == "TEXT":
            value = "' '" if draft.chance(0.4) else draft.text_of(name)
        aside = ""
        if draft.chance(draft.style.comment_rate / 5):
            aside = draft.meanings[name]
        passage.append(Assign(name, value, aside))
    return noted(draft, "Initialise variables", passage)


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


def table_lookup(draft: Draft) -> Passage:
    """A value from a user-defined table."""
    rng = draft.rng
    table = f"'{facts.customer_code(draft.subject, rng)}'"
    passage: Passage = []
    if draft.chance(0.4):
        passage.append(draft.set("TEXT", table, "table name"))
        table = draft.locals["TEXT"][-1]
    column = f"'{facts.words(draft.subject, 'NUMBER', rng).upper()}'"
    row = draft.known("TEXT") if draft.chance(0.7) else draft.text()
    arguments = [table, column, row]
    if draft.chance(0.5):
        arguments.append(rng.choice(("'0'", "' '", "'N'")))
    found = draft.call("GET_TABLE_VALUE", *arguments)
    if draft.chance(0.6):
        name = draft.call(rng.choice(("TO_NUMBER", "TO_NUM")), found)
        passage.append(draft.set("NUMBER", name))
    else:
        passage.append(draft.set("TEXT", found))
        if draft.chance(0.5):
            number_ = draft.call("TO_NUMBER", draft.locals["TEXT"][-1])
            passage.append(draft.set("NUMBER", number_))
    return noted(draft, "Get the value from the user table", passage) + logged(draft)


def value_set(draft: Draft) -> Passage:
    """A value from a value set, with its parameters bound."""
    rng = draft.rng
    code = f"'{facts.customer_code(draft.subject, rng)}'"
    pieces: list[str] = []
    for index in range(rng.randint(1, 3)):
        type_ = rng.choice(("NUMBER", "DATE", "TEXT"))
        name = draft.known(type_)
        label = draft.meanings.get(name, name).upper().replace(" ", "_")
        bar = "|=" if index == 0 else "|"
        value = name
        if type_ == "DATE":
            form = rng.choice(("YYYY-MM-DD", "YYYY/MM/DD", "DD-MON-YYYY"))
            value = draft.call("TO_CHAR", name, f"'{form}'")
        elif type_ == "NUMBER":
            value = draft.call("TO_CHAR", name)
        pieces += [f"'{bar}P_{label}='''", value, "''''"]
    bind = draft.style.join(*pieces)
    passage: Passage = []
    if draft.chance(0.5):
        passage.append(draft.set("TEXT", bind, rng.choice(("bind", "parameters"))))
        bind = draft.locals["TEXT"][-1]
    found = draft.call("GET_VALUE_SET", code, bind)
    passage.append(draft.set("TEXT", found))
    name = draft.locals["TEXT"][-1]
    if draft.chance(0.4):
        target = draft.new("NUMBER")
        passage.append(
            If(
                ((f"{draft.call('ISNULL', name)} = 'N'", [Assign(target, "0")]),),
                [Assign(target, draft.call("TO_NUMBER", name))],
            )
        )
    return noted(draft, "Value set", passage) + logged(draft)


def changed_contexts(draft: Draft) -> Passage:
    """Database items read as of another date or for another person."""
    rng = draft.rng
    names = ["EFFECTIVE_DATE"] if draft.chance(0.65) else ["HR_ASSIGNMENT_ID"]
    if draft.chance(0.3):
        names.append(rng.choice(("PERSON_ID", "PAYROLL_ID", "PAYROLL_ASSIGNMENT_ID")))
    pairs = tuple(
        (name, draft.known("DATE" if facts.CONTEXTS[name] == "DATE" else "NUMBER"))
        for name in names
    )
    body: Passage = []
    for _ in range(rng.randint(1, 3)):
        type_ = rng.choice(("TEXT", "NUMBER", "DATE"))
        item = draft.item(type_)
        body.append(draft.set(type_, item, draft.item_words(item)))
    body += logged(draft)
    return noted(draft, "Read as of the date", [ChangeContexts(pairs, body)])


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


def working_storage(draft: Draft) -> Passage:
    """A value kept in the working storage area between calls."""
    type_ = draft.rng.choice(("NUMBER", "TEXT"))
    key = f"'{facts.customer_code(draft.subject, draft.rng)}'"
    if draft.chance(0.5):
        owner = draft.as_text(draft.known("NUMBER"), "NUMBER")
        key = draft.style.join(key[:-1] + "_'", owner)
    value = expression(draft, type_)
    name = draft.new(type_)
    empty = "0" if type_ == "NUMBER" else "' '"
    read: Passage = [Assign(name, draft.call("WSA_GET", key, empty))]
    if draft.chance(0.4):
        read.append(Line(draft.call("WSA_DELETE", key)))
    write: Passage = [
        Assign(name, value),
        Line(draft.call("WSA_SET", key, name)),
    ]
    head = draft.call("WSA_EXISTS", key)
    return noted(draft, "Working storage", [If(((head, read),), write)])


def called_formula(draft: Draft) -> Passage:
    """Another formula called for a value."""
    rng = draft.rng
    formula = f"'{facts.customer_code(draft.subject, rng)}'"
    given = [
        (facts.words(draft.subject, type_, rng), draft.known(type_))
        for type_ in rng.choice((("NUMBER", "DATE"), ("NUMBER", "TEXT"), ("DATE",)))
    ]
    target = draft.new("NUMBER")
    output = draft.meanings[target].upper().replace(" ", "_")
    if draft.chance(0.5):
        arguments = [formula]
        for words, name in given:
            label = words.upper().replace(" ", "_")
            arguments.append(f"{name} > '{label}'")
        keyword = draft.style.keyword("DEFAULT")
        arguments.append(f"{target} < '{output}' {keyword} 0")
        head = draft.style.keyword("CALL_FORMULA")
        return [Call(head, tuple(arguments)), *logged(draft)]
    passage: Passage = []
    for words, name in given:
        label = words.upper().replace(" ", "_")
        passage.append(Line(draft.call("SET_INPUT", f"'{label}'", name)))
    passage.append(Line(draft.call("EXECUTE", formula)))
    passage.append(Assign(target, draft.call("GET_OUTPUT", f"'{output}'", "0")))
    return noted(draft, "Call the other formula", passage) + logged(draft)


def array_loop(draft: Draft) -> Passage:
    """A walk over an array database item."""
    rng = draft.rng
    dates = draft.array_item("DATE")
    other = draft.array_item(rng.choice(("NUMBER", "TEXT")))
    limit = draft.known("DATE")
    index = draft.new("NUMBER", rng.choice(("i", "idx", "n", "counter", "index")))
    key = f"[{index}]"
    total = draft.new("NUMBER")
    kept = draft.new("DATE")
    before: Passage = [Assign(total, "0"), Assign(kept, draft.date())]
    body: Passage = [*logged(draft)]
    matched: Passage = [Assign(kept, dates + key), Assign(total, f"{total} + 1")]
    head = f"{dates}{key} <= {limit}"
    if draft.data_defaults[other].startswith("'"):
        value = draft.text()
        head = f"{other}{key} = {value} {draft.style.keyword('AND')} {head}"
    else:
        matched[1] = Assign(total, f"{total} + {other}{key}")
    body.append(If(((head, matched),)))
    if draft.chance(0.6):
        passage = [*before, Assign(index, "1")]
        body.append(Assign(index, f"{index} + 1"))
        exists = draft.style.function("EXISTS")
        passage.append(While(f"{dates}.{exists}({index})", body))
    else:
        first, following = draft.style.function("FIRST"), draft.style.function("NEXT")
        passage = [*before, Assign(index, f"{dates}.{first}(-1)")]
        body.append(Assign(index, f"{dates}.{following}({index}, -1)"))
        passage.append(While(f"{index} <> -1", body))
    return noted(draft, "Loop through the records", passage) + logged(draft)


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
    name = draft.new(type_)
    choice = If(((inner, [Assign(name, first)]),), [Assign(name, second)])
    body: Passage = [*logged(draft), choice]
    if draft.chance(0.4):
        body += logged(draft)
    other = Assign(name, draft.text_of(name) if type_ == "TEXT" else draft.number())
    return [If(((outer, body),), [other, *logged(draft)])]


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
    (warned, 5),
)


def passages(draft: Draft, count: int) -> Passage:
    """So many idioms in a row."""
    kinds, weights = zip(*COMMON, strict=True)
    body: Passage = []
    for kind in draft.rng.choices(kinds, weights, k=count):
        body += kind(draft)
    return body
