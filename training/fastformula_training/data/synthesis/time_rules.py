"""Time calculation and time entry rules: loops over the arrays of a time card."""

from fastformula_training.data.synthesis import facts
from fastformula_training.data.synthesis.draft import Draft
from fastformula_training.data.synthesis.idioms import passages
from fastformula_training.data.synthesis.layout import Assign, If, Return, While
from fastformula_training.data.synthesis.lookups import initialise
from fastformula_training.data.synthesis.remarks import Passage, logged, noted

ARRAYS = {
    "measure": "NUMBER",
    "StartTime": "DATE",
    "StopTime": "DATE",
    "PayrollTimeType": "TEXT",
    "TimeRecordType": "TEXT",
    "HWM_CTXARY_HWM_MEASURE_DAY": "NUMBER",
    "AbsenceType": "TEXT",
    "ProjectName": "TEXT",
}
EMPTY = {
    "NUMBER": "EMPTY_NUMBER_NUMBER",
    "TEXT": "EMPTY_TEXT_NUMBER",
    "DATE": "EMPTY_DATE_NUMBER",
}
POSITIONS = "HWM_CTXARY_RECORD_POSITIONS"


def _begin(draft: Draft) -> tuple[Passage, dict[str, str], str, str]:
    """Arrays, contexts and parameters: the body so far, the arrays, the ids."""
    rng = draft.rng
    form = rng.choice(("as is", "as is", "upper", "lower"))
    arrays: dict[str, str] = {}
    for name, type_ in ARRAYS.items():
        if name in ("measure", "PayrollTimeType") or draft.chance(0.45):
            spelt = {"upper": name.upper(), "lower": name.lower()}.get(form, name)
            arrays[spelt] = type_
    for name, type_ in {POSITIONS: "TEXT", **arrays}.items():
        draft.inputs[name] = EMPTY[type_].removeprefix("EMPTY_")
        draft.defaults[name] = EMPTY[type_]
    card = rng.choice(("ffs_id", "ffsid", "l_ffs_id", "FFS_ID"))
    rule = {"ffsid": "ruleid", "FFS_ID": "RULE_ID"}.get(
        card, card.replace("ffs", "rule")
    )
    body: Passage = [
        Assign(card, draft.call("GET_CONTEXT", "HWM_FFS_ID", "0")),
        Assign(rule, draft.call("GET_CONTEXT", "HWM_RULE_ID", "0")),
    ]
    if draft.style.log_rate:
        draft.log_context = (card, rule)
        body.append(draft.log(f"'>>> Enter - {draft.name}'"))
    for _ in range(rng.randint(1, 4)):
        type_ = rng.choice(("NUMBER", "NUMBER", "TEXT"))
        words = facts.words("time", type_, rng)
        default = draft.number() if type_ == "NUMBER" else draft.text("timetype")
        function = "GET_RVALUE_NUMBER" if type_ == "NUMBER" else "GET_RVALUE_TEXT"
        label = words.upper().replace(" ", "_")
        value = draft.call(function, rule, f"'{label}'", default)
        body.append(draft.set(type_, value, words))
    if draft.chance(0.4):
        level = draft.call("GET_HDR_TEXT", rule, "'RUN_SUMMATION_LEVEL'", "'TIMECARD'")
        body.append(draft.set("TEXT", level, "sum level"))
    return noted(draft, "Rule parameters", body), arrays, card, rule


def _named(draft: Draft, type_: str, word: str) -> list[str]:
    """The locals whose meaning has the word."""
    return [name for name in draft.locals[type_] if word in draft.meanings[name]]


def _read(draft: Draft, arrays: dict[str, str], index: str) -> Passage:
    """The current row's values, each where the array has one."""
    body: Passage = []
    exists = draft.style.function("EXISTS")
    safe = draft.chance(0.75)
    for array, type_ in {POSITIONS: "TEXT", **arrays}.items():
        words = array.lower().removeprefix("hwm_ctxary_").replace("_", " ")
        words = {
            "record positions": "rec position",
            "starttime": "start time",
            "stoptime": "stop time",
            "payrolltimetype": "time type",
            "timerecordtype": "record type",
            "absencetype": "absence type",
            "projectname": "project",
            "hwm measure day": "measure day",
        }.get(words, words)
        name = draft.new(type_, f"{draft.rng.choice(('curr', 'tc', 'row'))} {words}")
        draft.meanings[name] = words
        element = Assign(name, f"{array}[{index}]")
        if safe:
            empty = {"NUMBER": "0", "TEXT": "' '", "DATE": draft.date()}[type_]
            body.append(Assign(name, empty))
            body.append(If(((f"{array}.{exists}({index})", [element]),)))
        else:
            body.append(element)
    return body


def calculation_rule(draft: Draft) -> Passage:
    """Hours over a threshold told apart from those under it."""
    rng = draft.rng
    body, arrays, card, rule = _begin(draft)
    if draft.chance(0.4):
        body += initialise(draft)
    outputs = rng.choice(
        (
            ("out_measure_under", "out_measure_over"),
            ("OUT_MEASURE_REG", "OUT_MEASURE_OT"),
            ("out_measure", "out_premium"),
            ("out_reg_hours", "out_ot_hours", "out_dt_hours"),
        )
    )
    body += [Assign(name, "EMPTY_NUMBER_NUMBER") for name in outputs]
    index = draft.new("NUMBER", rng.choice(("nidx", "idx", "i", "index", "row")))
    total = draft.new("NUMBER", rng.choice(("total hours", "running total", "sum")))
    limit = draft.new("NUMBER", rng.choice(("max array", "row count", "last row")))
    size = f"{POSITIONS}.{draft.style.function('COUNT')}"
    body += [
        Assign(limit, size),
        Assign(total, "0"),
        Assign(index, "0"),
        *logged(draft),
    ]
    inner: Passage = [Assign(index, f"{index} + 1")]
    if draft.chance(0.35):
        text = f"'Formula {draft.name} stopped: possible endless loop'"
        raised = draft.call("RAISE_ERROR", card, rule, text)
        inner.append(If(((f"{index} > 1000", [Assign("ex", raised)]),)))
    inner += _read(draft, arrays, index)
    inner += logged(draft)
    hours = _named(draft, "NUMBER", "measure")[0]
    edge = draft.known("NUMBER")
    edge = draft.number() if edge in (hours, index) else edge
    split = [
        Assign(f"{outputs[0]}[{index}]", f"{edge} - {total}"),
        Assign(f"{outputs[1]}[{index}]", f"{total} + {hours} - {edge}"),
    ]
    over: Passage = [Assign(f"{outputs[1]}[{index}]", hours)]
    under: Passage = [Assign(f"{outputs[0]}[{index}]", hours)]
    step: Passage = [
        If(
            ((f"{total} >= {edge}", over), (f"{total} + {hours} > {edge}", split)),
            under,
        ),
        Assign(total, f"{total} + {hours}"),
        *logged(draft),
    ]
    position = _named(draft, "TEXT", "position")[0]
    both = draft.style.keyword("AND")
    detail = f"{position} = 'DETAIL' {both} {hours} > 0"
    ended: Passage = [Assign(total, "0"), *logged(draft)]
    inner.append(If(((detail, step), (f"{position} = 'END_DAY'", ended))))
    if draft.chance(0.3):
        inner += passages(draft, 1)
    body.append(While(f"{index} < {limit}", inner))
    if draft.style.log_rate:
        body.append(draft.log(f"'<<< Exit - {draft.name}'"))
    body.append(Return(outputs))
    return body


def entry_rule(draft: Draft) -> Passage:
    """A message on the rows of a time card that break a rule."""
    rng = draft.rng
    body, arrays, *_ = _begin(draft)
    out = rng.choice(("OUT_MSG", "out_msg", "Out_Msg"))
    code = f"'{draft.disguise(facts.customer_code('time', rng))}'"
    said = draft.new("TEXT", rng.choice(("message code", "msg code", "rule message")))
    index = draft.new("NUMBER", rng.choice(("nidx", "idx", "i", "index", "row")))
    body += [Assign(out, "EMPTY_TEXT_NUMBER"), Assign(said, code), Assign(index, "1")]
    inner = _read(draft, arrays, index)
    hours = _named(draft, "NUMBER", "measure")[0]
    limit = draft.known("NUMBER")
    limit = draft.number() if limit in (hours, index) else limit
    raised = draft.call("GET_OUTPUT_MSG", "'HWM'", said)
    told: Passage = [Assign(f"{out}[{index}]", raised), *logged(draft)]
    head = f"{hours} > {limit}"
    kind = _named(draft, "TEXT", "type")
    if kind and draft.chance(0.5):
        value = draft.text("timetype")
        head = f"{head} {draft.style.keyword('AND')} {kind[-1]} = {value}"
    inner += [If(((head, told),)), Assign(index, f"{index} + 1")]
    exists = draft.style.function("EXISTS")
    body.append(While(f"{POSITIONS}.{exists}({index})", inner))
    body.append(Return((out,)))
    return body
