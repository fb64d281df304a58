"""Predicts what the server does with a message (protocol.md §2 and §3)."""

from app.protocol.decode import Hello, SubmitOp, decode
from app.protocol.json import BadFrame, BadValue
from tests.wire_proof.mutants import BAD_MESSAGE, NOT_UTF8, TOO_LARGE
from tests.wire_proof.mutated_texts import LARGEST

STAYS_OPEN: frozenset[int] = frozenset()


class Oracle:
    """The state of one connection after its hello: the ops of its outbox."""

    def __init__(self) -> None:
        self._bodies: list[str] = []

    @property
    def next(self) -> int:
        """The number of the next op."""
        return len(self._bodies) + 1

    def outcome(self, text: bytes) -> frozenset[int]:
        """Return the possible close codes after *text*; empty if the connection stays open."""
        if len(text) > LARGEST:
            return frozenset({TOO_LARGE})
        try:
            message = decode(text)
        except UnicodeDecodeError:
            return frozenset({NOT_UTF8})
        except (BadFrame, BadValue):
            return frozenset({BAD_MESSAGE})
        if isinstance(message, Hello):
            return frozenset({BAD_MESSAGE})
        return self._outcome_of_op(message) if isinstance(message, SubmitOp) else STAYS_OPEN

    def _outcome_of_op(self, submitted: SubmitOp) -> frozenset[int]:
        if submitted.n == self.next:
            self._bodies.append(submitted.body)
        is_another = submitted.n < self.next and self._bodies[submitted.n - 1] != submitted.body
        return frozenset({BAD_MESSAGE}) if is_another else STAYS_OPEN
