--- FastFormula in Neovim: the language server, and from 0.12 a model's ghost text.

local testing = require('fastformula.testing')
local writing = require('fastformula.writing')

local M = {}

local INLINE = 'textDocument/inlineCompletion'
local STATUS = 'fastformula/status'

--- How the model is doing.
---@class fastformula.Status
---@field kind 'off'|'loading'|'ready'|'slow'|'failing'
---@field message string a sentence

---@type fastformula.Status
local OFF = { kind = 'off', message = 'The FastFormula server is not running.' }
local status = OFF

--- What the server last offered in a buffer, and the line it was asked about.
---@class fastformula.Offer
---@field row integer from 0
---@field col integer bytes before the cursor
---@field text string the line
---@field encoding string of the positions in `items`
---@field items lsp.InlineCompletionItem[]

---@type table<integer, fastformula.Offer>
local offers = {}

---@param bufnr integer
---@param row integer
---@return string
local function line_at(bufnr, row)
  return vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
end

--- Keep every offer together with the line it was made for.
---
--- Neovim keeps the offer alone. Text typed between the question and the key that
--- accepts is then doubled: `foob`, `a`, accept gave `foobara` (neovim/neovim#36529).
---@param client vim.lsp.Client
local function remember_offers(client)
  local request = client.request
  client.request = function(self, method, params, handler, bufnr)
    if method ~= INLINE or not handler then
      return request(self, method, params, handler, bufnr)
    end
    if not bufnr or bufnr == 0 then
      bufnr = vim.api.nvim_get_current_buf()
    end
    local row, encoding = params.position.line, self.offset_encoding
    local text = line_at(bufnr, row)
    local col = vim.str_byteindex(text, encoding, params.position.character, false)
    return request(self, method, params, function(err, result, ...)
      if result then
        local items = result.items or result
        offers[bufnr] =
          { row = row, col = col, text = text, encoding = encoding, items = items }
      end
      return handler(err, result, ...)
    end, bufnr)
  end
end

--- Insert `item` over what was typed of it since; nothing if something else was typed.
---@param bufnr integer
---@param item vim.lsp.inline_completion.Item
---@return vim.lsp.inline_completion.Item? item for Neovim to insert as it is
local function insert(bufnr, item)
  local client = vim.lsp.get_client_by_id(item.client_id)
  local offer = offers[bufnr]
  if not client or client.name ~= 'fastformula' or not offer then
    return item
  end
  local offered = vim.iter(offer.items):find(function(other)
    return other.insertText == item.insert_text
  end)
  local row, col = unpack(vim.api.nvim_win_get_cursor(0))
  row = row - 1
  local before, after = offer.text:sub(1, offer.col), offer.text:sub(offer.col + 1)
  local now = line_at(bufnr, row)
  local typed = now:sub(offer.col + 1, col)
  if not offered or row ~= offer.row or now ~= before .. typed .. after then
    return nil
  end
  local first, last = offer.col, offer.col
  if offered.range then
    local range = offered.range
    first = vim.str_byteindex(offer.text, offer.encoding, range.start.character, false)
    last = vim.str_byteindex(offer.text, offer.encoding, range['end'].character, false)
  end
  local text = offered.insertText
  local rest = offer.col - first
  if text:sub(rest + 1, rest + #typed) ~= typed then
    return nil
  end
  local lines = vim.split(text, '\n', { plain = true })
  vim.api.nvim_buf_set_text(bufnr, row, first, row, last + #typed, lines)
  local end_col = #lines[#lines] + (#lines == 1 and first or 0)
  vim.api.nvim_win_set_cursor(0, { row + #lines, end_col })
  if offered.command then
    client:exec_cmd(offered.command, { bufnr = bufnr })
  end
  return nil
end

--- How the model is doing, for a status line.
---@return fastformula.Status
function M.status()
  return status
end

---@param now fastformula.Status
local function show(now)
  status = now
  vim.cmd.redrawstatus()
end

--- Accept the ghost text in the current buffer; false if there is none.
---@return boolean
function M.accept()
  local bufnr = vim.api.nvim_get_current_buf()
  return vim.lsp.inline_completion.get({
    bufnr = bufnr,
    on_accept = function(item)
      return insert(bufnr, item)
    end,
  })
end

---@param bufnr integer
---@param key string
local function map_accept(bufnr, key)
  vim.keymap.set('i', key, function()
    if M.accept() then
      return ''
    end
    -- Neovim's own <Tab> jumps in a snippet, and this mapping stands before it.
    if key:lower() == '<tab>' and vim.snippet.active({ direction = 1 }) then
      return '<Cmd>lua vim.snippet.jump(1)<CR>'
    end
    return key
  end, { buffer = bufnr, expr = true, desc = 'Accept the offered FastFormula text' })
end

---@class fastformula.Options
---@field cmd? string[] the server, when `fastformula serve` is not on the search path
---@field settings? table settings of the server, such as `{ completion = { enabled = false } }`
---@field accept? string|false the key that takes ghost text, `<Tab>` by default
---@field lenses? boolean whether runs and tests are offered above formulas and cases

--- Start the server for every formula and, where Neovim can, show ghost text.
---@param options? fastformula.Options
function M.setup(options)
  options = options or {}
  vim.lsp.config('fastformula', {
    cmd = options.cmd,
    init_options = options.settings,
    on_init = remember_offers,
    on_exit = vim.schedule_wrap(function()
      show(OFF)
    end),
    capabilities = {
      experimental = { [STATUS] = true },
      workspace = { codeLens = { refreshSupport = true } },
    },
    commands = vim.tbl_extend('error', writing.commands, testing.commands),
    handlers = vim.tbl_extend('error', testing.handlers, {
      [STATUS] = function(_, now)
        show(now)
      end,
    }),
  })
  writing.setup()
  testing.setup()
  vim.lsp.enable('fastformula')
  local key = options.accept == nil and '<Tab>' or options.accept
  vim.api.nvim_create_autocmd('LspAttach', {
    group = vim.api.nvim_create_augroup('fastformula', {}),
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if not client or client.name ~= 'fastformula' then
        return
      end
      if options.lenses ~= false then
        testing.show_lenses(client, event.buf)
      end
      if vim.lsp.inline_completion and client:supports_method(INLINE) then
        vim.lsp.inline_completion.enable(true, { client_id = client.id })
        if key then
          map_accept(event.buf, key)
        end
      end
    end,
  })
end

return M
