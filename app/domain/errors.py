"""What goes wrong outside of the rules, as every room names it."""


class DatabaseUnavailable(Exception):
    """The database cannot be asked just now; a moment later it may answer.

    After a write nobody knows whether it happened: read again before acting on it.
    """
