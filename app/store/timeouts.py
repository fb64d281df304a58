"""How long a PostgreSQL server may take, and how long a lock is waited for."""

from typing import NamedTuple


class Timeouts(NamedTuple):
    """How long statements may take, transactions may do nothing, and locks be waited for.

    The server ends what takes longer. One that hangs ends nothing, so `silence_s` after a statement
    was sent the connection is given up, and it is unknown what became of the statement.
    """

    statement_ms: int
    idle_in_transaction_ms: int
    lock_ms: int

    @property
    def silence_s(self) -> float:
        """How long an answer is waited for: a little longer than the server may take."""
        return self.statement_ms / 1000 + 0.5


OF_SERVER = Timeouts(3_000, 5_000, 2_000)
"""For a server of the shop, whose shoppers get an answer within 5 s."""
OF_COMMAND = Timeouts(60_000, 60_000, 60_000)
"""For a command, which may migrate a large table, or wait while another does."""
