"""Running formulas: a pure function of the analysed text and of what it meets.

An analysed tree becomes closures once, and these run as often as a loop goes round.
Nothing is read, written or asked of the clock: a `World` says what the run meets, an
`Outcome` what came of it.
"""

from fastformula.interpreter.activation import LogLine, Step
from fastformula.interpreter.errors import Caller, ErrorClass, Missing, RunError
from fastformula.interpreter.execution import Outcome, run
from fastformula.interpreter.inspection import head_span
from fastformula.interpreter.semantics import Semantics
from fastformula.interpreter.values import Scalar, Value
from fastformula.interpreter.world import (
    Answer,
    Cell,
    FormulaAnswer,
    Row,
    SetRow,
    World,
)

__all__ = [
    "Answer",
    "Caller",
    "Cell",
    "ErrorClass",
    "FormulaAnswer",
    "LogLine",
    "Missing",
    "Outcome",
    "Row",
    "RunError",
    "Scalar",
    "Semantics",
    "SetRow",
    "Step",
    "Value",
    "World",
    "head_span",
    "run",
]
