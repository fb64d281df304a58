"""An independent model of a cart; it shares no code with the rules of `app.domain`."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from msgspec import Struct

Kind = Literal["line", "saved", "suggested", "note"]
Key = tuple[Kind, str]
Contents = Mapping[Key, int | str]
"""Quantities of lines, saved and suggested ones, and the note; a missing key means none."""
Authors = Mapping[Key, str]
"""Which members of a household put lines there; those of the cart's owner are missing."""

NOTE: Final[Key] = ("note", "")
END_OF_HELP: Final = "help"
"""What a patch calls the end of a help, which is no op."""
MAX_UNDO_STEPS: Final = 10
NOBODY: Final[Authors] = {}
_SOURCES: Final[Mapping[str, Kind]] = {
    "line.save": "line",
    "line.unsave": "saved",
    "suggestion.accept": "suggested",
}
"""From which list an op takes a line into another."""


class SentOp(Struct, frozen=True):
    """The fields of a sent op that the model needs."""

    n: int
    k: str
    sku: str = ""
    qty: int = 0
    text: str = ""
    rev: int | None = None


class Accepted(NamedTuple):
    """An op that was answered ok; `got` is the quantity if stock was short.

    `by` is the member of the household who sent it, empty for the cart's owner.
    """

    op: SentOp
    got: int | None = None
    by: str = ""


class Step(NamedTuple):
    """What an undo restores: what was there before *by* made revision *rev*, and whose it was."""

    rev: int
    by: str
    before: Contents
    authors: Authors


class Model:
    """The contents of a cart at one revision; each accepted op that changes it makes the next."""

    def __init__(self, rev: int, contents: Contents, authors: Authors = NOBODY):
        self.rev = rev
        self._contents = dict(contents)
        self._authors = dict(authors)
        self._undo_stack: list[Step] = []

    @property
    def contents(self) -> Contents:
        """The contents, without empty lines."""
        return {key: value for key, value in self._contents.items() if value}

    @property
    def authors(self) -> Authors:
        """Which members put the lines there that are in the contents."""
        return {key: by for key, by in self._authors.items() if by and self._value(key)}

    def changes(self, accepted: Accepted) -> Contents:
        """Return what *accepted* would change now; empty if it changes nothing."""
        target = self._target(accepted)
        return {key: value for key, value in target.items() if value != self._value(key)}

    def advance(self, accepted: Accepted) -> None:
        """Apply *accepted*, which makes the next revision."""
        changes, undone = self.changes(accepted), self._undone(accepted)
        authors = {key: self._author(key, accepted, undone) for key in changes}
        self.rev += 1
        if undone:
            self._undo_stack.remove(undone)
        else:
            before = {key: self._value(key) for key in changes}
            whose = {key: self._authors.get(key, "") for key in changes}
            step = Step(self.rev, accepted.by, before, whose)
            self._undo_stack = [*self._undo_stack[1 - MAX_UNDO_STEPS :], step]
        self._contents.update(changes)
        self._authors.update(authors)

    def _target(self, accepted: Accepted) -> Contents:  # noqa: C901, PLR0911 - flat
        op, got = accepted.op, accepted.got
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
            case "line.discard":
                return {("saved", op.sku): 0}
            case "line.suggest":
                return {("suggested", op.sku): op.qty}
            case "suggestion.accept":
                moved = self._move(("suggested", op.sku), line)
                return moved if got is None else {**moved, line: got}
            case "suggestion.decline":
                return {("suggested", op.sku): 0}
            case "help":
                return {key: 0 for key in self._contents if key[0] == "suggested"}
            case "note.set":
                return {NOTE: op.text}
            case _:
                return self._restored(accepted)

    def _move(self, source: Key, target: Key) -> Contents:
        return {source: 0, target: self._qty(source) + self._qty(target)}

    def _restored(self, accepted: Accepted) -> Contents:
        """Return what an undo restores: what nobody has changed since, as far as is remembered."""
        undone = self._undone(accepted)
        if undone is None:
            return {}
        since = self._undo_stack[self._undo_stack.index(undone) + 1 :]
        return _left(undone, since)

    def _undone(self, accepted: Accepted) -> Step | None:
        """Return the newest change of who undoes of which anything is left, or that of `rev`."""
        op, stack = accepted.op, self._undo_stack
        if op.k != "undo":
            return None
        for place in reversed(range(len(stack))):
            step = stack[place]
            is_meant = step.by == accepted.by if op.rev is None else step.rev == op.rev
            if is_meant and _left(step, stack[place + 1 :]):
                return step
        return None

    def _author(self, key: Key, accepted: Accepted, undone: Step | None) -> str:
        """Return whose the line of *key* is then: who began it, wherever it was since."""
        if key == NOTE:
            return ""
        if undone:
            return undone.authors[key]
        if self._value(key):
            return self._authors.get(key, "")
        moved_from = _SOURCES.get(accepted.op.k)
        return self._authors.get((moved_from, key[1]), "") if moved_from else accepted.by

    def _value(self, key: Key) -> int | str:
        return self._contents.get(key, "" if key == NOTE else 0)

    def _qty(self, key: Key) -> int:
        return int(self._value(key))


def _left(step: Step, since: Iterable[Step]) -> Contents:
    """Return what *step* restores: all of a product of which nothing has changed *since*."""
    touched = {_thing(key) for later in since for key in later.before}
    gone = {key[1] for key in step.before if _thing(key) in touched}
    return {key: value for key, value in step.before.items() if key[1] not in gone}


def _thing(key: Key) -> Key:
    """Return what *key* is about: a product is one thing in cart and saved list: it moves."""
    kind, sku = key
    return ("line", sku) if kind == "saved" else key
