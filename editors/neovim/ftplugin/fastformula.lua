-- `#`, because a line that already holds a /* comment */ cannot be wrapped in another.
vim.bo.commentstring = '# %s'
vim.bo.comments = 's1:/*,mb:*,ex:*/,:#'
vim.b.undo_ftplugin = 'setlocal commentstring< comments<'
