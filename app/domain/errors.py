"""Errors that several layers raise or handle."""


class UnusableFile(Exception):
    """A file that people write for the shop cannot be used; the text has its name, and says why."""


class DatabaseUnavailable(Exception):
    """The database cannot be reached at the moment; it is worth trying again.

    Raised by a write, it leaves open whether the write happened: read before acting on it.
    """


class AccountRemoved(Exception):
    """The account was deleted since the request was admitted: nothing is written for it."""


class ServerLost(DatabaseUnavailable):
    """The database server is gone, silent, or takes no writes any more: no connection is of use."""


class ServerSilent(ServerLost):
    """The server has not answered in time, but has not broken the connection either."""


class SharedSession(DatabaseUnavailable):
    """A pooler shares sessions of the database between transactions: the address has to change."""
