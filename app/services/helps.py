"""Help by staff: ask for it, take it, end it; and end what nobody attends any more."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from app.domain.accounts import AccountId
from app.domain.help import HelpEnd, HelpId, is_going_on
from app.domain.help_care import OpenHelp, due_end
from app.domain.help_rules import AskHelp, EndHelp, TakeHelp
from app.domain.limits import RateLimit
from app.domain.members import OWNER
from app.domain.sessions import Session
from app.domain.sharing import may_order
from app.services.help_errors import AskedTooOften, HelpTaken, NoHelp
from app.services.households import Households
from app.services.rate_limit import RateLimiter
from app.store.helps import find_open, list_open, note_seen

ASKED: Final = RateLimit(3, 1 / 60)
"""So often an account may ask for help: three times at once, and then once a minute."""

SEEN_EVERY_S: Final = 5


@dataclass(frozen=True, slots=True)
class Helps:
    """Changes helps, and ends those that are over by themselves.

    All methods may raise DatabaseUnavailable, and those that change one OutcomeUnknown. `open_now`
    are those that went on at the last look.
    """

    households: Households
    limiter: RateLimiter
    open_now: list[OpenHelp] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many waited for somebody of staff at the last look."""
        return sum(not one.help.helper for one in self.open_now)

    async def look(self) -> list[OpenHelp]:
        """Return what waits or goes on, oldest first, and count it anew."""
        found = await self.households.database.read(list_open, self._now())
        self.open_now[:] = found
        return found

    async def ask(self, login: Session, cart: AccountId) -> None:
        """Ask for help with *cart*, unless that was done. Raises NotAMember or AskedTooOften."""
        by = await self.households.sender(login.account, cart)
        if wait_s := self.limiter.spend(login.account):
            raise AskedTooOften(wait_s)
        await self.households.change(
            cart, AskHelp(HelpId(self.households.new_uuid()), by, self._now())
        )

    async def take(self, login: Session, id_: HelpId) -> AccountId:
        """Have *login*, one of staff, help; return whose cart it is about.

        Raises NoHelp, HelpTaken or OwnHousehold.
        """
        cart = (await self._find(id_)).cart
        try:
            taken = TakeHelp(id_, login.account, login.name, self._now())
            await self.households.change(cart, taken)
        except HelpTaken:
            raise HelpTaken((await self._find(id_)).help.name) from None
        return cart

    async def end_by_shopper(self, login: Session, cart: AccountId) -> None:
        """End the help with *cart*, if there is one: the owner may, and who may change it."""
        by = await self.households.sender(login.account, cart)
        async with self.households.hub.borrow(cart, None) as live:
            help_, household = live.saved.help, live.saved.household
        if help_ and is_going_on(help_) and (by == OWNER or may_order(household, by)):
            await self._end(cart, help_.id, HelpEnd.SHOPPER)

    async def end_by_staff(self, login: Session, id_: HelpId) -> None:
        """End a help of *login*. Raises NoHelp if another helps, or it is over."""
        found = await self._find(id_)
        if found.help.helper != login.account:
            raise NoHelp
        await self._end(found.cart, id_, HelpEnd.STAFF)

    async def end_of_account(self, account: AccountId) -> None:
        """End the help with the cart of *account*, which is about to be deleted."""
        for one in await self.households.database.read(list_open, self._now()):
            if one.cart == account:
                await self._end(account, one.help.id, HelpEnd.REVOKED)

    async def helped_cart(self, login: Session, cart: AccountId) -> OpenHelp:
        """Return the help with *cart* in which *login* is the helper. Raises NoHelp.

        Whoever looks at its page is there, also where no connection of theirs gets through.
        """
        now_s = self._now()
        for one in await self.households.database.read(list_open, now_s):
            if one.cart == cart and one.help.helper == login.account:
                if one.helper_seen_at_s + SEEN_EVERY_S <= now_s:
                    await self.households.database.write(note_seen, [], [one.help.id], now_s)
                return one
        raise NoHelp

    async def take_care(self) -> None:
        """Note who is connected here, and end what is over by itself."""
        open_now, now_s = await self.look(), self._now()
        if not open_now:
            return
        carts = [one.cart for one in open_now]
        attended, helped = self.households.hub.attended(carts), self.households.hub.helped(carts)
        shoppers = _ids(one for one in open_now if one.cart in attended)
        helpers = _ids(one for one in open_now if one.cart in helped)
        if shoppers or helpers:
            await self.households.database.write(note_seen, shoppers, helpers, now_s)
        for one in open_now:
            seen = one._replace(
                shopper_seen_at_s=now_s if one.cart in attended else one.shopper_seen_at_s,
                helper_seen_at_s=now_s if one.cart in helped else one.helper_seen_at_s,
            )
            if why := due_end(seen, now_s):
                await self._end(one.cart, one.help.id, why)

    async def _find(self, id_: HelpId) -> OpenHelp:
        if (found := await self.households.database.read(find_open, id_, self._now())) is None:
            raise NoHelp
        return found

    async def _end(self, cart: AccountId, id_: HelpId, why: HelpEnd) -> None:
        await self.households.change(cart, EndHelp(id_, why, self._now()))

    def _now(self) -> int:
        return int(self.households.now_s())


def _ids(helps: Iterable[OpenHelp]) -> list[HelpId]:
    return [one.help.id for one in helps]
