--- What commands of the server have in common: one at a time, and how they are shown.

local M = {}

local CANCELLED = -32800

--- The request that is under way.
---@type { client: vim.lsp.Client, id: integer }?
local task
local tokens = 0

---@param message string
function M.tell(message)
  vim.notify('FastFormula: ' .. message)
end

--- A name for the progress of a request.
---@return string
function M.token()
  tokens = tokens + 1
  return 'fastformula-task-' .. tokens
end

--- A window over the others; `q` and `<Esc>` close it.
---@param filetype string
---@param title string
---@return integer buffer, integer window
function M.float(filetype, title)
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
function M.fill(buffer, text)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.split(text, '\n', { plain = true }))
  vim.bo[buffer].modifiable = false
end

--- Ask the server; `on_end` gets its answer, nil where nothing came of it.
---@param client vim.lsp.Client
---@param bufnr integer
---@param method string
---@param params table
---@param on_end fun(answer?: table)
function M.ask(client, bufnr, method, params, on_end)
  params = vim.tbl_extend('force', params, { workDoneToken = M.token() })
  local _, id = client:request(method, params, function(err, answer)
    task = nil
    local why = err and err.code ~= CANCELLED and err.message or answer and answer.failure
    if why then
      M.tell(why)
    end
    on_end(not err and answer and not answer.failure and answer or nil)
  end, bufnr)
  task = id and { client = client, id = id }
end

--- Run a command of the server; `on_end` gets its answer, nil where nothing came of it.
---@param client vim.lsp.Client
---@param bufnr integer
---@param command string
---@param argument table
---@param on_end fun(answer?: table)
function M.run(client, bufnr, command, argument, on_end)
  local params = { command = command, arguments = { argument } }
  M.ask(client, bufnr, 'workspace/executeCommand', params, on_end)
end

--- Whether something is asked for and not there yet.
---@return boolean
function M.is_busy()
  return task ~= nil
end

--- End what is asked for.
function M.cancel()
  if task then
    task.client:cancel_request(task.id)
  end
end

--- The server of the current buffer; says so where there is none.
---@return vim.lsp.Client?
function M.client()
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'fastformula' })[1]
  if not client then
    M.tell('The server does not run for this file.')
  end
  return client
end

return M
