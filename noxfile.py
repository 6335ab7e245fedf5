"""What people, `make`, pre-commit and CI run. All sessions share one environment."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
STAMP = Path(sys.prefix) / "fastformula-installed"

nox.options.sessions = ["check", "test"]
nox.options.default_venv_backend = "none"


def install(session: nox.Session) -> None:
    """Install the package with all it needs for development, once per change of it."""
    wanted = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        wanted.update((ROOT / name).read_bytes())
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted.hexdigest():
        return
    session.log("installing fastformula[test] with the versions of constraints.txt")
    python(
        session, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--constraint", "constraints.txt", "--editable", ".[test]",
    )  # fmt: skip
    STAMP.write_text(wanted.hexdigest(), encoding="utf-8")


def python(session: nox.Session, *arguments: str, **options: str) -> None:
    """Run the Python of this environment."""
    session.run(sys.executable, *arguments, env=options or None, external=True)


@nox.session
def fix(session: nox.Session) -> None:
    """Format, mend what can be mended, and write generated files anew."""
    install(session)
    python(session, "-m", "ruff", "format", ".")
    python(session, "-m", "ruff", "check", "--fix", ".")
    python(session, "tools/generate.py")


@nox.session
def check(session: nox.Session) -> None:
    """Style, types, layers and generated files."""
    install(session)
    python(session, "-m", "ruff", "format", "--check", ".")
    python(session, "-m", "ruff", "check", ".")
    python(session, "-m", "mypy")
    lint_imports = "from importlinter.cli import lint_imports_command; "
    python(session, "-c", lint_imports + "lint_imports_command()")
    python(session, "tools/generate.py", "--check")


@nox.session
def test(session: nox.Session) -> None:
    """All tests; arguments go to pytest: `nox -s test -- -k parser`."""
    install(session)
    python(session, "-m", "pytest", "-n", "2", "--dist", "loadfile", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """The long property and mutation runs, whole, and a day of typing."""
    install(session)
    python(session, "-m", "pytest", *session.posargs, FASTFORMULA_SOAK="1")
    python(session, "tools/soak_typing.py")


@nox.session
def demo(session: nox.Session) -> None:
    """Check, complete and train on an example, before your eyes."""
    install(session)
    python(session, "tools/demo.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """What parsing, start-up and the embedded model cost, as tables."""
    install(session)
    for script in sorted((ROOT / "tools").glob("bench_*.py")):
        python(session, str(script))


@nox.session
def docs(session: nox.Session) -> None:
    """Write the generated pages anew."""
    install(session)
    python(session, "tools/generate.py")


@nox.session
def editors(session: nox.Session) -> None:
    """The extension in a real VS Code; installs one below .cache/ the first time."""
    install(session)
    python(session, "tools/vscode_host.py", *session.posargs)
