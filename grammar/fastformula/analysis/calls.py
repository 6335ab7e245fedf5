"""Which overload a call means, what it gives, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastformula.analysis.draft import SURE_EVIDENCE, Draft
from fastformula.analysis.model import Access, CallSite
from fastformula.analysis.names import out_functions, written_name
from fastformula.analysis.words import a_type, nearest, replace, shorten, wrap
from fastformula.diagnostic import Fix, Severity
from fastformula.language import Function, find_functions, load_functions
from fastformula.language.types import ARRAYS
from fastformula.syntax.tree import Call, Expression, Name, Text
from fastformula.text import Edit, Span

Infer = Callable[[Draft, Expression, int], str | None]

_BY_DEFAULT = frozenset({"GET_CONTEXT", "GET_OUTPUT", "WSA_GET"})
"""What these give has the type of their last argument."""

_OF_CONTEXTS = frozenset({"GET_CONTEXT", "CONTEXT_IS_SET", "NEED_CONTEXT"})


def infer_call(draft: Draft, node: Call, depth: int, infer: Infer) -> str | None:
    """The type that a call gives; notes the names in it, and what does not fit."""
    key = node.function.key
    kinds = _infer_arguments(draft, node, depth, infer)
    overloads = find_functions(key)
    function = None
    result: str | None = None
    if not overloads:
        _report_unknown(draft, node)
    else:
        fitting = [each for each in overloads if _fits(each, node.arguments, kinds)]
        if fitting:
            function = fitting[0]
            results = {each.returns for each in fitting}
            result = function.returns if len(results) == 1 else None
        else:
            _report_misfit(draft, node, overloads, kinds)
            results = {each.returns for each in overloads}
            result = overloads[0].returns if len(results) == 1 else None
    draft.calls.append(CallSite(node, key, function, draft.scope, draft.statement))
    if key in _BY_DEFAULT and len(node.arguments) == 2:
        return _type_by_default(draft, node, kinds)
    return result if result in ("NUMBER", "TEXT", "DATE") or result in ARRAYS else None


def _infer_arguments(
    draft: Draft, node: Call, depth: int, infer: Infer
) -> list[str | None]:
    key = node.function.key
    out = out_functions().get(key, ())
    kinds: list[str | None] = []
    written: list[Name] = []
    for at, argument in enumerate(node.arguments):
        if at == 0 and key in _OF_CONTEXTS:
            _use_context(draft, argument, depth, infer)
            kinds.append(None)
        elif at in out and (name := written_name(argument)) is not None:
            if name is not argument:
                infer(draft, argument.index, depth + 1)  # type: ignore[union-attr]
            kinds.append(None)
            written.append(name)
        else:
            kinds.append(infer(draft, argument, depth + 1))
    for name in written:
        draft.assign(draft.use(name, Access.OUT))
    return kinds


def _use_context(draft: Draft, argument: Expression, depth: int, infer: Infer) -> None:
    if isinstance(argument, Name):
        draft.use_context(argument, Access.CONTEXT)
        return
    infer(draft, argument, depth + 1)
    fixes = (replace(argument, argument.value),) if isinstance(argument, Text) else ()
    draft.report(
        "misuse-of-context",
        argument.span,
        "Here stands the name of a context, without quotes, such as PERSON_ID.",
        fixes,
    )


def _type_by_default(
    draft: Draft, node: Call, kinds: Sequence[str | None]
) -> str | None:
    name, default = node.arguments
    if node.function.key == "GET_CONTEXT" and isinstance(name, Name):
        context = draft.contexts.get(name.key)
        if context is not None and context.evidence in SURE_EVIDENCE:
            if kinds[1] not in (None, context.type):
                draft.report(
                    "inconsistent-types",
                    default.span,
                    f"The context {context.name} is {a_type(context.type)}, but the "
                    f"default given here is {a_type(kinds[1] or '')}. Oracle takes a "
                    "default of the context's own type only.",
                )
            return context.type
    return kinds[1]


# Overloads


def _fits(
    function: Function, arguments: Sequence[Expression], kinds: Sequence[str | None]
) -> bool:
    """Whether the arguments are as many as the function takes, and of its types."""
    return _takes(function, len(arguments)) and all(
        kind is None
        or (wanted := _parameter_type(function, at)) == kind
        or wanted in ("ANY", "INDEX", "CONTEXT")
        for at, kind in enumerate(kinds)
    )


def _takes(function: Function, count: int) -> bool:
    parameters = function.parameters
    least = sum(not (each.optional or each.repeats) for each in parameters)
    # What repeats stands at least once, unless it may be left out.
    least += any(each.repeats and not each.optional for each in parameters)
    most = None if any(each.repeats for each in parameters) else len(parameters)
    return least <= count and (most is None or count <= most)


def _parameter_type(function: Function, at: int) -> str:
    """The type of argument number `at`; the last parameters repeat where one does."""
    parameters = function.parameters
    if at < len(parameters):
        return parameters[at].type
    repeating = [each for each in parameters if each.repeats]
    first = len(parameters) - len(repeating)
    return repeating[(at - first) % len(repeating)].type


def _report_unknown(draft: Draft, node: Call) -> None:
    name, key = node.function, node.function.key
    fixes: tuple[Fix, ...] = ()
    severity = None
    if key == "WAS_DEFAULTED" and len(node.arguments) == 1:
        subject = node.arguments[0].span.text_in(draft.parsed.text)
        advice = f"The test is written `{subject} WAS DEFAULTED`."
    elif key in draft.names.assigned or key in draft.names.inputs:
        advice = f"To read an element of an array write `{name.text}[…]`."
        if len(node.arguments) == 1:
            inner = node.arguments[0].span
            fixes = (
                Fix(
                    "Write the index in `[ ]`",
                    (
                        Edit(Span(name.span.end, inner.start), "["),
                        Edit(Span(inner.end, node.span.end), "]"),
                    ),
                ),
            )
    else:
        similar = nearest(key, list(load_functions()))
        advice = "Oracle says: Unknown function used in statement."
        if similar:
            advice = f"Did you mean {similar}? {advice}"
            fixes = (replace(name, similar),)
        if draft.product == "ebs":
            # There customers define functions of their own.
            severity = Severity.WARNING
    draft.report(
        "unknown-function",
        name.span,
        f"There is no function `{name.text}`. {advice}",
        fixes,
        severity=severity,
    )


def _report_misfit(
    draft: Draft,
    node: Call,
    overloads: Sequence[Function],
    kinds: Sequence[str | None],
) -> None:
    name = node.function.text
    is_certain = all(each.confidence == "documented" for each in overloads)
    severity = None if is_certain else Severity.WARNING
    candidates = [each for each in overloads if _takes(each, len(kinds))]
    if not candidates:
        lacks_default = node.function.key in _BY_DEFAULT and len(kinds) == 1
        advice = (
            " Its second argument is missing: what it gives when there is no value."
            if lacks_default
            else ""
        )
        draft.report(
            "unknown-function",
            node.span,
            f"{name} is called with {_counted(len(kinds))}.{advice} {_list(overloads)}",
            _add_default(draft, node) if lacks_default else (),
            severity=severity,
        )
        return
    at = min(
        (
            at
            for at, kind in enumerate(kinds)
            if kind is not None
            and not any(
                _parameter_type(each, at) in (kind, "ANY") for each in candidates
            )
        ),
        default=None,
    )
    if at is None:
        draft.report(
            "unknown-function",
            node.span,
            f"No form of {name} takes arguments of these types together. "
            f"{_list(candidates)}",
            severity=severity,
        )
        return
    argument, kind = node.arguments[at], kinds[at]
    wanted = {_parameter_type(each, at) for each in candidates}
    fixes: tuple[Fix, ...] = ()
    if wanted == {"TEXT"} and kind in ("NUMBER", "DATE"):
        fixes = (wrap(draft.parsed.text, argument, "TO_CHAR"),)
    elif wanted == {"NUMBER"} and kind == "TEXT":
        fixes = (wrap(draft.parsed.text, argument, "TO_NUMBER"),)
    takes = " or ".join(a_type(each) for each in sorted(wanted))
    draft.report(
        "unknown-function",
        argument.span,
        f"Argument {at + 1} of {name} must be {takes}, but "
        f"`{shorten(argument.span.text_in(draft.parsed.text))}` is "
        f"{a_type(kind or '')}. {_list(candidates)}",
        fixes,
        severity=severity,
    )


def _add_default(draft: Draft, node: Call) -> tuple[Fix, ...]:
    """The fix that hands GET_CONTEXT a default of the context's type."""
    argument = node.arguments[0]
    context = draft.contexts.get(argument.key) if isinstance(argument, Name) else None
    if context is None:
        return ()
    literal = {"NUMBER": "0", "TEXT": "' '"}.get(context.type, _NEVER)
    end = argument.span.end
    return (Fix(f"Add the default {literal}", (Edit(Span(end, end), f", {literal}"),)),)


_NEVER = "'4712/12/31 00:00:00' (DATE)"


def _counted(count: int) -> str:
    return f"{count or 'no'} argument{'' if count == 1 else 's'}"


def _list(overloads: Sequence[Function]) -> str:
    signatures = list(dict.fromkeys(each.signature for each in overloads))
    shown = "; ".join(f"`{each}`" for each in signatures[:4])
    more = f" and {len(signatures) - 4} more" if len(signatures) > 4 else ""
    return f"It is: {shown}{more}."
