--- Has the server's model write, explain and mend; nothing is changed unseen.

local asking = require('fastformula.asking')

local M = {}

local fill, float, tell = asking.fill, asking.float, asking.tell

local WRITE = 'fastformula.writeWithModel'
local EXPLAIN = 'fastformula.explainWithModel'
local FIX = 'fastformula.fixWithModel'

--- The text of `bufnr` once `edit` is made.
---@param client vim.lsp.Client
---@param bufnr integer
---@param edit lsp.WorkspaceEdit
---@return string before, string after
local function preview(client, bufnr, edit)
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  local copy = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(copy, 0, -1, false, lines)
  for _, edits in pairs(edit.changes) do
    vim.lsp.util.apply_text_edits(edits, copy, client.offset_encoding)
  end
  local after = vim.api.nvim_buf_get_lines(copy, 0, -1, false)
  vim.api.nvim_buf_delete(copy, { force = true })
  return table.concat(lines, '\n') .. '\n', table.concat(after, '\n') .. '\n'
end

--- Show what would change; `y` makes it so, unless the text has changed since.
---@param client vim.lsp.Client
---@param bufnr integer
---@param answer table
local function ask(client, bufnr, answer)
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  local before, after = preview(client, bufnr, answer.edit)
  local diff = vim.text and vim.text.diff or vim.diff
  local buffer, window = float('diff', ' y: take it   q: leave it ')
  local problems = table.concat(answer.problems, '\n')
  fill(buffer, vim.trim(problems .. '\n' .. diff(before, after)))
  vim.keymap.set('n', 'y', function()
    vim.api.nvim_win_close(window, true)
    if vim.api.nvim_buf_get_changedtick(bufnr) ~= tick then
      return tell('The formula has changed since; nothing was put in.')
    end
    vim.lsp.util.apply_workspace_edit(answer.edit, client.offset_encoding)
  end, { buffer = buffer, nowait = true })
end

---@param client vim.lsp.Client
---@param bufnr integer
---@param argument table
local function explain(client, bufnr, argument)
  local partial = asking.token()
  local buffer, watching
  local function show(markdown)
    buffer = buffer or float('markdown', ' q: close ')
    if vim.api.nvim_buf_is_valid(buffer) then
      fill(buffer, markdown)
    end
  end
  watching = vim.api.nvim_create_autocmd('LspProgress', {
    callback = function(event)
      local params = event.data.params
      if params.token == partial and asking.is_busy() then
        show(params.value.markdown)
      end
    end,
  })
  argument = vim.tbl_extend('force', argument, { partialToken = partial })
  asking.run(client, bufnr, EXPLAIN, argument, function(answer)
    vim.api.nvim_del_autocmd(watching)
    if answer then
      show(answer.markdown)
    end
  end)
end

--- What the code actions of the server lead to.
---@type table<string, fun(command: lsp.Command, ctx: table)>
M.commands = {}

for _, name in ipairs({ WRITE, FIX }) do
  M.commands[name] = function(command, ctx)
    local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
    asking.run(client, ctx.bufnr, name, command.arguments[1], function(answer)
      if answer then
        ask(client, ctx.bufnr, answer)
      end
    end)
  end
end

M.commands[EXPLAIN] = function(command, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  explain(client, ctx.bufnr, command.arguments[1])
end

--- Run one of them at a place of the current buffer.
---@param name string
---@param argument fun(client: vim.lsp.Client): table
local function start(name, argument)
  local client = asking.client()
  if not client then
    return
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local given = vim.tbl_extend('force', {
    textDocument = vim.lsp.util.make_text_document_params(bufnr),
  }, argument(client))
  M.commands[name]({ arguments = { given } }, { client_id = client.id, bufnr = bufnr })
end

---@param words string
local function write(words)
  start(WRITE, function(client)
    local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
    return { position = place.position, instruction = words }
  end)
end

--- Make the commands `:FastFormulaWrite`, `:FastFormulaExplain`, `:FastFormulaCancel`.
function M.setup()
  vim.api.nvim_create_user_command('FastFormulaWrite', function(given)
    if given.args ~= '' then
      return write(given.args)
    end
    vim.ui.input({ prompt = 'What is to be written? ' }, function(words)
      if words and vim.trim(words) ~= '' then
        write(words)
      end
    end)
  end, { nargs = '*', desc = 'Have a model write a formula, or lines at the cursor' })
  vim.api.nvim_create_user_command('FastFormulaExplain', function(given)
    local first, last = 0, 0
    if given.range > 0 then
      first, last = given.line1 - 1, given.line2
    end
    start(EXPLAIN, function()
      return {
        range = {
          start = { line = first, character = 0 },
          ['end'] = { line = last, character = 0 },
        },
      }
    end)
  end, { range = true, desc = 'Have a model explain the formula, or some lines of it' })
  vim.api.nvim_create_user_command('FastFormulaCancel', function()
    asking.cancel()
  end, { desc = 'End what the server is asked to do' })
end

return M
