"""Results of tests, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Tree

from fastformula_server.console import counted
from fastformula_server.testing.playing import Result


def failure_lines(result: Result) -> list[str]:
    """What is not as expected in a case, and how it came to that."""
    lines = [f"FAILED {result.case.title}"]
    lines += (f"    {each.text}" for each in result.differences)
    lines += (f"      {step}" for step in result.steps)
    return lines


def summary(results: Sequence[Result], seconds: float) -> str:
    """The last line: `2 failed, 5 passed in 0.13 s`."""
    failed = sum(not each.passed for each in results)
    parts = [f"{failed} failed"] if failed else []
    if failed < len(results):
        parts.append(f"{len(results) - failed} passed")
    cases = "" if parts else counted(0, "case")
    return f"{', '.join(parts) or cases} in {seconds:.2f} s"


def junit_xml(results: Sequence[Result]) -> str:
    """The results as JUnit writes them, which build servers read."""
    seconds = sum(each.seconds for each in results)
    suite = Tree.Element(
        "testsuite",
        name="fastformula",
        tests=str(len(results)),
        failures=str(sum(not each.passed for each in results)),
        errors="0",
        time=f"{seconds:.3f}",
    )
    for result in results:
        case = Tree.SubElement(
            suite,
            "testcase",
            classname=result.case.file.as_posix(),
            name=result.case.name,
            time=f"{result.seconds:.3f}",
        )
        if not result.passed:
            first = result.differences[0].text
            failure = Tree.SubElement(case, "failure", message=_printable(first))
            failure.text = _printable("\n".join(failure_lines(result)[1:]))
    return Tree.tostring(suite, encoding="unicode", xml_declaration=True)


def _printable(text: str) -> str:
    """`text` without the characters that no XML may have."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "?" for letter in text
    )
