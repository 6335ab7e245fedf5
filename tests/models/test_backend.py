"""Opening a backend, and the backends that need no model."""

import subprocess
import sys

import pytest
from fastformula_models import BackendSettings, Cancelled, Request, open_backend


def test_the_fake_answers_in_turn_and_honours_the_request() -> None:
    backend = open_backend(BackendSettings("fake", answers=("hours * rate", "0")))
    assert backend.complete(Request("a", "b")) == "hours * rate"
    assert backend.complete(Request("a", "b")) == "0"
    stop = Request("a", "b", stop=lambda text: text.endswith(" "))
    assert backend.complete(stop) == "hours "
    assert backend.complete(Request("a", "b")) == "0"
    assert backend.complete(Request("a", "b", max_tokens=3)) == "hou"
    late = Request("a", "b")
    late.cancelled.set()
    with pytest.raises(Cancelled):
        backend.complete(late)


def test_a_backend_that_is_off_says_nothing() -> None:
    backend = open_backend(BackendSettings("off"))
    assert backend.name == "off"
    assert [backend.complete(Request("a", "b")) for _ in range(3)] == ["", "", ""]
    backend.close()


def test_importing_the_package_loads_no_tensor_library() -> None:
    code = (
        "import sys, fastformula_models, fastformula_models.fim, "
        "fastformula_models.catalog, fastformula_models.remote\n"
        "heavy = {'torch', 'transformers', 'peft', 'tokenizers', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
