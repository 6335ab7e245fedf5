--- Has the server's model write, explain and mend; nothing is changed unseen.

local M = {}

local WRITE = 'fastformula.writeWithModel'
local EXPLAIN = 'fastformula.explainWithModel'
local FIX = 'fastformula.fixWithModel'

local CANCELLED = -32800

--- The request that is under way.
---@type { client: vim.lsp.Client, id: integer }?
local task
local tokens = 0

---@param message string
local function tell(message)
  vim.notify('FastFormula: ' .. message)
end

---@return string
local function token()
  tokens = tokens + 1
  return 'fastformula-task-' .. tokens
end

--- A window over the others; `q` and `<Esc>` close it.
---@param filetype string
---@param title string
---@return integer buffer, integer window
local function float(filetype, title)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].filetype = filetype
  vim.bo[buffer].bufhidden = 'wipe'
  local width = math.min(100, math.max(20, vim.o.columns - 8))
  local height = math.max(3, math.floor(vim.o.lines * 0.6))
  local window = vim.api.nvim_open_win(buffer, true, {
    relative = 'editor',
    style = 'minimal',
    border = 'rounded',
    title = title,
    width = width,
    height = height,
    col = math.floor((vim.o.columns - width) / 2),
    row = math.floor((vim.o.lines - height) / 2) - 1,
  })
  vim.wo[window].wrap = true
  for _, key in ipairs({ 'q', '<Esc>' }) do
    vim.keymap.set('n', key, '<Cmd>close<CR>', { buffer = buffer, nowait = true })
  end
  return buffer, window
end

---@param buffer integer
---@param text string
local function fill(buffer, text)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, '\n', { plain = true }))
  vim.bo[buffer].modifiable = false
end

--- Run a command of the server; `on_end` gets its answer, nil where nothing came of it.
---@param client vim.lsp.Client
---@param bufnr integer
---@param command string
---@param argument table
---@param on_end fun(answer?: table)
local function run(client, bufnr, command, argument, on_end)
  local params = { command = command, arguments = { argument }, workDoneToken = token() }
  local _, id = client:request('workspace/executeCommand', params, function(err, answer)
    task = nil
    local why = err and err.code ~= CANCELLED and err.message or answer and answer.failure
    if why then
      tell(why)
    end
    on_end(not err and not answer.failure and answer or nil)
  end, bufnr)
  task = id and { client = client, id = id }
end

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
  local partial = token()
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
      if params.token == partial and task then
        show(params.value.markdown)
      end
    end,
  })
  argument = vim.tbl_extend('force', argument, { partialToken = partial })
  run(client, bufnr, EXPLAIN, argument, function(answer)
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
    run(client, ctx.bufnr, name, command.arguments[1], function(answer)
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
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'fastformula' })[1]
  if not client then
    return tell('The server does not run for this file.')
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
    if task then
      task.client:cancel_request(task.id)
    end
  end, { desc = 'End what the model is writing' })
end

return M
