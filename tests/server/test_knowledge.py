"""What the model's process knows besides the text, after it went through the pipe."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

from fastformula import parse
from fastformula.analysis import analyze, summarise
from fastformula_server.knowledge import Knowledge, Known
from fastformula_server.library import FormulaLibrary
from fastformula_server.messages import Neighbourhood, Outdated, Shown, Workplace
from fastformula_server.settings import Settings

RATE = "INPUTS ARE l_grade\nl_rate = 2\nRETURN l_rate\n"


def told(*news: Workplace | Neighbourhood | Shown | Outdated) -> Knowledge:
    knowledge = Knowledge()
    for each in news:
        knowledge.hear(pickle.loads(pickle.dumps(each)))
    return knowledge


def known_with(knowledge: Knowledge, uri: str, others: int) -> Known:
    """What is known once so many other formulas have been read."""
    deadline = time.monotonic() + 30
    while len((known := knowledge.of(uri)).others) != others:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return known


def test_settings_and_neighbours_are_those_of_the_server(tmp_path: Path) -> None:
    uri = (tmp_path / "pay.ff").as_uri()
    rate = summarise(analyze(parse(RATE)), "RATE", str(tmp_path / "rate.ff"))
    knowledge = told(
        Workplace(Settings(product="ebs"), (tmp_path,)),
        Neighbourhood(tmp_path, FormulaLibrary([rate], is_alone=False)),
    )
    environment = knowledge.of(uri).surroundings.environment
    assert environment.product == "ebs"
    assert environment.library.find("RATE") == rate
    elsewhere = knowledge.of("file:///elsewhere/pay.ff").surroundings
    assert elsewhere.environment.library.find("RATE") is None


def test_other_texts_are_the_open_ones_and_those_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "rate.ff").write_text(RATE, encoding="utf-8")
    (tmp_path / "pay.ff").write_text("l_pay = 1\n", encoding="utf-8")
    pay, rate = ((tmp_path / name).as_uri() for name in ("pay.ff", "rate.ff"))
    knowledge = told(Workplace(Settings(), (tmp_path,)), Shown("untitled:1", "l_a = 1"))
    assert known_with(knowledge, pay, 2).others == ("l_a = 1", RATE)
    for news in (Shown(rate, "l_rate = 3\n"), Shown("untitled:1", None)):
        knowledge.hear(news)
    assert knowledge.of(pay).others == ("l_rate = 3\n",)
    (tmp_path / "new.ff").write_text("l_new = 1\n", encoding="utf-8")
    knowledge.hear(Outdated())
    assert "l_new = 1\n" in known_with(knowledge, pay, 2).others
