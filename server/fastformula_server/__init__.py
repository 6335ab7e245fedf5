"""The shells around the language: a language server, and a command line.

Nothing is imported here, so that a command loads only what it needs.
"""
