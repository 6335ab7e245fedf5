"""Passages that fetch values: items, contexts, tables, value sets, other formulas."""

from fastformula_training.data.synthesis import facts
from fastformula_training.data.synthesis.draft import Draft
from fastformula_training.data.synthesis.expressions import expression
from fastformula_training.data.synthesis.layout import (
    Assign,
    Call,
    ChangeContexts,
    If,
    Line,
    While,
)
from fastformula_training.data.synthesis.remarks import Passage, logged, noted


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


def table_lookup(draft: Draft) -> Passage:
    """A value from a user-defined table."""
    rng = draft.rng
    table = f"'{draft.disguise(facts.customer_code(draft.subject, rng))}'"
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
    code = f"'{draft.disguise(facts.customer_code(draft.subject, rng))}'"
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


def working_storage(draft: Draft) -> Passage:
    """A value kept in the working storage area between calls."""
    type_ = draft.rng.choice(("NUMBER", "TEXT"))
    key = f"'{draft.disguise(facts.customer_code(draft.subject, draft.rng))}'"
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
    formula = f"'{draft.disguise(facts.customer_code(draft.subject, rng))}'"
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
