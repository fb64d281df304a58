"""The background tasks of this server for which a transaction leaves something to do."""

from enum import Enum, auto
from typing import Final

from sqlalchemy import Connection


class Woken(Enum):
    """A task that waits until something is due: the sender of mails, or the reconciler."""

    MAILS = auto()
    PAYMENTS = auto()


_KEY: Final = "woken"


def wake(connection: Connection, task: Woken) -> None:
    """Have *task* look for work once this transaction is committed."""
    connection.info.setdefault(_KEY, set()).add(task)


def take_woken(connection: Connection) -> set[Woken]:
    """Return the tasks that are to be woken now."""
    woken: set[Woken] = connection.info.pop(_KEY, set())
    return woken
