"""A shopper who asks staff for help, and the member of staff who gives it (protocol.md §4, `help`).

Nothing of the cart changes without the shopper's yes, one helps at a time, and from the end on the
helper is told of nothing and let in no more.
"""

import asyncio
from typing import Final

from app.client import Account, NotShared, Problem, Stopped, Tab
from app.client.responses import OpenHelp
from app.domain.catalog import Sku
from app.domain.ops import AcceptSuggestion, AddLine, DeclineSuggestion, SuggestLine
from app.domain.verdicts import Ok
from app.load.op_mix import choose
from app.load.shopper import Shopper

MOST_SUGGESTED: Final = 3
OVERSTEPPING: Final = 0.2
"""How often a helper tries to change the cart, and to come back after the end."""
ACCEPTED, DECLINED = 0.5, 0.8
THROTTLED: Final = 429


class Helping:
    """The helps of one account, one after the other, each by one of staff."""

    def __init__(self, shopper: Shopper):
        self._shopper = shopper
        self._staff = shopper.staff

    async def take_turn(self) -> None:
        """Ask, be helped, answer what is suggested, and have either of both end it."""
        try:
            await self._shopper.account.ask_for_help()
        except Problem as refused:
            if refused.status != THROTTLED:
                raise
            self._shopper.run.counters.later[refused.code] += 1
            return
        if (taken := await self._take()) is None:
            return
        helper, asked = taken
        tab = await self._shopper.open_tab(helper)
        try:
            await self._be_helped(tab)
            await self._end(helper, asked, tab)
        except NotShared:
            self._shopper.trace.report(f"{helper.id} was put out before the help was over")
        finally:
            await tab.close()
        await self._change_unseen()
        self._shopper.run.counters.helps += 1

    async def _take(self) -> tuple[Account, OpenHelp] | None:
        """Have one of staff find and take it, or two at once, of whom one gets it."""
        first = int(self._shopper.run.chance() * len(self._staff))
        helpers = [self._staff[(first + one) % len(self._staff)] for one in (0, 1)]
        own = self._shopper.account.id
        asked = next((one for one in await helpers[0].helps() if one.cart == own), None)
        if asked is None:
            self._shopper.trace.report("help was asked for, and staff do not find it")
            return None
        racing = helpers if helpers[0] is not helpers[1] else helpers[:1]
        taken = await asyncio.gather(*(_takes(helper, asked) for helper in racing))
        if sum(taken) != 1:
            self._shopper.trace.report(f"{sum(taken)} of staff got one help")
        return (racing[taken.index(True)], asked) if any(taken) else None

    async def _be_helped(self, tab: Tab) -> None:
        suggested = await self._suggest(tab)
        if self._shopper.run.chance() < OVERSTEPPING:
            await self._overstep(tab)
        await self._answer(suggested)

    async def _suggest(self, tab: Tab) -> list[Sku]:
        run, suggested = self._shopper.run, dict[Sku, None]()
        for _ in range(1 + int(run.chance() * MOST_SUGGESTED)):
            op = SuggestLine(choose(run.skus, run.chance), 1 + int(run.chance() * 2))
            if isinstance(await self._shopper.submit_in(tab, op, self._shopper.run.now_s()), Ok):
                suggested[op.sku] = None
        return [*suggested]

    async def _overstep(self, tab: Tab) -> None:
        """Try to change the cart as the helper, which must be refused."""
        op = AddLine(choose(self._shopper.run.skus, self._shopper.run.chance), 1)
        verdict = await self._shopper.submit_in(tab, op, self._shopper.run.now_s())
        if isinstance(verdict, Ok):
            self._shopper.trace.report(f"a helper changed the cart without a yes: {op}")

    async def _answer(self, suggested: list[Sku]) -> None:
        """Accept some, decline some, and leave the others to the end, which takes them away.

        A tab that is cut misses how that is told, so with chaos all are answered.
        """
        run = self._shopper.run
        for sku in suggested:
            share = run.chance() * (DECLINED if run.plan.is_chaotic else 1)
            if share < ACCEPTED:
                await self._shopper.submit(AcceptSuggestion(sku), run.now_s())
            elif share < DECLINED:
                await self._shopper.submit(DeclineSuggestion(sku), run.now_s())

    async def _end(self, helper: Account, asked: OpenHelp, tab: Tab) -> None:
        """End it; from when that is confirmed, the helper's tab must stop."""
        run = self._shopper.run
        if run.chance() < 1 / 2:
            await self._shopper.account.end_help()
        else:
            await helper.finish_help(asked.id)
        self._shopper.whose[tab.name].checker.on_removed()
        deadline_s = run.now_s() + run.plan.settle_s
        await self._shopper.until(lambda: isinstance(tab.stopped, NotShared), deadline_s)
        if not isinstance(tab.stopped, NotShared):
            self._shopper.trace.report(f"{helper.id} sees the cart, though the help is over")
        if run.chance() < OVERSTEPPING:
            await self._come_back(helper)

    async def _come_back(self, helper: Account) -> None:
        """Try to see the cart again, which must be refused."""
        tab = helper.tab(cart=self._shopper.account.id)
        try:
            async with tab:
                self._shopper.trace.report(f"{helper.id} was let in after the end of the help")
        except NotShared:
            pass
        except Stopped as stopped:
            self._shopper.trace.report(f"{helper.id} was kept out as {stopped!r}")

    async def _change_unseen(self) -> None:
        """Change the cart, of which the helper must not be told."""
        op = AddLine(choose(self._shopper.run.skus, self._shopper.run.chance), 1)
        await self._shopper.submit(op, self._shopper.run.now_s())


async def _takes(helper: Account, asked: OpenHelp) -> bool:
    try:
        await helper.take_help(asked.id)
    except Problem:
        return False
    return True
