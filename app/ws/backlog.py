"""What a tab has not read yet: bounded; what is too much becomes one snapshot."""

MOST_FRAMES = 64
MOST_BYTES = 256 * 1024


class Backlog:
    """Frames that wait to be sent. Verdicts and answers stay; state can be told anew.

    Once state had to be dropped, `owes_snapshot` stands until the snapshot is taken along.
    """

    def __init__(self) -> None:
        self._frames: list[tuple[bytes, bool]] = []
        self._bytes = 0
        self.owes_snapshot = False

    def __len__(self) -> int:
        """Return how many frames wait."""
        return len(self._frames)

    def add(self, frame: bytes, *, is_state: bool) -> bool:
        """Let *frame* wait; say whether too much waits now, so that something has to be done.

        State is left out while a snapshot is owed, which will tell more.
        """
        if is_state and self.owes_snapshot:
            return False
        self._frames.append((frame, is_state))
        self._bytes += len(frame)
        return len(self._frames) > MOST_FRAMES or self._bytes > MOST_BYTES

    def take(self) -> list[bytes]:
        """Return all that waits, in order, and forget it; `owes_snapshot` is left to the taker."""
        frames = [frame for frame, _ in self._frames]
        self._frames.clear()
        self._bytes = 0
        return frames

    def drop_state(self) -> None:
        """Keep only what cannot be told anew, and owe a snapshot for the rest."""
        self._frames = [(frame, is_state) for frame, is_state in self._frames if not is_state]
        self._bytes = sum(len(frame) for frame, _ in self._frames)
        self.owes_snapshot = True
