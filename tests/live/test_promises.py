"""Every op has one effect and one verdict, whatever fails between memory and database."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.domain.cart import Cart
from app.domain.limits import Limits
from app.domain.ops import AddLine
from app.domain.outbox import OpRef, Outbox, OutboxId
from app.domain.position import position
from app.domain.rules import rule
from app.domain.verdicts import No, Ok, RetryLater
from app.protocol.messages import Need, PatchMessage, ServerMessage, Snapshot
from tests.examples import APPLES, CATALOG, EMPTY, HERE, NOON, THERE, ref
from tests.live.fakes import FakeTab, body_of
from tests.live.harness import CartHarness

ONE = AddLine(APPLES, 1)
ELSEWHERE = OutboxId("cccccccc-0000-4000-8000-000000000003")


class Shopper(FakeTab):
    """A tab that follows the protocol: it applies messages, and sends ops again."""

    def __init__(self, name: str, outbox: OutboxId, harness: CartHarness):
        super().__init__(name, outbox=outbox)
        self._around = harness
        self._submitted = 0
        self.waits: set[int] = set()
        self.verdicts: dict[int, Ok | No] = {}
        self.revs: list[int] = []
        self.shown = 0

    def submits_one(self) -> None:
        """Submit an op that adds one more."""
        self._submitted += 1
        self.waits.add(self._submitted)
        self.submits(self._around.cart, self._submitted, ONE)

    def sends_again(self) -> None:
        """Send all ops without a verdict again."""
        for n in sorted(self.waits):
            self.submits(self._around.cart, n, ONE)

    def tell(self, message: ServerMessage) -> None:
        if isinstance(message, Ok | No):
            assert self.verdicts.setdefault(message.n, message) == message
            self.waits.discard(message.n)
        elif isinstance(message, PatchMessage):
            assert message.prev == self.revs[-1]
            assert len(message.by) == message.rev - message.prev
            self._shows(message.rev, [line.qty for line in message.lines.values() if line])
        elif isinstance(message, Snapshot):
            self._shows(message.rev, [line.qty for line in message.cart.lines])
        else:
            assert isinstance(message, RetryLater | Need)

    def _shows(self, rev: int, quantities: list[int]) -> None:
        assert rev >= max(self.revs, default=0)
        self.revs.append(rev)
        (self.shown,) = quantities or [0]


class World:
    """A live cart, two shoppers, a database, and another node on the same database."""

    def __init__(self) -> None:
        self.disk = EMPTY
        self.harness = CartHarness(limits=Limits(burst=10_000))
        self.shoppers = [Shopper(name, name, self.harness) for name in (HERE, THERE)]
        self.harness.let_in(*self.shoppers)
        for shopper in self.shoppers:
            shopper.tell(self.harness.cart.snapshot())
        self._taken: Cart | None = None
        self._ill = False

    def here_submits(self) -> None:
        self.shoppers[0].submits_one()

    def there_submits(self) -> None:
        self.shoppers[1].submits_one()

    def here_sends_again(self) -> None:
        self.shoppers[0].sends_again()

    def another_node_submits(self) -> None:
        """Have another node rule on an op and save it."""
        self.disk = self._ruled(ref(self.disk, ELSEWHERE, body_of(ONE)))

    def here_sends_again_elsewhere(self) -> None:
        """Send the oldest pending op to another node."""
        last = self.disk.outboxes.get(HERE, Outbox()).last
        if last + 1 in self.shoppers[0].waits:
            self.disk = self._ruled(OpRef(HERE, last + 1, body_of(ONE)))

    def writer_takes(self) -> None:
        if self._taken is None and self.harness.writer.waiting:
            self._taken, _ = self.harness.takes()

    def commit_ends(self) -> None:
        """End the commit: saved, or stale."""
        if self._commits():
            self.harness.cart.announce()

    def reply_is_lost(self) -> None:
        """End the commit as saved, but with an unknown outcome."""
        if self._commits():
            self._mark_unknown()

    def commit_fails(self) -> None:
        if self._taken is not None:
            self._mark_unknown()

    def reloads(self) -> None:
        if self._ill:
            self._ill = False
            self.harness.cart.reload(self.disk)

    def comes_to_rest(self) -> None:
        """Submit one more op, to find out what others saved, and run until nothing waits."""
        self.here_submits()
        self.writer_takes()
        for _ in range(4):
            self.commit_ends()
            self.reloads()
            for shopper in self.shoppers:
                shopper.sends_again()
            self.writer_takes()

    def _ruled(self, named: OpRef) -> Cart:
        cart = rule(self.disk, named, ONE, CATALOG, NOON).cart
        return replace(cart, version=cart.version + 1)

    def _commits(self) -> bool:
        """Save what was taken, if it is not stale; say whether it is saved."""
        taken, self._taken = self._taken, None
        if taken is None:
            return False
        if taken.version != self.disk.version:
            self._ill = True
            self.harness.cart.mark_stale()
            return False
        self.disk = replace(taken, version=taken.version + 1)
        return True

    def _mark_unknown(self) -> None:
        self._taken = None
        self._ill = True
        self.harness.cart.mark_unknown()


ACTIONS = (
    World.here_submits,
    World.there_submits,
    World.here_sends_again,
    World.another_node_submits,
    World.here_sends_again_elsewhere,
    World.writer_takes,
    World.writer_takes,
    World.commit_ends,
    World.commit_ends,
    World.reply_is_lost,
    World.commit_fails,
    World.reloads,
    World.reloads,
)


@given(st.lists(st.sampled_from(ACTIONS), max_size=50))
def test_every_op_has_one_effect_and_one_verdict_and_all_tabs_show_what_is_on_disk(
    actions: list[Callable[[World], None]],
) -> None:
    world = World()
    for action in actions:
        action(world)

    world.comes_to_rest()

    oks = 0
    for shopper in world.shoppers:
        assert shopper.waits == set()
        assert shopper.rejected_duplicates == 0
        oks += len(shopper.verdicts)
    elsewhere = world.disk.outboxes.get(ELSEWHERE, Outbox()).last
    quantity = sum(line.qty for line in world.disk.lines.values())
    assert quantity == oks + elsewhere == world.disk.rev
    assert [shopper.shown for shopper in world.shoppers] == [quantity] * 2
    assert position(world.harness.cart.saved) == position(world.disk)
