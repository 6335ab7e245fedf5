--- Runs formulas and their cases: results in the quickfix list, coverage as signs.

local asking = require('fastformula.asking')

local M = {}

local RUN = 'fastformula.runFormula'
local TEST = 'fastformula.testFormula'
local TESTS = 'fastformula/tests'
local RUN_TESTS = 'fastformula/runTests'
local LENSES = 'textDocument/codeLens'

local signs = vim.api.nvim_create_namespace('fastformula-coverage')

--- How a statement stands in the sign column, by how far the cases came in it.
local SIGNS = {
  all = { sign_text = '▎', sign_hl_group = 'DiagnosticSignOk' },
  some = { sign_text = '▎', sign_hl_group = 'DiagnosticSignWarn' },
  none = { sign_text = '▎', sign_hl_group = 'DiagnosticSignError' },
}

--- Bring the lenses of the buffers up to date that show any.
---@param client vim.lsp.Client
local function refresh(client)
  for bufnr in pairs(client.attached_buffers) do
    if vim.api.nvim_buf_is_loaded(bufnr) then
      vim.lsp.codelens.refresh({ bufnr = bufnr })
    end
  end
end

--- Put what failed into the quickfix list, and say how many cases there were.
---@param client vim.lsp.Client
---@param results table[]
local function show(client, results)
  local items = {}
  for _, result in ipairs(results) do
    if not result.passed then
      local place = result.location or { uri = result.uri, range = result.range }
      local item = vim.lsp.util.locations_to_items({ place }, client.offset_encoding)[1]
      local texts = vim.tbl_map(function(difference)
        return difference.text
      end, result.differences)
      item.text = result.name .. ': ' .. table.concat(texts, '; ')
      item.type = 'E'
      table.insert(items, item)
    end
  end
  vim.fn.setqflist({}, ' ', { title = 'FastFormula tests', items = items })
  local total = #results
  if #items > 0 then
    asking.tell(('%d of %d failed; see :copen'):format(#items, total))
  else
    asking.tell(total == 1 and '1 case passed' or total .. ' cases passed')
  end
end

--- What the lenses of the server lead to.
---@type table<string, fun(command: lsp.Command, ctx: table)>
M.commands = {
  [RUN] = function(command, ctx)
    local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
    asking.run(client, ctx.bufnr, RUN, command.arguments[1], function(answer)
      if answer then
        asking.fill(asking.float('', ' q: close '), answer.text)
      end
    end)
  end,
  [TEST] = function(command, ctx)
    local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
    asking.run(client, ctx.bufnr, TEST, command.arguments[1], function(answer)
      if answer then
        show(client, answer.results)
      end
    end)
  end,
}

---@param client vim.lsp.Client
---@param bufnr integer
---@param on_end fun(files: table[])
local function find(client, bufnr, on_end)
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
  asking.ask(client, bufnr, TESTS, params, function(answer)
    if answer then
      on_end(answer.files)
    end
  end)
end

--- The cases that are meant: of that name, or where the cursor is in a case file.
---@param files table[]
---@param name string
---@return { uri: string, name: string }[]
local function choose(files, name)
  local cases, here = {}, {}
  local row, uri = vim.api.nvim_win_get_cursor(0)[1] - 1, vim.uri_from_bufnr(0)
  for _, file in ipairs(files) do
    for _, case in ipairs(file.cases) do
      local target = { uri = file.uri, name = case.name }
      local range = case.range
      if name == '' or name == case.name then
        table.insert(cases, target)
      end
      if file.uri == uri and range.start.line <= row and row <= range['end'].line then
        table.insert(here, target)
      end
    end
  end
  return name == '' and #here > 0 and here or cases
end

---@param command string
---@param textDocument table
---@param name? string
local function start(command, textDocument, name)
  local client = asking.client()
  if client then
    local argument = { textDocument = textDocument, name = name }
    local ctx = { client_id = client.id, bufnr = vim.api.nvim_get_current_buf() }
    M.commands[command]({ arguments = { argument } }, ctx)
  end
end

--- Run the formula with the case of that name, the one at the cursor or one to choose.
---@param name string
local function run(name)
  local client = asking.client()
  if not client then
    return
  end
  find(client, 0, function(files)
    local cases = choose(files, name)
    if #cases == 0 then
      local own = vim.lsp.util.make_text_document_params(0)
      return start(RUN, own, name ~= '' and name or nil)
    end
    local function begin(case)
      if case then
        start(RUN, { uri = case.uri }, case.name)
      end
    end
    if #cases == 1 then
      return begin(cases[1])
    end
    vim.ui.select(cases, {
      prompt = 'Run the formula with which case?',
      format_item = function(case)
        return case.name
      end,
    }, begin)
  end)
end

--- Show in the sign column how far the cases come in the formula, as long as it is the same.
---@param client vim.lsp.Client
---@param bufnr integer
---@param covered table[]
local function mark(client, bufnr, covered)
  local ways = {}
  for _, file in ipairs(covered) do
    if vim.uri_to_bufnr(file.uri) == bufnr then
      for _, branch in ipairs(file.branches) do
        for _, way in ipairs(branch.taken) do
          local line = branch.range.start.line
          ways[line] = ways[line] or way.count == 0
        end
      end
      for _, statement in ipairs(file.statements) do
        local line = statement.range.start.line
        local kind = statement.count == 0 and 'none' or ways[line] and 'some' or 'all'
        local sign = vim.tbl_extend('error', { id = line + 1 }, SIGNS[kind])
        vim.api.nvim_buf_set_extmark(bufnr, signs, line, 0, sign)
      end
    end
  end
  vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI' }, {
    buffer = bufnr,
    once = true,
    callback = function()
      vim.api.nvim_buf_clear_namespace(bufnr, signs, 0, -1)
    end,
  })
end

local function cover()
  local client, bufnr = asking.client(), vim.api.nvim_get_current_buf()
  if not client then
    return
  end
  find(client, bufnr, function(files)
    local tests = vim.tbl_map(function(file)
      return { uri = file.uri }
    end, files)
    local params = { tests = tests, coverage = true }
    asking.ask(client, bufnr, RUN_TESTS, params, function(answer)
      if answer then
        vim.api.nvim_buf_clear_namespace(bufnr, signs, 0, -1)
        mark(client, bufnr, answer.coverage)
        show(client, answer.results)
      end
    end)
  end)
end

--- The names of the cases, for the command line; `lead` is the last word of it.
---@param lead string
---@param line string
---@return string[]
local function complete(lead, line)
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'fastformula' })[1]
  local params = { textDocument = vim.lsp.util.make_text_document_params(0) }
  local answer = client and client:request_sync(TESTS, params, 1000, 0)
  local typed = line:gsub('^%s*%S+%s+', '', 1)
  local found = {}
  for _, file in ipairs(answer and answer.result and answer.result.files or {}) do
    for _, case in ipairs(file.cases) do
      if vim.startswith(case.name, typed) then
        table.insert(found, case.name:sub(#typed - #lead + 1))
      end
    end
  end
  return found
end

--- Show the lenses of a buffer, and keep them up to date.
---@param client vim.lsp.Client
---@param bufnr integer
function M.show_lenses(client, bufnr)
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = bufnr })
    return
  end
  if not client:supports_method(LENSES) then
    return
  end
  vim.lsp.codelens.refresh({ bufnr = bufnr })
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
    buffer = bufnr,
    callback = function()
      vim.lsp.codelens.refresh({ bufnr = bufnr })
    end,
  })
end

--- The server has other lenses now; Neovim 0.11 cannot be told so by itself.
M.handlers = {}
if not vim.lsp.codelens.enable then
  M.handlers['workspace/codeLens/refresh'] = function(_, _, ctx)
    refresh(assert(vim.lsp.get_client_by_id(ctx.client_id)))
    return vim.NIL
  end
end

--- Make the commands `:FastFormulaRun`, `:FastFormulaTest`, `:FastFormulaCoverage`.
function M.setup()
  local command = vim.api.nvim_create_user_command
  command('FastFormulaRun', function(given)
    run(given.args)
  end, { nargs = '*', complete = complete, desc = 'Run the formula with one of its cases' })
  command('FastFormulaTest', function(given)
    local own = vim.lsp.util.make_text_document_params(0)
    start(TEST, own, given.args ~= '' and given.args or nil)
  end, { nargs = '*', complete = complete, desc = 'Run the cases of the formula, or one' })
  command('FastFormulaCoverage', function(given)
    vim.api.nvim_buf_clear_namespace(0, signs, 0, -1)
    if not given.bang then
      cover()
    end
  end, { bang = true, desc = 'Run the cases and show what they reach; ! takes it away' })
end

return M
