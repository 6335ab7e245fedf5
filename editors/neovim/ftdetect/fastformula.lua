vim.filetype.add({
  extension = { ff = 'fastformula', fff = 'fastformula' },
  -- Both at once: TOML to Neovim, cases to the server.
  pattern = { ['.*%.fftest%.toml'] = 'toml.fftest' },
})
