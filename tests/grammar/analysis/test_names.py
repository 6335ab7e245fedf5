"""What each name stands for, in Oracle's order of looking."""

from dataclasses import dataclass

import pytest
from fastformula import parse
from fastformula.analysis import Analysis, Environment, analyze
from fastformula.language.context import Context
from fastformula.language.database_item import DatabaseItem
from fastformula.language.seeded import SEEDED

ITEMS = {
    "XX_RATE": DatabaseItem("XX_RATE", "NUMBER", "catalogue"),
    "XX_RATES": DatabaseItem("XX_RATES", "NUMBER_NUMBER", "catalogue"),
    "XX_LIMIT": DatabaseItem("XX_LIMIT", "NUMBER", "catalogue", kind="global"),
    "EBS_ONLY": DatabaseItem("EBS_ONLY", "TEXT", "recalled", product="ebs"),
}


@dataclass(frozen=True)
class Pod:
    """A catalogue of four names."""

    is_complete: bool = False

    def find_item(self, key: str) -> DatabaseItem | None:
        return ITEMS.get(key)

    def find_context(self, key: str) -> Context | None:
        return SEEDED.find_context(key)

    def find_items(self, pattern: str, limit: int) -> tuple[str, ...]:
        return SEEDED.find_items(pattern, limit)

    def similar_items(self, key: str) -> tuple[str, ...]:
        return ()

    def has(self, kind: str, name: str) -> bool | None:
        return None


def meaning(formula: str, environment: Environment) -> tuple[Analysis, str, int]:
    offset = formula.index("$0")
    analysis = analyze(parse(formula.replace("$0", "")), environment)
    (use,) = (use for use in analysis.uses if use.name.span.start == offset)
    return analysis, use.key, offset


@pytest.mark.parametrize(
    ("kind", "formula"),
    [
        ("input", "INPUTS ARE hours x = $0hours RETURN x"),
        ("input", "INPUTS ARE XX_RATE x = $0XX_RATE RETURN x"),
        ("input", 'INPUTS ARE hours x = $0"HOURS" RETURN x'),
        ("input", "INPUTS ARE START_DATE (DATE) x = $0START_DATE RETURN x"),
        ("item", "x = $0XX_RATE RETURN x"),
        ("item", "x = $0xx_rate RETURN x"),
        ("item", "ALIAS XX_RATE AS r x = $0r RETURN x"),
        ("global", "x = $0XX_LIMIT RETURN x"),
        ("local", 'XX = 1 x = $0"XX_RATE" RETURN x'),
        ("local", "x = 1 y = $0X RETURN y"),
        ("local", 'x = 1 y = $0"x" RETURN y'),
        ("local", "EBS_ONLY = 'a' x = $0EBS_ONLY RETURN x"),
        # Names that nobody knows
        ("item", "DEFAULT FOR bonus IS 0 x = $0bonus RETURN x"),
        ("local", "DEFAULT FOR bonus IS 0 bonus = 1 x = $0bonus RETURN x"),
        ("item", "ALIAS SOMETHING AS s x = $0s RETURN x"),
        ("item", "x = $0XX_BONUS_ASG_RUN RETURN x"),
        ("local", "x = $0bonus RETURN x"),
        # A context read as if it were a variable is none of these.
        ("local", "x = $0PERSON_ID RETURN x"),
    ],
)
def test_a_name_stands_for_the_first_that_fits(kind: str, formula: str) -> None:
    analysis, key, _ = meaning(formula, Environment(catalogue=Pod()))
    assert analysis.symbols[key].kind == kind


def test_without_a_catalogue_a_name_shaped_like_an_item_is_taken_on_trust() -> None:
    formula = "x = $0XX_BONUS_ASG_RUN RETURN x"
    analysis, key, _ = meaning(formula, Environment(catalogue=Pod()))
    item = analysis.symbols[key].item
    assert item is not None and item.evidence == "shape"


@pytest.mark.parametrize(
    "formula",
    [
        "x = $0XX_BONUS_ASG_RUN RETURN x",
        "DEFAULT FOR bonus IS 0 x = $0bonus RETURN x",
        "ALIAS SOMETHING AS s x = $0s RETURN x",
    ],
)
def test_with_a_whole_catalogue_it_is_not(formula: str) -> None:
    analysis, key, _ = meaning(formula, Environment(catalogue=Pod(is_complete=True)))
    assert analysis.symbols[key].kind == "local"


def test_an_alias_and_its_item_are_one() -> None:
    text = "ALIAS XX_RATE AS r DEFAULT FOR r IS 0 x = XX_RATE + r RETURN x"
    analysis = analyze(parse(text), Environment(catalogue=Pod()))
    symbol = analysis.symbols["XX_RATE"]
    assert symbol.default is not None and symbol.alias is not None
    assert [use.name.text for use in symbol.reads] == ["XX_RATE", "r"]
    assert "R" not in analysis.symbols


def test_a_quoted_variable_is_not_the_context_of_the_same_name() -> None:
    text = '"PERSON_ID" = GET_CONTEXT(PERSON_ID, 0) RETURN "PERSON_ID"'
    analysis = analyze(parse(text))
    assert list(analysis.contexts) == ["PERSON_ID"]
    (symbol,) = analysis.locals
    assert symbol.key == '"PERSON_ID"'
    assert [use.access for use in symbol.uses] == ["write", "return"]


def test_scopes_tell_loops_and_changed_contexts() -> None:
    text = (
        "INPUTS ARE a WHILE a < 3 LOOP (CHANGE_CONTEXTS(PERSON_ID = a)"
        " (IF a = 1 THEN b = XX_RATE) a = a + 1) RETURN b"
    )
    analysis = analyze(parse(text), Environment(catalogue=Pod()))
    (use,) = analysis.symbols["XX_RATE"].uses
    assert use.scope.loop is not None
    (change,) = use.scope.context_changes
    assert change.settings[0].context.text == "PERSON_ID"


@pytest.mark.parametrize(
    ("product", "formula"),
    [
        ("fusion", "x = 1 RETURN x"),
        ("fusion", "a[1] = 1 RETURN a"),
        ("ebs", "x = PUT_MESSAGE('a') RETURN x"),
        ("fusion", "x = PUT_MESSAGE('a') a[1] = x RETURN a"),
        ("ebs", "x = EBS_ONLY RETURN x"),
    ],
)
def test_the_product_shows_in_the_words(product: str, formula: str) -> None:
    environment = Environment(catalogue=Pod())
    assert analyze(parse(formula), environment).product == product
