"""Errors that several layers raise or handle."""


class DatabaseUnavailable(Exception):
    """The database cannot be reached at the moment; it is worth trying again.

    Raised by a write, it leaves open whether the write happened: read before acting on it.
    """
