"""The error that every command raises where it cannot do what was asked."""


class CommandError(Exception):
    """A command cannot do what was asked; the text says why, and what would help."""
