"""One account's cart while somebody looks at it."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, auto
from itertools import accumulate

from app.domain.allowance import Allowance, full, spend, wait_ms
from app.domain.cart import Cart, advance, at_version
from app.domain.ops import Op, Ruling
from app.domain.orders import Deal
from app.domain.outbox import Outbox, OutboxId, Pushed, Ticket
from app.domain.rules import rule
from app.domain.verdicts import Code, Later, No, Passing, Verdict
from app.live.deals import Bargain
from app.live.ports import Asker, Farewell, Made, Unsettled
from app.live.shop import Shop
from app.live.window import Window
from app.live.wishes import Wish, Wishes
from app.protocol.messages import Need, Prices, Snapshot, TabId

BUSY_RETRY_MS = 1000
MOST_FORMER = 64
EXPIRED = "This change was made too long ago to say what became of it. Look at your cart."


class Trust(Enum):
    """How a live cart stands to the disk.

    `STALE`: somebody else has moved it, so what is ruled on now will be ruled on again.
    `UNKNOWN`: the disk is away, so nothing is ruled on at all. `LOST`: it was given up.
    """

    SOUND = auto()
    STALE = auto()
    UNKNOWN = auto()
    LOST = auto()


class LiveCart:
    """A cart held open by its account's tabs.

    `latest` is what the next op builds on; `saved` is what is on disk, and all that tabs ever
    see. No `await` stands between reading `latest` and replacing it: that is the lock.
    """

    def __init__(self, saved: Cart, shop: Shop, allowance: Allowance | None):
        self.saved = saved
        self.latest = saved
        self.trust = Trust.SOUND
        self.holds = 0
        self.allowance = allowance or full(shop.limits.ops, shop.steady_s())
        self._shop = shop
        self._ops = shop.limits.ops
        self._wishes = Wishes()
        self._pushed: list[Pushed] = []
        self._deals: list[Deal] = []
        self._taken: tuple[Cart, int, int, int] | None = None
        self._former: dict[OutboxId, int] = {}
        self._newest = 0
        self._heard: dict[int, Made] = {}
        self.window = Window(saved, shop)
        self.tabs = self.window.tabs

    @property
    def remembered(self) -> int:
        """How many outboxes are known that are not in the cart."""
        return len(self._former)

    @property
    def idle(self) -> bool:
        """Nobody looks, nobody asks, and nothing waits to be saved."""
        return not self.tabs and not self.holds and not self._wishes

    @property
    def is_sound(self) -> bool:
        """It is as the disk has it, as far as is known."""
        return self.trust is Trust.SOUND

    @property
    def is_behind(self) -> bool:
        """Another node has moved it, and nothing is being saved that would find out by itself."""
        is_idle = self.trust is Trust.SOUND and self._taken is None
        return is_idle and self._newest > self.saved.version

    @property
    def is_saving_over(self) -> bool:
        """A save is under way, and there is a newer version, if it is not that one."""
        return self._newest > self.saved.version and self._taken is not None

    @property
    def waiting(self) -> int:
        """How many ops and orders were ruled on and are not told yet."""
        return len(self._wishes)

    # Asking

    def submit(self, ticket: Ticket, op: Op, asker: Asker, tab: TabId | None = None) -> None:
        """Rule on *op* now; *asker* gets the verdict, and every tab the patch, once it is saved."""
        last = self.last(ticket.outbox)
        if self.trust is Trust.LOST:
            asker.dismiss(Farewell.LOST)
        elif ticket.n <= last:
            self._repeat(ticket, asker)
        elif ticket.n > last + 1:
            asker.tell(Need(last + 1))
        elif self.trust is Trust.UNKNOWN:
            self._put_off(asker, Later(ticket.n, Passing.BUSY, BUSY_RETRY_MS))
        elif retry_ms := self._spend(now_s := self._shop.steady_s()):
            self._put_off(asker, Later(ticket.n, Passing.RATE, retry_ms))
        else:
            self._accept(Wish(ticket, op, tab, [asker], self._rule(ticket, op), now_s))

    def bargain(self, bargain: Bargain) -> None:
        """Rule on an order now; its buyers hear of it, and every tab, once it is saved."""
        if earlier := self._wishes.find_bargain(bargain.name):
            earlier.join(bargain)
        elif self.trust in {Trust.LOST, Trust.UNKNOWN}:
            bargain.tell(Unsettled.LATER)
        else:
            self._accept_bargain(bargain)

    def last(self, outbox: OutboxId) -> int:
        """Return the newest number of *outbox* that was ruled on, saved or not."""
        return self._outbox(self.latest, outbox).last

    def knows(self, outbox: OutboxId) -> bool:
        """Say whether it is known here how far *outbox* got."""
        return outbox in self.latest.outboxes or outbox in self._former

    def remember(self, outbox: OutboxId, last: int) -> None:
        """Learn how far an *outbox* got that is not in the cart, or not any more."""
        self._forget_former()
        self._former.setdefault(outbox, last)

    def standing(self, outbox: OutboxId, pend: Iterable[int]) -> tuple[int, tuple[Verdict, ...]]:
        """Return how far *outbox* got on disk, and the verdicts that it has of *pend*."""
        known = self._outbox(self.saved, outbox)
        recalled = [known.recall(n) for n in pend]
        return known.last, tuple(said.verdict for said in recalled if said)

    # Looking

    def snapshot(self) -> Snapshot:
        """Return the whole cart as saved."""
        return self.window.snapshot(self.saved)

    def prices(self) -> Prices:
        """Return how everything in the cart stands today."""
        return self.window.prices(self.saved)

    # Saving

    def take(self) -> tuple[Cart, tuple[Pushed, ...], tuple[Deal, ...]]:
        """Return the cart as it is now, the outboxes that left it, and the orders beside it."""
        self._taken = (self.latest, len(self._wishes), len(self._pushed), len(self._deals))
        return self.latest, tuple(self._pushed), tuple(self._deals)

    def announce(self) -> None:
        """Tell that what was taken is saved: for each op its verdict, and then its patch."""
        if self._taken is None:
            return
        cart, wishes, pushed, deals = self._taken
        self._taken = None
        version = cart.version + 1
        is_newest = self.latest is cart
        self.saved = at_version(cart, version)
        self.latest = self.saved if is_newest else at_version(self.latest, version)
        del self._pushed[:pushed]
        del self._deals[:deals]
        now_s = self._shop.steady_s()
        second = self._shop.figures.at(now_s)
        made: list[Made] = []
        for wish in self._wishes.pop(wishes):
            wish.fulfil()
            if isinstance(wish, Wish):
                second.answer(wish.ruling.verdict, now_s - wish.asked_s)
            if step := wish.step:
                self._tell_made(*step)
                made.append(step[1])
        self._shop.nodes.tell_moved(cart.account, version, made)
        if deals:
            self.window.look_at_voucher(self.saved)
            self._shop.stir()
        self._forget_former()

    def overhear(self, version: int, made: Iterable[Made]) -> None:
        """Learn that another node has saved this cart under *version*, and what it did to it."""
        if version > self.saved.version:
            self._newest = max(self._newest, version)
            self._heard |= {one.patch.rev: one for one in made}

    def outrun(self) -> None:
        """Learn that somebody else has saved this cart; `reload` will bring what."""
        self._taken = None
        self._newest = 0
        self.trust = Trust.STALE

    def refuse(self) -> None:
        """Learn that an order could not be saved, nor what was taken with it: rule on all again.

        The shelf was not as it was thought to be, or the order that is cancelled was not.
        """
        for wish in self._go_back_to(self.saved):
            if not (isinstance(wish, Bargain) and wish.turn_down()):
                self._accept_again(wish)

    def doubt(self) -> None:
        """Learn that what was taken may or may not be saved; `reload` will bring what is."""
        self.trust = Trust.UNKNOWN
        for wish in self._go_back_to(self.saved):
            if isinstance(wish, Bargain):
                wish.tell(Unsettled.LATER)
            else:
                self._put_off(wish, Later(wish.ticket.n, Passing.BUSY, BUSY_RETRY_MS))

    def reload(self, cart: Cart) -> None:
        """Take *cart*, which is on disk, for the truth, and rule on what still waits again."""
        if self.trust is Trust.SOUND or cart.version < self.saved.version:
            return
        before, self.saved, self.trust = self.saved, cart, Trust.SOUND
        waiting = [wish for wish in self._go_back_to(cart) if not self._answer(wish)]
        self._tell_moved(before)
        for wish in waiting:
            self._accept_again(wish)

    def lose(self) -> None:
        """Give up: memory and disk disagree, and everybody has to come back for the truth."""
        self.trust = Trust.LOST
        for wish in self._wishes.pop(len(self._wishes)):
            wish.dismiss(Farewell.LOST)
        self.tabs.dismiss(Farewell.LOST)

    # Steps of the above

    def _outbox(self, cart: Cart, outbox: OutboxId) -> Outbox:
        return cart.outboxes.get(outbox) or Outbox(self._former.get(outbox, 0))

    def _spend(self, now_s: float) -> int:
        """Pay for an op; return for how many milliseconds there is nothing to pay with."""
        if (left := spend(self.allowance, self._ops, now_s)) is None:
            return max(1, wait_ms(self.allowance, self._ops, now_s))
        self.allowance = left
        return 0

    def _put_off(self, asker: Asker | Wish, later: Later) -> None:
        self._shop.figures.at(self._shop.steady_s()).put_off(later)
        asker.tell(later)

    def _rule(self, ticket: Ticket, op: Op) -> Ruling:
        return rule(self.latest, ticket, op, self._shop.shelf.today, self._shop.now_s())

    def _accept(self, wish: Wish) -> None:
        self.latest = wish.ruling.cart
        if pushed := wish.ruling.pushed:
            self._pushed.append(pushed)
            self._former[pushed.outbox] = pushed.last
        self._wishes.add(wish)
        self._mark()

    def _accept_bargain(self, bargain: Bargain) -> None:
        """Rule on it; a refusal tells what is saved, so it waits for what came before it."""
        shelf, now_s = self._shop.shelf.today, self._shop.now_s()
        self.latest = bargain.rule(self.latest, shelf, now_s)
        if deal := bargain.deal:
            self._deals.append(deal)
        elif self.trust is Trust.SOUND and not self._wishes:
            bargain.fulfil()
            return
        self._wishes.add_bargain(bargain)
        self._mark()

    def _mark(self) -> None:
        if self.trust is Trust.SOUND:
            self._shop.writer.mark(self.saved.account, self)

    def _go_back_to(self, saved: Cart) -> list[Wish | Bargain]:
        """Forget what was ruled on and not saved; return what waits, in order."""
        self._taken = None
        self.latest = saved
        self._pushed.clear()
        self._deals.clear()
        return self._wishes.pop(len(self._wishes))

    def _accept_again(self, wish: Wish | Bargain) -> None:
        if isinstance(wish, Bargain):
            self._accept_bargain(wish)
            return
        last = self.last(wish.ticket.outbox)
        if wish.ticket.n != last + 1:
            wish.tell(Need(last + 1))
            return
        wish.ruling = self._rule(wish.ticket, wish.op)
        self._accept(wish)

    def _repeat(self, ticket: Ticket, asker: Asker) -> None:
        if wish := self._wishes.find(ticket):
            if wish.ticket.body == ticket.body:
                wish.askers.append(asker)
            else:
                asker.contradict()
        else:
            self._recall(ticket, asker)

    def _answer(self, wish: Wish | Bargain) -> bool:
        """Answer *wish* if it turns out to be saved already."""
        if isinstance(wish, Bargain) or wish.ticket.n > self.last(wish.ticket.outbox):
            return False
        for asker in wish.askers:
            self._recall(wish.ticket, asker)
        return True

    def _recall(self, ticket: Ticket, asker: Asker) -> None:
        said = self._outbox(self.saved, ticket.outbox).recall(ticket.n)
        if said is None:
            asker.tell(No(ticket.n, Code.EXPIRED, EXPIRED, self.saved.rev))
        elif said.body == ticket.body:
            asker.tell(said.verdict)
        else:
            asker.contradict()

    def _tell_moved(self, before: Cart) -> None:
        """Tell how the cart became what it is since *before*, or else tell all of it."""
        heard, self._heard = self._heard, {}
        if _same(before, self.saved):
            return
        made = [*_in_a_row(heard, before.rev + 1)]
        carts = [*accumulate((one.patch for one in made), advance, initial=before)]
        if not _same(carts[-1], self.saved):
            self.tabs.tell(self.snapshot())
            return
        for cart, one in zip(carts[1:], made, strict=True):
            self._tell_made(cart, one)

    def _tell_made(self, cart: Cart, made: Made) -> None:
        self.window.tell_change(cart, made.patch, made.by)
        if made.order:
            self.tabs.tell(made.order)

    def _forget_former(self) -> None:
        if len(self._former) > MOST_FORMER:
            kept = {tab.outbox for tab in self.tabs} | {pushed.outbox for pushed in self._pushed}
            self._former = {name: last for name, last in self._former.items() if name in kept}


def _in_a_row(made: Mapping[int, Made], rev: int) -> Iterator[Made]:
    """Yield what made revision *rev*, and the ones after it, up to the first that is missing."""
    while rev in made:
        yield made[rev]
        rev += 1


def _same(cart: Cart, other: Cart) -> bool:
    """Say whether tabs see no difference between them."""
    return (cart.epoch, cart.rev, cart.content) == (other.epoch, other.rev, other.content)
