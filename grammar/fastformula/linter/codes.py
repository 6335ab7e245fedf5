"""Codes of diagnostics that no rule stands behind: syntax errors and remarks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SYNTAX: Final[Mapping[str, str]] = MappingProxyType(
    {
        "syntax-and": "Conditions are joined with AND, not `&&`.",
        "syntax-assignment": "A value is assigned with `=`, not `:=`.",
        "syntax-between": "There is no BETWEEN. Write two comparisons joined by AND.",
        "syntax-block": "There are no BEGIN and END. Parentheses group statements.",
        "syntax-boolean": "There are no truth values. Use texts such as 'Y' and 'N'.",
        "syntax-braces": "Statements are grouped with parentheses, not with braces.",
        "syntax-case": "There is no CASE. Choose with IF … THEN … ELSE IF ….",
        "syntax-change-contexts": "The statement is CHANGE_CONTEXTS, with an S.",
        "syntax-character": "The character has no meaning in a formula.",
        "syntax-comment": "A comment is written /* … */; `--` and `//` open none.",
        "syntax-comment-not-closed": "The comment has no `*/`, so the rest is lost.",
        "syntax-else": "The ELSE belongs to no IF. Without parentheses a branch is a "
        "single statement, so the IF above has already ended.",
        "syntax-elsif": "There is no ELSIF. Write ELSE IF.",
        "syntax-empty-array": "There is no empty array of that type. The types are "
        "NUMBER, TEXT and DATE values, indexed by NUMBER or TEXT.",
        "syntax-end-if": "There is no END IF. Parentheses group statements.",
        "syntax-end-loop": "There is no END LOOP. Parentheses group statements.",
        "syntax-equality": "Equality is `=`, not `==`.",
        "syntax-error": "The text does not fit the grammar here.",
        "syntax-exit": "A loop is left with EXIT. There are no BREAK and CONTINUE.",
        "syntax-for": "There is no FOR. Count in a WHILE … LOOP.",
        "syntax-function": "The function has another name in FastFormula.",
        "syntax-in": "There is no IN. Write comparisons joined by OR.",
        "syntax-inputs": "Inputs are declared with INPUTS ARE, also a single one.",
        "syntax-is-null": "There is no IS NULL. Give the name a DEFAULT and ask WAS "
        "DEFAULTED.",
        "syntax-local": "A local variable is not declared. It begins with its first "
        "assignment.",
        "syntax-method": "The array method has another name.",
        "syntax-missing": "A sign or word is missing that the statement needs.",
        "syntax-name": "A name is letters, digits and underscores and begins with a "
        "letter; any other is written in double quotes.",
        "syntax-null": "There is no NULL. Use a default, and ask WAS DEFAULTED.",
        "syntax-or": "Conditions are joined with OR; `||` joins texts.",
        "syntax-outputs": "There is no OUTPUTS ARE. RETURN names what is handed back.",
        "syntax-quoted-context": "A context is written without quotes.",
        "syntax-quotes": "A text stands in straight quotes ', not in typographic ones.",
        "syntax-reserved": "A reserved word cannot name anything.",
        "syntax-return": "RETURN takes a plain list of names.",
        "syntax-semicolon": "A `;` stands inside a statement.",
        "syntax-sysdate": "There is no SYSDATE. Use a context such as EFFECTIVE_DATE.",
        "syntax-target": "What stands there cannot be given a value.",
        "syntax-text-not-closed": "The text has no closing quote.",
        "syntax-too-many": "So many mistakes were found that the rest was not read.",
        "syntax-was": "WAS DEFAULTED asks about a single name.",
        "syntax-was-defaulted": "The test is written WAS DEFAULTED.",
    }
)
"""What the parser objects to; Oracle's compiler does too, so none can be turned off."""

REMARKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ignore-comment": "A comment `fastformula: ignore` names a rule that there is "
        "not, or excuses nothing.",
        "semicolon": "Statements need no `;` between them.",
        "text-over-lines": "A text runs over a line end, which becomes part of it. "
        "Mostly a quote is missing.",
    }
)
"""What is no error; turned off and excused like a rule."""
