"""What a formula of each type does, from its inputs to its RETURN.

Types with a shape of their own (time rules, elements, validations, extracts, loaders)
have a function each; the others are rows of `scenarios.toml` and share `typical`.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastformula_training.data.synthesis import facts
from fastformula_training.data.synthesis.draft import Draft
from fastformula_training.data.synthesis.expressions import (
    condition,
    expression,
    message,
    rounding,
    test,
)
from fastformula_training.data.synthesis.idioms import passages
from fastformula_training.data.synthesis.layout import Assign, If, Return
from fastformula_training.data.synthesis.lookups import (
    fetch_contexts,
    fetch_items,
    initialise,
    table_lookup,
    value_set,
)
from fastformula_training.data.synthesis.remarks import Passage, logged, noted
from fastformula_training.data.synthesis.time_rules import calculation_rule, entry_rule


@dataclass(frozen=True, slots=True)
class Scenario:
    """A formula type and how its body is written."""

    type: str
    subject: str
    weight: int
    code: str
    write: Callable[[Draft], Passage]


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All of them."""
    text = (files(__package__) / "scenarios.toml").read_text("utf-8")
    rows = tomllib.loads(text)["scenario"]
    return (
        *(
            Scenario(
                row["type"],
                row["subject"],
                row["weight"],
                row["code"],
                _typical(row["inputs"], row["returns"]),
            )
            for row in rows
        ),
        Scenario("Oracle Payroll", "payroll", 16, "EARN", element),
        Scenario("Oracle Payroll", "payroll", 8, "DEDN", deduction),
        Scenario("Time Calculation Rules", "time", 11, "TCR", calculation_rule),
        Scenario("Time Entry Rules", "time", 5, "TER", entry_rule),
        Scenario(
            "Global Absence Entry Validation", "absence", 7, "ENTRY_VAL", entry_check
        ),
        Scenario("Element Input Validation", "payroll", 5, "INPUT_VAL", input_check),
        Scenario("User Table Validation", "payroll", 2, "UDT_VAL", input_check),
        Scenario("Extract Rule", "general", 7, "EXT", extract_rule),
        Scenario("HCM Data Loader", "general", 3, "HDL", data_loader),
    )


def _typical(
    inputs: dict[str, str], returns: dict[str, str]
) -> Callable[[Draft], Passage]:
    def write(draft: Draft) -> Passage:
        rng = draft.rng
        if inputs:
            names = list(inputs)
            keep = rng.randint((len(names) + 1) // 2, len(names))
            chosen = set(rng.sample(names, keep))
            take_inputs(draft, {n: inputs[n] for n in names if n in chosen})
        body = opening(draft)
        body += passages(
            draft, rng.choices((1, 2, 3, 4, 6, 9), (14, 22, 24, 20, 14, 6))[0]
        )
        names = list(returns)
        chosen_returns = names[: rng.randint(1, len(names))]
        body += results(draft, {name: returns[name] for name in chosen_returns})
        return body

    return write


def take_inputs(draft: Draft, inputs: dict[str, str]) -> None:
    """The formula's inputs, in the author's letter case; many get a default."""
    form = draft.rng.choice(("as is", "as is", "upper", "lower"))
    share = draft.rng.choice((0.0, 0.3, 1.0))
    for name, type_ in inputs.items():
        spelt = {"upper": name.upper(), "lower": name.lower()}.get(form, name)
        draft.inputs[spelt] = type_
        draft.spellings[spelt.upper()] = spelt
        if draft.chance(share):
            draft.defaults[spelt] = draft.default_literal(type_)


def opening(draft: Draft) -> Passage:
    """How the body begins: contexts, database items, first values, a log line."""
    body: Passage = []
    if draft.style.log_rate and draft.chance(0.7):
        words = draft.rng.choice(("Start of", "Entering", "Inside", "Begin", ">>>"))
        body.append(draft.log(f"'{words} {draft.name}'"))
    steps = [fetch_contexts, fetch_items, initialise]
    for step in draft.rng.sample(steps, draft.rng.randint(1, 3)):
        body += step(draft)
    return body


def results(draft: Draft, returns: dict[str, str]) -> Passage:
    """The outputs set, logged and returned."""
    form = draft.rng.choice(("as is", "as is", "upper", "lower"))
    body: Passage = []
    names: list[str] = []
    for name, type_ in returns.items():
        spelt = {"upper": name.upper(), "lower": name.lower()}.get(form, name)
        spelt = draft.spellings.get(spelt.upper(), spelt)
        if spelt.upper() not in draft.spellings:
            body += result(draft, spelt, type_)
        draft.spellings[spelt.upper()] = spelt
        draft.locals[type_].append(spelt)
        names.append(spelt)
    if draft.chance(draft.style.log_rate):
        shown = names[0]
        label = draft.rng.choice((f"'{shown} = '", f"'{shown}: '", "'Result '"))
        value = draft.as_text(shown, next(iter(returns.values())))
        body.append(draft.log(draft.style.join(label, value)))
    if draft.style.log_rate and draft.chance(0.5):
        words = draft.rng.choice(("End of", "Leaving", "Exit", "Finished", "<<<"))
        body.append(draft.log(f"'{words} {draft.name}'"))
    body.append(Return(tuple(names)))
    return body


def result(draft: Draft, name: str, type_: str) -> Passage:
    """One output: set at once, or chosen by a condition."""
    flag = type_ == "TEXT" and not name.upper().endswith(("MESSAGE", "TEXT", "INFO"))
    yes, no = ("'Y'", "'N'") if flag else (draft.literal(type_), draft.literal(type_))
    if flag and "UOM" in name.upper():
        yes, no = "'D'", "'H'"
    if type_ != "TEXT":
        yes = expression(draft, type_) if draft.chance(0.6) else draft.known(type_)
    if type_ == "NUMBER" and draft.chance(0.5):
        yes = rounding(draft, yes)
    if not flag and draft.chance(0.55):
        return [Assign(name, yes)]
    head = condition(draft)
    if draft.chance(0.5):
        return [Assign(name, no), If(((head, [Assign(name, yes), *logged(draft)]),))]
    return [If(((head, [Assign(name, yes)]),), [Assign(name, no)])]


def element(draft: Draft) -> Passage:
    """An earnings element: an amount from its input values."""
    rng = draft.rng
    inputs = {}
    for _ in range(rng.randint(2, 6)):
        name = facts.pick("names", "input_value", rng)
        type_ = "DATE" if "DATE" in name else "NUMBER"
        if name in ("PERIODICITY", "REASON", "CATEGORY", "DEDUCTION TYPE", "COMMENTS"):
            type_ = "TEXT"
        inputs[name.replace(" ", "_")] = type_
    if draft.chance(0.5):
        inputs.update(PRORATE_START="DATE", PRORATE_END="DATE")
    inputs.setdefault("AMOUNT", "NUMBER")
    take_inputs(draft, inputs)
    body = opening(draft)
    if draft.chance(0.3):
        body += fetch_contexts(draft)
    body += passages(draft, rng.choices((1, 2, 4, 6, 9), (20, 30, 28, 16, 6))[0])
    returns = {"l_value": "NUMBER"}
    if draft.chance(0.4):
        returns["mesg"] = "TEXT"
    if draft.chance(0.3):
        returns["l_units"] = "NUMBER"
    if draft.chance(0.3):
        returns = {rng.choice(("pay_value", "l_amount", "OUT_AMOUNT")): "NUMBER"}
    return body + results(draft, returns)


def deduction(draft: Draft) -> Passage:
    """A deduction held to what is owed and to what is left to pay."""
    rng = draft.rng
    take_inputs(
        draft,
        {
            "AMOUNT": "NUMBER",
            "TOTAL_OWED": "NUMBER",
            "TOWARDS_OWED": "TEXT",
            "PERCENTAGE": "NUMBER",
        },
    )
    amount, owed, towards, share = draft.inputs
    body = opening(draft)
    taken = draft.new("NUMBER", rng.choice(("deduction", "dedn amount", "taken")))
    balance = draft.item("NUMBER", draft.disguise(facts.element_item(rng)))
    base = draft.item("NUMBER", rng.choice(("GROSS_EARNINGS", "NET_EARNINGS")))
    by_share = [Assign(taken, f"{base} * {share} / 100")]
    body += noted(
        draft,
        "Amount or percentage",
        [If(((f"{share} > 0", by_share),), [Assign(taken, amount)])],
    )
    left = draft.new("NUMBER", rng.choice(("remaining", "outstanding", "still owed")))
    stop = draft.new("TEXT", "stop entry")
    inner: Passage = [Assign(left, f"{owed} - {balance}")]
    inner.append(
        If(((f"{taken} >= {left}", [Assign(taken, left), Assign(stop, "'Y'")]),))
    )
    inner += logged(draft)
    body += [Assign(left, "0"), Assign(stop, "'N'")]
    body.append(If(((f"{towards} = 'Y'", inner),)))
    body += passages(draft, rng.randint(0, 3))
    body += [Assign(taken, draft.call("ROUND", taken, "2")), *logged(draft)]
    body.append(Return((taken, stop) if draft.chance(0.6) else (taken, left, stop)))
    return body


def entry_check(draft: Draft) -> Passage:
    """An absence request refused with a message."""
    rng = draft.rng
    pool = {
        "IV_START_DATE": "DATE",
        "IV_END_DATE": "DATE",
        "IV_TOTALDURATION": "NUMBER",
        "IV_ABSENCE_REASON": "TEXT",
        "IV_START_DURATION": "NUMBER",
        "IV_ATTRIBUTE_1": "TEXT",
        "IV_NOTIFICATION_DATE": "DATE",
    }
    names = [name for name in pool if name < "IV_B" or draft.chance(0.6)]
    names += [name for name in ("IV_START_DATE", "IV_END_DATE") if name not in names]
    take_inputs(draft, {name: pool[name] for name in names})
    body = opening(draft)
    body += passages(draft, rng.randint(0, 3))
    valid = rng.choice(("VALID", "valid", "Valid"))
    error = rng.choice(("ERROR_MESSAGE", "error_message", "error_code"))
    if valid == "valid":
        error = error.lower()
    refused: list[tuple[str, Passage]] = []
    for _ in range(rng.randint(1, 3)):
        if error.lower() == "error_code":
            text = f"'{facts.pick('messages', 'code', rng)}'"
        else:
            text = message(draft, facts.pick("messages", "text", rng))
        inner: Passage = [Assign(valid, "'N'"), Assign(error, text)]
        inner += logged(draft)
        if draft.chance(0.2):
            inner.append(Return((valid, error)))
        refused.append((condition(draft), inner))
    if draft.chance(0.5):
        body += [Assign(valid, "'Y'"), Assign(error, "' '")]
        body += [If((branch,)) for branch in refused]
    else:
        body.append(If(tuple(refused), [Assign(valid, "'Y'"), Assign(error, "' '")]))
    body.append(Return((valid, error)))
    return body


def input_check(draft: Draft) -> Passage:
    """An input value checked when it is entered."""
    rng = draft.rng
    type_ = rng.choice(("TEXT", "TEXT", "NUMBER", "DATE"))
    take_inputs(draft, {"entry_value": type_})
    body: Passage = []
    if draft.chance(0.6):
        body += fetch_items(draft)
    body += passages(draft, rng.randint(0, 2))
    status = rng.choice(("formula_status", "FORMULA_STATUS", "Formula_Status"))
    said = {"f": "formula_message", "F": "FORMULA_MESSAGE"}[status[0]]
    good, bad = rng.choice((("'S'", "'E'"), ("'s'", "'e'"), ("'S'", "'W'")))
    head = test(draft, type_) if draft.chance(0.6) else condition(draft)
    text = message(draft, facts.pick("messages", "text", rng))
    wrong: Passage = [Assign(status, bad), Assign(said, text)]
    right: Passage = [Assign(status, good)]
    if draft.chance(0.4):
        right.append(Assign(said, "' '"))
    body.append(If(((head, wrong),), right))
    body.append(Return((status, said)))
    return body


def extract_rule(draft: Draft) -> Passage:
    """A value of an extract, from the other data of its record."""
    rng = draft.rng
    elements = rng.choice(("DATA_ELEMENTS", "data_elements"))
    draft.inputs[elements] = "TEXT_TEXT"
    draft.defaults[elements] = "EMPTY_TEXT_TEXT"
    body: Passage = initialise(draft) if draft.chance(0.4) else []
    for _ in range(rng.randint(1, 3)):
        words = facts.words("general", rng.choice(("TEXT", "NUMBER", "DATE")), rng)
        key = f"'{words.title().replace(' ', '_')}'"
        name = draft.new("TEXT", words)
        exists = draft.style.function("EXISTS")
        read: Passage = [Assign(name, f"{elements}[{key}]")]
        body.append(Assign(name, "' '"))
        body.append(If(((f"{elements}.{exists}({key})", read),)))
    for step in rng.sample([value_set, table_lookup, fetch_items], rng.randint(0, 2)):
        body += step(draft)
    body += passages(draft, rng.randint(0, 3))
    return body + results(draft, {"rule_value": "TEXT"})


def data_loader(draft: Draft) -> Passage:
    """A transformation of an inbound file into a loader file."""
    rng = draft.rng
    take_inputs(
        draft, {"OPERATION": "TEXT", "LINENO": "NUMBER", "LINEREPEATNO": "NUMBER"}
    )
    positions = [f"POSITION{index}" for index in range(1, rng.randint(4, 9))]
    for name in positions:
        draft.inputs[name] = "TEXT"
        draft.defaults[name] = rng.choice(("' '", "'NO DATA'"))
    operation = next(iter(draft.inputs))
    kinds = ("FILETYPE", "DELIMITER", "READ", "NUMBEROFBUSINESSOBJECTS")
    values = ("'DELIMITED'", "','", "'NONE'", "'1'")
    branches: list[tuple[str, Passage]] = []
    for kind, value in zip(kinds, values, strict=True):
        inner: Passage = [Assign("OUTPUTVALUE", value), Return(("OUTPUTVALUE",))]
        branches.append((f"{operation} = '{kind}'", inner))
    labels = [
        facts.words("general", "TEXT", rng).title().replace(" ", "")
        for _ in range(rng.randint(3, 7))
    ]
    heads: Passage = [
        Assign(f"METADATA1[{index}]", f"'{label}'")
        for index, label in enumerate(labels, 1)
    ]
    heads.append(Return(("METADATA1",)))
    branches.append((f"{operation} = 'METADATALINEINFORMATION'", heads))
    mapped: Passage = []
    outputs = ["FILENAME", "BUSINESSOPERATION", "FILEDISCRIMINATOR"]
    discriminator = rng.choice(("ElementEntry", "Worker", "Assignment", "Salary"))
    mapped.append(Assign("FILENAME", f"'{discriminator}'"))
    mapped.append(Assign("BUSINESSOPERATION", "'MERGE'"))
    mapped.append(Assign("FILEDISCRIMINATOR", f"'{discriminator}'"))
    for label in labels:
        source = rng.choice(positions)
        value = rng.choice(
            (
                source,
                source,
                draft.call("TRIM", source),
                draft.call("SUBSTR", source, "1", "10"),
                draft.text(),
            )
        )
        if label not in outputs:
            mapped.append(Assign(label, value))
            outputs.append(label)
    mapped += [*logged(draft), Return(tuple(outputs))]
    branches.append((f"{operation} = 'MAP'", mapped))
    inner = [Assign("OUTPUTVALUE", "'NONE'")]
    return [If(tuple(branches), inner), Return(("OUTPUTVALUE",))]
