"""A local model that is asked for ghost text while it writes something long."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from fastformula_models import Request, follow, open_backend

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


def test_a_hole_is_filled_in_the_middle_of_a_long_answer(llama: Any) -> None:
    settings = llama.settings(adapters=(str(llama.second),), instructed=True)
    backend: Any = open_backend(settings)
    wish = Request("", "", instruction="Pay twice.", max_tokens=12)
    alone = follow(backend, wish)
    hole = llama.asked(adapter=llama.second.name)
    filled: list[str] = []
    asking = threading.Thread(target=lambda: filled.append(backend.complete(hole)))
    counts: list[int] = []

    def stop(_said: str) -> bool:
        counts.append(len(filled))
        if len(counts) == 3:
            asking.start()
            while not backend._turns._short:
                time.sleep(0.001)
        return False

    request = Request("", "", instruction="Pay twice.", max_tokens=12, stop=stop)
    assert follow(backend, request) == alone
    asking.join()
    assert counts[:5] == [0, 0, 0, 1, 1]
    assert filled == [backend.complete(hole)]
