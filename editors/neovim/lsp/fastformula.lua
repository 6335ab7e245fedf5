---@type vim.lsp.Config
return {
  cmd = { 'fastformula', 'serve' },
  filetypes = { 'fastformula' },
  root_markers = { 'fastformula.toml', '.git' },
}
