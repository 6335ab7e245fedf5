"""A whole formula: header comment, declarations and body in one author's style."""

from random import Random

from fastformula_training.data.synthesis import facts
from fastformula_training.data.synthesis.draft import Draft
from fastformula_training.data.synthesis.invention import Invention
from fastformula_training.data.synthesis.layout import comment, render
from fastformula_training.data.synthesis.scenarios import Scenario, scenarios
from fastformula_training.data.synthesis.style import Style, draw_style


def compose(rng: Random, invention: Invention | None) -> tuple[str, str, str]:
    """A new formula: its name, its type and its text.

    With an invention, its names are made of words that it replaces.
    """
    options = scenarios()
    scenario = rng.choices(options, [option.weight for option in options])[0]
    style = draw_style(rng)
    name = _name(scenario, rng)
    if invention:
        name = invention.disguise(name)
    draft = Draft(rng, style, scenario.subject, name, invention)
    body = render(scenario.write(draft), style, rng)
    gap = "\n" * rng.choice((1, 1, 2))
    parts = [_header(name, scenario, style, rng), *_declarations(draft), body]
    if style.closing_comment:
        end = rng.choice(("End Formula Text", "End of formula", f"End of {name}"))
        parts.append(f"/* {end} */\n")
    return name, scenario.type, gap.join(part for part in parts if part)


def _name(scenario: Scenario, rng: Random) -> str:
    words = [facts.pick("names", "company", rng)]
    if scenario.subject == "payroll" and rng.random() < 0.6:
        words.append(facts.pick("names", "element", rng))
    elif rng.random() < 0.7:
        words.append(facts.words(scenario.subject, "NUMBER", rng))
    words.append(scenario.code)
    if rng.random() < 0.3:
        words.append(rng.choice(("FF", "V1", "NEW", "FML", "FORMULA", "2024")))
    return "_".join(words).replace(" ", "_").upper()


def _header(name: str, scenario: Scenario, style: Style, rng: Random) -> str:
    form = rng.choices(("none", "short", "box", "table"), (14, 22, 34, 30))[0]
    if form == "none":
        return ""
    purpose = _purpose(scenario, rng)
    labels = rng.choice(
        (
            ("FORMULA NAME", "FORMULA TYPE", "DESCRIPTION"),
            ("Formula Name", "Formula Type", "Description"),
            ("Name", "Type", "Purpose"),
        )
    )
    if form == "short":
        return "\n".join(comment(f"{labels[0]}: {name}", style)) + "\n"
    rule = rng.choice("*-=*") * rng.choice((60, 70, 78))
    lead = rng.choice(("", "", " ", " * ", "   "))
    mark = rng.choice((": ", " : ", ":  "))
    lines = [f"/{rule}" if rule[0] == "*" else f"/* {rule}"]
    for label, value in zip(labels, (name, scenario.type, purpose), strict=True):
        lines.append(f"{lead}{label}{mark}{value}")
        if rng.random() < 0.25:
            lines.append(lead)
    if form == "table":
        lines += _history(lead, rng)
    lines.append(f"{rule}/" if rule[0] == "*" else f"{rule} */")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _purpose(scenario: Scenario, rng: Random) -> str:
    thing = facts.words(scenario.subject, "NUMBER", rng)
    by = facts.words(scenario.subject, "TEXT", rng)
    return rng.choice(
        (
            f"Calculates the {thing} based on {by}",
            f"This formula returns the {thing} for each {by}.",
            f"Formula to derive {thing}",
            f"To determine {thing} by {by} and {facts.words('general', 'DATE', rng)}",
            f"Returns {thing}",
        )
    )


def _history(lead: str, rng: Random) -> list[str]:
    separator = rng.choice(("   ", " | ", "\t", "  "))
    title = rng.choice(("Change History", "Change History:", "Modification History"))
    names = rng.choice((("Name", "Date", "Comments"), ("Who", "When", "What")))
    lines = ["", lead + title, lead + separator.join(names)]
    if rng.random() < 0.5:
        lines.append(lead + "-" * rng.choice((40, 60)))
    year = rng.randint(2016, 2025)
    for index in range(rng.randint(1, 3)):
        day = f"{rng.randint(1, 28):02}"
        month = rng.choice(("JAN", "MAR", "Apr", "JUN", "Sep", "OCT", "DEC"))
        change = facts.pick("names", "change", rng)
        author = facts.pick("names", "author", rng)
        date = f"{day}-{month}-{year + index}"
        lines.append(lead + separator.join((author, date, change)))
    return lines


def _declarations(draft: Draft) -> list[str]:
    defaults = "".join(f"{line}\n" for line in _default_lines(draft))
    inputs = _inputs(draft)
    if draft.chance(draft.style.comment_rate):
        if defaults:
            about = ("Defaults", "Database item defaults", "DEFAULT SECTION")
            head = comment(draft.rng.choice(about), draft.style)
            defaults = "\n".join(head) + "\n" + defaults
        if inputs:
            head = comment(draft.rng.choice(("Inputs", "INPUT VALUES")), draft.style)
            inputs = "\n".join(head) + "\n" + inputs
    parts = [_aliases(draft), defaults, inputs]
    if draft.style.inputs_first:
        parts = [parts[0], inputs, defaults]
    return parts


def _aliases(draft: Draft) -> str:
    """Synonyms of long names; the body goes on using the long ones here and there."""
    style, rng = draft.style, draft.rng
    names = [name for group in draft.items.values() for name in group]
    if not names or rng.random() > 0.06:
        return ""
    name = rng.choice(names)
    short = draft.spell(draft.item_words(name))
    if short.upper() in draft.spellings:
        return ""
    alias, as_ = style.declaration("ALIAS"), style.declaration("AS")
    return f"{alias} {name} {as_} {short}\n"


def _default_lines(draft: Draft) -> list[str]:
    style, rng = draft.style, draft.rng
    is_ = style.declaration("IS")
    rows = [
        (f"{style.declaration('DEFAULT FOR')} {name}", value)
        for name, value in draft.defaults.items()
    ]
    rows += [
        (f"{style.declaration('DEFAULT_DATA_VALUE FOR')} {name}", value)
        for name, value in draft.data_defaults.items()
    ]
    if rng.random() < 0.3:
        rng.shuffle(rows)
    width = max((len(head) for head, _ in rows), default=0) if style.align else 0
    return [f"{head.ljust(width)} {is_} {value}" for head, value in rows]


def _inputs(draft: Draft) -> str:
    style, rng = draft.style, draft.rng
    if not draft.inputs:
        return ""
    gap = "" if style.tight_type else " "
    bare = rng.random() < 0.35
    names = []
    for name, type_ in draft.inputs.items():
        known = "_" in type_ or (type_ == "NUMBER" and bare)
        known = known and (type_ == "NUMBER" or rng.random() < 0.7)
        names.append(name if known else f"{name}{gap}({style.type_word(type_)})")
    head = style.declaration("INPUTS ARE")
    step = style.indent or "  "
    if style.list_form == "one line" or len(names) == 1:
        return f"{head} {style.comma.join(names)}\n"
    if rng.random() < 0.5:
        step = " " * (len(head) + 1)
    if style.list_form == "leading":
        return f"{head} {names[0]}\n" + "".join(f"{step},{n}\n" for n in names[1:])
    return f"{head} {names[0]},\n{step}" + f",\n{step}".join(names[1:]) + "\n"
