"""Members of households leave, are removed, and come back, while the others go on."""

from typing import Final

from app.client import NotShared, Tab
from app.load.account_setup import role_at
from app.load.shopper import Shopper

MEAN_PAUSE_S: Final = 1.5


async def come_and_go(shopper: Shopper) -> None:
    """Have one member after the other leave the household and come back, until the run ends."""
    run, place = shopper.run, 0
    while run.is_running:
        await run.wait(2 * MEAN_PAUSE_S * run.chance())
        place = place % (len(shopper.people) - 1) + 1
        if run.is_running:
            await _leave_and_return(shopper, place)


async def _leave_and_return(shopper: Shopper, place: int) -> None:
    """Have a member leave whose ops are all answered, and join again.

    From when that is confirmed, the tabs may be told of nothing that is sent, and must stop.
    """
    run, member, owner = shopper.run, shopper.people[place], shopper.account
    leaving = [tab for tab in shopper.tabs if shopper.whose[tab.name].account is member]
    shopper.tabs = [tab for tab in shopper.tabs if tab not in leaving]
    deadline_s = run.now_s() + run.plan.settle_s
    await shopper.until(lambda: not any(tab.waiting for tab in leaving), deadline_s)
    by = owner if run.chance() < 1 / 2 else member
    await by.remove_member(owner.id, member.id)
    for tab in leaving:
        shopper.whose[tab.name].checker.on_removed()
    await shopper.until(lambda: all(_is_out(tab) for tab in leaving), deadline_s)
    if stays := [tab.name for tab in leaving if not _is_out(tab)]:
        shopper.trace.report(f"tabs of {member.id} go on, who shares the cart no longer: {stays}")
    for tab in leaving:
        await tab.close()
    await member.join(await owner.invite(role_at(place, len(shopper.people))))
    for _ in leaving:
        shopper.tabs.append(await shopper.open_tab(member))


def _is_out(tab: Tab) -> bool:
    return isinstance(tab.stopped, NotShared)
