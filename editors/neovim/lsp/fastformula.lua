---@type vim.lsp.Config
return {
  cmd = { 'fastformula', 'serve' },
  filetypes = { 'fastformula', 'toml.fftest' },
  root_markers = { 'fastformula.toml', '.git' },
}
