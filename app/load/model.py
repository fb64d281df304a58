"""An independent model of a cart; it shares no code with the rules of `app.domain`."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from msgspec import Struct

Key = tuple[Literal["line", "saved", "note"], str]
Contents = Mapping[Key, int | str]
"""Quantities of lines and saved lines, and the note; a missing key means none."""

NOTE: Final[Key] = ("note", "")
MAX_UNDO_STEPS: Final = 10


class SentOp(Struct, frozen=True):
    """The fields of a sent op that the model needs."""

    n: int
    k: str
    sku: str = ""
    qty: int = 0
    text: str = ""
    rev: int | None = None


class Accepted(NamedTuple):
    """An op that was answered ok; `got` is the quantity if stock was short."""

    op: SentOp
    got: int | None = None


class Model:
    """The contents of a cart at one revision; each accepted op that changes it makes the next."""

    def __init__(self, rev: int, contents: Contents):
        self.rev = rev
        self._contents = dict(contents)
        self._undo_stack: list[Contents] = []

    @property
    def contents(self) -> Contents:
        """The contents, without empty lines."""
        return {key: value for key, value in self._contents.items() if value}

    def changes(self, accepted: Accepted) -> Contents:
        """Return what *accepted* would change now; empty if it changes nothing."""
        target = self._target(accepted.op, accepted.got)
        return {key: value for key, value in target.items() if value != self._value(key)}

    def advance(self, accepted: Accepted) -> None:
        """Apply *accepted*, which makes the next revision."""
        changes = self.changes(accepted)
        if accepted.op.k == "undo":
            self._undo_stack.pop()
        else:
            self._remember({key: self._value(key) for key in changes})
        self._contents.update(changes)
        self.rev += 1

    def _target(self, op: SentOp, got: int | None) -> Contents:  # noqa: PLR0911
        line: Key = ("line", op.sku)
        match op.k:
            case "line.add":
                return {line: self._qty(line) + op.qty if got is None else got}
            case "line.set":
                return {line: op.qty if got is None else got}
            case "line.save":
                return self._move(line, ("saved", op.sku))
            case "line.unsave":
                return self._move(("saved", op.sku), line)
            case "note.set":
                return {NOTE: op.text}
            case "undo" if self._undo_stack:
                return self._undo_stack[-1]
            case _:
                return {}

    def _move(self, source: Key, target: Key) -> Contents:
        return {source: 0, target: self._qty(source) + self._qty(target)}

    def _remember(self, inverse: Contents) -> None:
        self._undo_stack = [*self._undo_stack[1 - MAX_UNDO_STEPS :], inverse]

    def _value(self, key: Key) -> int | str:
        return self._contents.get(key, "" if key == NOTE else 0)

    def _qty(self, key: Key) -> int:
        return int(self._value(key))
