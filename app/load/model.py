"""What must be in a cart, by an account of its own: it shares no line with the shop's rules."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from msgspec import Struct

Key = tuple[Literal["line", "saved", "note"], str]
Contents = Mapping[Key, int | str]
"""How many of each line and saved line, and the note; what is not there is none."""

NOTE: Final[Key] = ("note", "")
REMEMBERED_STEPS: Final = 10


class SentOp(Struct, frozen=True):
    """An op as it was sent, as far as the model understands it."""

    n: int
    k: str
    sku: str = ""
    qty: int = 0
    text: str = ""
    rev: int | None = None


class Accepted(NamedTuple):
    """An op that was answered ok; `got` is how many the line has where there were not enough."""

    wish: SentOp
    got: int | None = None


class Model:
    """The contents of a cart at one revision, which moves on with each granted op."""

    def __init__(self, rev: int, contents: Contents):
        self.rev = rev
        self._contents = dict(contents)
        self._steps: list[Contents] = []

    @property
    def contents(self) -> Contents:
        """Return all that is in the cart."""
        return {key: value for key, value in self._contents.items() if value}

    def changes(self, accepted: Accepted) -> Contents:
        """Return what *accepted* changes now: nothing, if everything is so already."""
        wanted = self._wanted(accepted.wish, accepted.got)
        return {key: value for key, value in wanted.items() if value != self._now(key)}

    def advance(self, accepted: Accepted) -> None:
        """Move on to the revision that *accepted* makes."""
        changes = self.changes(accepted)
        if accepted.wish.k == "undo":
            self._steps.pop()
        else:
            self._remember({key: self._now(key) for key in changes})
        self._contents.update(changes)
        self.rev += 1

    def _wanted(self, wish: SentOp, got: int | None) -> Contents:  # noqa: PLR0911
        line: Key = ("line", wish.sku)
        match wish.k:
            case "line.add":
                return {line: self._many(line) + wish.qty if got is None else got}
            case "line.set":
                return {line: wish.qty if got is None else got}
            case "line.save":
                return self._moved(line, ("saved", wish.sku))
            case "line.unsave":
                return self._moved(("saved", wish.sku), line)
            case "note.set":
                return {NOTE: wish.text}
            case "undo" if self._steps:
                return self._steps[-1]
            case _:
                return {}

    def _moved(self, source: Key, target: Key) -> Contents:
        return {source: 0, target: self._many(source) + self._many(target)}

    def _remember(self, step: Contents) -> None:
        self._steps = [*self._steps[1 - REMEMBERED_STEPS :], step]

    def _now(self, key: Key) -> int | str:
        return self._contents.get(key, "" if key == NOTE else 0)

    def _many(self, key: Key) -> int:
        return int(self._now(key))
