"""What the server must do with a message, as protocol.md §2 and §3 say."""

from app.protocol.decode import Hello, SubmitOp, decode
from app.protocol.json import BadFrame, BadValue
from tests.wire_proof.mutants import BAD_MESSAGE, NOT_UTF8, TOO_LARGE
from tests.wire_proof.texts import LARGEST

GOES_ON: frozenset[int] = frozenset()


class Oracle:
    """Knows one connection after its hello, and the ops of its outbox."""

    def __init__(self) -> None:
        self._bodies: list[str] = []

    @property
    def next(self) -> int:
        """Return the number of the next op."""
        return len(self._bodies) + 1

    def outcome(self, text: bytes) -> frozenset[int]:
        """Return the codes with which *text* ends the connection; none: it goes on."""
        if len(text) > LARGEST:
            return frozenset({TOO_LARGE})
        try:
            message = decode(text.decode())
        except UnicodeDecodeError:
            return frozenset({NOT_UTF8})
        except (BadFrame, BadValue):
            return frozenset({BAD_MESSAGE})
        if isinstance(message, Hello):
            return frozenset({BAD_MESSAGE})
        return self._ruled(message) if isinstance(message, SubmitOp) else GOES_ON

    def _ruled(self, asked: SubmitOp) -> frozenset[int]:
        if asked.n == self.next:
            self._bodies.append(asked.body)
        is_another = asked.n < self.next and self._bodies[asked.n - 1] != asked.body
        return frozenset({BAD_MESSAGE}) if is_another else GOES_ON
