"""From a parsed formula to all that is known about it."""

from __future__ import annotations

from types import MappingProxyType

from fastformula.analysis.draft import Draft, Variable
from fastformula.analysis.environment import Environment
from fastformula.analysis.formula_calls import find_formula_calls, find_storage
from fastformula.analysis.formula_type import claim_type
from fastformula.analysis.model import Analysis, Symbol
from fastformula.analysis.names import Names, collect
from fastformula.analysis.product import infer_product
from fastformula.analysis.statements import follow
from fastformula.syntax import Parsed

_ALONE = Environment()
"""Of a text about which nothing else is known."""


def analyze(parsed: Parsed, environment: Environment = _ALONE) -> Analysis:
    """What `parsed` means; never raises, whatever the text.

    Linear in the text. Statements with syntax errors are read as the parser mended
    them.
    """
    names = collect(parsed)
    product = environment.product or infer_product(parsed, environment.catalogue)
    claim = claim_type(parsed, names, environment, product)
    draft = Draft(parsed, environment, names, product, claim)
    reaches_end = follow(draft)
    draft.calls.sort(key=lambda site: site.call.span)
    return Analysis(
        parsed=parsed,
        environment=environment,
        product=product,
        formula_type=claim,
        symbols=MappingProxyType(
            {key: _finish(each, names) for key, each in draft.variables.items()}
        ),
        contexts=MappingProxyType(draft.contexts),
        uses=tuple(draft.uses),
        calls=tuple(draft.calls),
        statements=tuple(draft.statements),
        formula_calls=find_formula_calls(draft.statements, draft.calls, draft.types),
        storage=find_storage(draft.calls, draft.types),
        problems=tuple(draft.problems),
        ends_without_return=reaches_end,
        types=MappingProxyType(draft.types),
        keys=MappingProxyType(draft.keys),
    )


def _finish(variable: Variable, names: Names) -> Symbol:
    key, alias = variable.key, variable.alias
    default, data = names.defaults.get(key), names.default_data.get(key)
    if alias is not None:
        default = default or names.defaults.get(alias.alias.key)
        data = data or names.default_data.get(alias.alias.key)
    return Symbol(
        key=key,
        name=variable.name,
        kind=variable.kind,
        type=variable.type,
        is_sure=variable.is_sure,
        item=variable.item,
        uses=tuple(variable.uses),
        alias=alias,
        input=names.inputs.get(key),
        default=default,
        default_data=data,
    )
