"""Checks that the verdicts, patches and the final cart of an account agree with its ops."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from app.domain.verdicts import Code, No, Ok, Verdict
from app.load.checker_texts import SHOWN, OpName, as_text, no_op_message
from app.load.model import END_OF_HELP, NOBODY, Accepted, Authors, Contents, Model, SentOp

RECENT: Final = 256
RECENT_CONTENTS: Final = 128
"""Revisions whose contents are remembered: more than a commit makes of the ops of a few tabs."""


class PendingOp(NamedTuple):
    """An op without a verdict; `since_rev` was the newest known revision when it was first sent."""

    op: SentOp
    since_rev: int


class PatchContents(NamedTuple):
    """What a patch from revision *prev* to *rev* changes; empty values are removed."""

    prev: int
    rev: int
    changes: Contents


class AccountChecker:
    """Compares verdicts with an independent model; *report* is called for each broken promise.

    Verdicts of several outboxes arrive in any order, and an accepted op that changes nothing makes
    no revision. So an accepted op waits until no pending op can make a revision below its own.
    """

    def __init__(
        self,
        rev: int,
        contents: Contents,
        report: Callable[[str], None],
        authors: Authors = NOBODY,
    ):
        self.newest = rev
        self._first = rev
        self._model = Model(rev, contents, authors)
        self._skus = {sku for _, sku in contents}
        self._report = report
        self._whose: dict[str, str] = {}
        self._pending: dict[OpName, PendingOp] = {}
        self._verdicts: dict[OpName, Verdict] = {}
        self._accepted: defaultdict[int, list[tuple[OpName, Accepted]]] = defaultdict(list)
        self._op_of_rev: dict[int, OpName] = {}
        self._rev_of_op: dict[OpName, int] = {}
        self._contents_at: dict[int, Contents] = {rev: contents}
        self._patches: list[PatchContents] = []

    @property
    def contents(self) -> Contents:
        """The cart's contents, according to the verdicts so far."""
        return self._model.contents

    @property
    def has_changed(self) -> bool:
        """Whether the cart has changed since the check began."""
        return self.newest > self._first

    @property
    def pending(self) -> frozenset[OpName]:
        """The ops that have no verdict."""
        return frozenset(self._pending)

    def add_outbox(self, outbox: str, by: str = "") -> None:
        """Register *outbox* as one of this cart, of the member *by* of its household."""
        self._whose[outbox] = by

    def has_used(self, sku: str) -> bool:
        """Return whether *sku* was in the cart or in an op."""
        return sku in self._skus

    def has_verdict(self, name: OpName) -> bool:
        """Return whether this op got its verdict recently."""
        return name in self._verdicts

    def on_sent(self, outbox: str, op: SentOp) -> None:
        """Record an op that is sent; a repeat changes nothing."""
        name = (outbox, op.n)
        if name not in self._pending and name not in self._verdicts:
            self._whose.setdefault(outbox, "")
            self._skus.add(op.sku)
            self._pending[name] = PendingOp(op, self.newest)

    def on_verdict(self, outbox: str, verdict: Verdict) -> None:
        """Check a verdict, which must be the first on its op or equal to the first."""
        name = (outbox, verdict.n)
        if (pending := self._pending.pop(name, None)) is None:
            return self._compare(name, verdict)
        self._verdicts[name] = verdict
        _forget_oldest(self._verdicts)
        if verdict.rev < pending.since_rev:
            self._report(
                f"op {name} was answered at revision {verdict.rev},"
                f" though {pending.since_rev} was told before it was sent"
            )
        elif isinstance(verdict, Ok):
            got = verdict.warn.got if verdict.warn else None
            by = self._whose[outbox]
            self._accept(name, Accepted(pending.op, got, by), verdict.rev)
        return self._settle_what_is_complete()

    def on_patch(self, patch: PatchContents) -> None:
        """Check that a patch makes the cart at its `rev` of the cart at its `prev`.

        It may be checked later, since the verdicts on its ops may come on other websockets.
        """
        self._patches.append(patch)
        self._check_patches()

    def on_source(self, name: OpName, rev: int, by: str = "") -> None:
        """Check a patch which says that op *name* of the member *by* made revision *rev*."""
        if name[0] not in self._whose:
            self._report(f"revision {rev} was made by op {name}, which is not of this account")
            return
        if (whose := self._whose[name[0]]) != by:
            self._report(f"op {name} of “{whose}” is called one of “{by}”")
        if self._op_of_rev.setdefault(rev, name) != name:
            self._report(f"revision {rev} was made by {name}, and by {self._op_of_rev[rev]}")
        elif (first := self._rev_of_op.setdefault(name, rev)) != rev:
            self._report(f"op {name} was applied again: it made revisions {first} and {rev}")
        elif (verdict := self._verdicts.get(name)) and verdict.rev != rev:
            self._report(
                f"op {name} was answered at revision {verdict.rev},"
                f" but a patch says that it made {rev}"
            )
        _forget_oldest(self._rev_of_op)
        self._see_rev(rev)

    def on_end_of_help(self, rev: int) -> None:
        """Take that revision *rev* is the end of a help, which takes open suggestions away."""
        name = (END_OF_HELP, rev)
        if rev not in self._op_of_rev:
            self._op_of_rev[rev] = name
            self._accept(name, Accepted(SentOp(0, END_OF_HELP)), rev)
        elif self._op_of_rev[rev] != name:
            self._report(f"revision {rev} was made by {self._op_of_rev[rev]}, and ended a help")
        self._see_rev(rev)

    def finish(self, rev: int, contents: Contents, authors: Authors = NOBODY) -> None:
        """Compare with the server's cart, when no more ops will be sent."""
        for name in list(self._pending)[:SHOWN]:
            self._report(f"op {name} never got a verdict")
        self._pending.clear()
        self._see_rev(rev)
        self._settle_what_is_complete()
        if rev < self._model.rev:
            self._report(f"the cart is at revision {rev}, but {self._model.rev} was answered")
        elif contents != self._model.contents:
            self._report(
                f"the cart is {as_text(contents)},"
                f" but the answers make {as_text(self._model.contents)}"
            )
        elif authors != self._model.authors:
            self._report(f"lines are called those of {authors}, and are {self._model.authors}")

    def _see_rev(self, rev: int) -> None:
        self.newest = max(self.newest, rev)

    def _compare(self, name: OpName, verdict: Verdict) -> None:
        first = self._verdicts.get(name)
        if isinstance(verdict, No) and verdict.code is Code.EXPIRED:
            return
        if first is None and name[0] not in self._whose:
            self._report(f"a verdict on op {name}, which nobody asked for")
        elif first is not None and first != verdict:
            self._report(f"op {name} was answered {first}, and later {verdict}")

    def _accept(self, name: OpName, accepted: Accepted, rev: int) -> None:
        self._see_rev(rev)
        if rev > self._model.rev:
            self._accepted[rev].append((name, accepted))
        else:
            self._must_change_nothing(name, accepted)

    def _settle_what_is_complete(self) -> None:
        """Advance the model over all revisions to which no more verdicts can belong."""
        complete = min(
            (pending.since_rev for pending in self._pending.values()), default=self.newest
        )
        while (rev := self._model.rev + 1) <= complete:
            self._settle(rev, self._accepted.pop(rev, []))
            self._contents_at[rev] = self._model.contents
            _forget_oldest(self._contents_at, RECENT_CONTENTS)
        self._check_patches()

    def _settle(self, rev: int, accepted: list[tuple[OpName, Accepted]]) -> None:
        made_by = self._op_that_made(rev, accepted)
        if made_by is None:
            self._report(no_op_message(rev, accepted))
            self._model.rev = rev
            return
        self._model.advance(made_by[1])
        for name, other in accepted:
            if name != made_by[0]:
                self._must_change_nothing(name, other)
        self._op_of_rev.pop(rev - RECENT, None)

    def _op_that_made(
        self, rev: int, accepted: list[tuple[OpName, Accepted]]
    ) -> tuple[OpName, Accepted] | None:
        """Return the op that made *rev*: the one a patch named, or else one that can have."""
        named = self._op_of_rev.get(rev)
        can = [one for one in accepted if named in {None, one[0]} and self._model.changes(one[1])]
        if can and named is None:
            self._op_of_rev[rev] = can[0][0]
        return can[0] if can else None

    def _check_patches(self) -> None:
        """Check the patches to revisions that the model has reached."""
        due = [patch for patch in self._patches if patch.rev <= self._model.rev]
        if due:
            self._patches = [patch for patch in self._patches if patch.rev > self._model.rev]
        for patch in due:
            before, after = map(self._contents_at.get, (patch.prev, patch.rev))
            if before is None or after is None:
                continue
            made = {key: value for key, value in {**before, **patch.changes}.items() if value}
            if made != after:
                self._report(
                    f"the patch {patch.prev} → {patch.rev} makes {as_text(made)},"
                    f" but the answers make {as_text(after)}"
                )

    def _must_change_nothing(self, name: OpName, accepted: Accepted) -> None:
        if self._model.changes(accepted):
            self._report(
                f"op {name} ({accepted.op.k}) was answered ok at revision {self._model.rev},"
                " but is not in it"
            )


def _forget_oldest(known: dict[Any, Any], most: int = RECENT) -> None:
    if len(known) > most:
        del known[next(iter(known))]
