"""The books of one account: what was asked, what was answered, and what must come of it."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from app.domain.verdicts import Code, No, Ok, Verdict
from app.load.model import Accepted, Contents, Model, SentOp

RECENT: Final = 256
SHOWN: Final = 3

Name = tuple[str, int]
"""An outbox and a number in it."""


class Open(NamedTuple):
    """An op without a verdict; when it was sent first, revision `since` was known already."""

    wish: SentOp
    since: int


class AccountChecker:
    """Compares answers with an independent model; `object_to` hears of each broken promise."""

    def __init__(self, rev: int, contents: Contents, object_to: Callable[[str], None]):
        self.newest = rev
        self._first = rev
        self._model = Model(rev, contents)
        self._skus = {sku for _, sku in contents}
        self._object_to = object_to
        self._outboxes: set[str] = set()
        self._open: dict[Name, Open] = {}
        self._ruled: dict[Name, Verdict] = {}
        self._accepted: defaultdict[int, list[tuple[Name, Accepted]]] = defaultdict(list)
        self._makers: dict[int, Name] = {}
        self._made: dict[Name, int] = {}

    @property
    def contents(self) -> Contents:
        """Return what is in the cart, as far as the answers go."""
        return self._model.contents

    @property
    def has_moved(self) -> bool:
        """Say whether anything was changed since these books were opened."""
        return self.newest > self._first

    def own(self, outbox: str) -> None:
        """Learn that *outbox* is one of this account."""
        self._outboxes.add(outbox)

    def has_asked_for(self, sku: str) -> bool:
        """Say whether this account has anything to do with *sku*."""
        return sku in self._skus

    def has_ruled(self, name: Name) -> bool:
        """Say whether the verdict on this op was heard, lately."""
        return name in self._ruled

    def ask(self, outbox: str, wish: SentOp) -> None:
        """Note that an op goes out; a repeat is no news."""
        name = (outbox, wish.n)
        if name not in self._open and name not in self._ruled:
            self.own(outbox)
            self._skus.add(wish.sku)
            self._open[name] = Open(wish, self.newest)

    def rule(self, outbox: str, verdict: Verdict) -> None:
        """Note a verdict, which must be the first on its op or the same as the first."""
        name = (outbox, verdict.n)
        if (asked := self._open.pop(name, None)) is None:
            return self._compare(name, verdict)
        self._ruled[name] = verdict
        _forget_oldest(self._ruled)
        if verdict.rev < asked.since:
            self._object_to(
                f"op {name} was answered at revision {verdict.rev},"
                f" though {asked.since} was told before it was sent"
            )
        elif isinstance(verdict, Ok):
            got = verdict.warn.got if verdict.warn else None
            self._grant(name, Accepted(asked.wish, got), verdict.rev)
        return self._settle_what_is_complete()

    def change(self, name: Name, rev: int) -> None:
        """Note that a patch says this op made revision *rev*."""
        if name[0] not in self._outboxes:
            self._object_to(f"revision {rev} was made by op {name}, which is not of this account")
            return
        if self._makers.setdefault(rev, name) != name:
            self._object_to(f"revision {rev} was made by {name}, and by {self._makers[rev]}")
        elif (first := self._made.setdefault(name, rev)) != rev:
            self._object_to(f"op {name} was applied again: it made revisions {first} and {rev}")
        _forget_oldest(self._made)
        self._learn(rev)

    def close(self, rev: int, contents: Contents) -> None:
        """Compare with the cart as the shop has it, once nothing is asked any more."""
        for name in list(self._open)[:SHOWN]:
            self._object_to(f"op {name} never got a verdict")
        self._open.clear()
        self._learn(rev)
        self._settle_what_is_complete()
        if rev < self._model.rev:
            self._object_to(f"the cart is at revision {rev}, but {self._model.rev} was answered")
        elif contents != self._model.contents:
            self._object_to(
                f"the cart is {_plain(contents)},"
                f" but the answers make {_plain(self._model.contents)}"
            )

    def _learn(self, rev: int) -> None:
        self.newest = max(self.newest, rev)

    def _compare(self, name: Name, verdict: Verdict) -> None:
        first = self._ruled.get(name)
        if isinstance(verdict, No) and verdict.code is Code.EXPIRED:
            return
        if first is None and name[0] not in self._outboxes:
            self._object_to(f"a verdict on op {name}, which nobody asked for")
        elif first is not None and first != verdict:
            self._object_to(f"op {name} was answered {first}, and later {verdict}")

    def _grant(self, name: Name, accepted: Accepted, rev: int) -> None:
        self._learn(rev)
        if rev > self._model.rev:
            self._accepted[rev].append((name, accepted))
        else:
            self._must_change_nothing(name, accepted)

    def _settle_what_is_complete(self) -> None:
        """Move the model on over all revisions that no verdict can join any more."""
        complete = min((asked.since for asked in self._open.values()), default=self.newest)
        while (rev := self._model.rev + 1) <= complete:
            self._settle(rev, self._accepted.pop(rev, []))

    def _settle(self, rev: int, accepted: list[tuple[Name, Accepted]]) -> None:
        maker = self._maker(rev, accepted)
        if maker is None:
            self._object_to(_no_maker(rev, accepted))
            self._model.rev = rev
            return
        self._model.advance(maker[1])
        for name, other in accepted:
            if name != maker[0]:
                self._must_change_nothing(name, other)
        self._makers.pop(rev - RECENT, None)

    def _maker(
        self, rev: int, accepted: list[tuple[Name, Accepted]]
    ) -> tuple[Name, Accepted] | None:
        """Return which op made *rev*: the one that a patch named, or else one that can have."""
        named = self._makers.get(rev)
        can = [one for one in accepted if named in {None, one[0]} and self._model.changes(one[1])]
        if can and named is None:
            self._makers[rev] = can[0][0]
        return can[0] if can else None

    def _must_change_nothing(self, name: Name, accepted: Accepted) -> None:
        if self._model.changes(accepted):
            self._object_to(
                f"op {name} ({accepted.wish.k}) was answered ok at revision {self._model.rev},"
                " but is not in it"
            )


def _forget_oldest(known: dict[Name, Any]) -> None:
    if len(known) > RECENT:
        del known[next(iter(known))]


def _no_maker(rev: int, accepted: list[tuple[Name, Accepted]]) -> str:
    if not accepted:
        return f"revision {rev} was made by no op that was answered ok"
    names = ", ".join(f"{name} ({one.wish.k})" for name, one in accepted[:SHOWN])
    return f"revision {rev}: {names} was answered ok, but changes nothing"


def _plain(contents: Contents) -> str:
    return ", ".join(f"{kind} {sku}={value}" for (kind, sku), value in sorted(contents.items()))
