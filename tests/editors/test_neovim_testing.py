"""Formulas run and tested from a real Neovim: lenses, the quickfix list, signs."""

import os
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.editor

NEOVIM_011 = Path(sys.executable).with_name("nvim")
NEOVIM_012 = os.environ.get("FASTFORMULA_NVIM", "")
PAY = """\
INPUTS ARE hours, rate
/* 💰 */ extra = GREATEST(hours - 41, 0)
pay = (hours + extra / 2) * rate
IF hours > 41 THEN note = 'long'
RETURN pay
"""
CASES = """\
[inputs]
RATE = 10

[[case]]
name = "a long week"
inputs = { HOURS = 42 }
returns = { PAY = 430 }

[[case]]
name = "a short week"
inputs = { HOURS = 40 }
returns = { PAY = 400 }
"""
SIGNS = """
local options, shown = { details = true }, {}
local marks = vim.api.nvim_buf_get_extmarks(0, -1, 0, -1, options)
for _, mark in ipairs(marks) do
  local group = mark[4].sign_hl_group or ''
  if group:match('^DiagnosticSign') and vim.startswith(mark[4].sign_text, '▎') then
    table.insert(shown, mark[2] .. ' ' .. group:sub(15))
  end
end
return table.concat(shown, ', ')
"""
SAID = "return vim.fn.execute('messages')"


@pytest.fixture(params=["0.11", "0.12"])
def neovim(open_neovim, tmp_path, request):
    program = NEOVIM_011 if request.param == "0.11" else NEOVIM_012
    if not Path(program).is_file():
        pytest.skip(f"no Neovim {request.param} here")
    for name, text in {"pay.ff": PAY, "pay.fftest.toml": CASES}.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    editor = open_neovim(program, {"completion": {"enabled": False}})
    editor.edit(tmp_path / "pay.ff")
    return editor


def wait_for_lenses(editor, lenses, times=1):
    editor.until(lambda: editor.screen().count(lenses) == times, f"lenses {lenses}")


def failures(editor):
    return [
        each
        for each in editor.diagnostics()
        if each.get("source") == "fastformula test"
    ]


def test_a_lens_runs_the_cases_and_what_failed_is_in_the_quickfix_list(neovim):
    wait_for_lenses(neovim, "Run | Test (2)")
    neovim.lua(
        """
        vim.ui.select = function(items, options, choose)
          choose(vim.iter(items):find(function(item)
            return options.format_item(item):match('^Test')
          end))
        end
        vim.lsp.codelens.run()
        """
    )
    [item] = neovim.until("return vim.fn.getqflist()", "quickfix list")
    assert item["text"] == "a long week: PAY: expected 430, but is 425"
    assert (item["lnum"], item["col"], item["type"]) == (3, 1, "E")
    assert "1 of 2 failed" in neovim.lua(SAID)
    wait_for_lenses(neovim, "Run | 1 of 2 failed")
    [failure] = neovim.until(lambda: failures(neovim), "failure")
    assert failure["lnum"] == 2
    # 💰 stands before it, on the line that is mended.
    neovim.type("2G:s/41/40/<CR>:FastFormulaTest<CR>")
    wait_for_lenses(neovim, "Run | 2 passed")
    neovim.until(lambda: not failures(neovim), "end of the failure")
    assert neovim.lua("return #vim.fn.getqflist()") == 0


def test_a_formula_runs_with_the_case_at_the_cursor_of_its_file(neovim, tmp_path):
    neovim.lua(f"vim.cmd.edit('{tmp_path / 'pay.fftest.toml'}')")
    assert neovim.lua("return vim.bo.filetype") == "toml.fftest"
    wait_for_lenses(neovim, "Run | Test", times=2)
    neovim.type("10G:FastFormulaRun<CR>")
    neovim.until(
        """
        local over = vim.api.nvim_win_get_config(0).relative ~= ''
        return over and vim.fn.getline(1) == 'PAY = 400'
        """,
        "window with what came of it",
    )


def test_a_case_is_run_by_its_name_which_can_be_completed(neovim):
    found = neovim.lua("return vim.fn.getcompletion('FastFormulaTest a sh', 'cmdline')")
    assert found == ["short week"]
    neovim.type(":FastFormulaTest a short week<CR>")
    neovim.until(f"{SAID}:match('1 case passed')", "message")


def test_signs_tell_what_the_cases_reach_until_the_text_changes(neovim):
    neovim.type(":FastFormulaCoverage<CR>")
    reached = "1 Ok, 2 Ok, 3 Ok, 4 Ok"
    neovim.until(lambda: neovim.lua(SIGNS) == reached, "signs")
    neovim.lua("vim.fn.setqflist({})")
    neovim.type("4G:s/41/50/<CR>")
    neovim.until(lambda: not neovim.lua(SIGNS), "end of the signs")
    neovim.type(":FastFormulaCoverage<CR>")
    partly = "1 Ok, 2 Ok, 3 Error, 4 Ok"
    neovim.until(lambda: neovim.lua(SIGNS) == partly, "signs")
    neovim.type(":FastFormulaCoverage!<CR>")
    neovim.until(lambda: not neovim.lua(SIGNS), "end of the signs")


def test_mistakes_in_a_case_file_stand_in_it(neovim, tmp_path):
    neovim.lua(f"vim.cmd.edit('{tmp_path / 'pay.fftest.toml'}')")
    neovim.type("7G:s/returns/retruns/<CR>")
    [mistake] = neovim.until(neovim.diagnostics, "diagnostics")
    assert "retruns" in mistake["message"]
    assert mistake["lnum"] == 3
