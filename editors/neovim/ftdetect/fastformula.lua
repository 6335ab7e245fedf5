vim.filetype.add({ extension = { ff = 'fastformula', fff = 'fastformula' } })
