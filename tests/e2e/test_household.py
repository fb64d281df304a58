"""A household at two servers: one cart for all, and no frame of it for who was removed."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlencode

import pytest

from app.client import NotShared, Shop
from app.client.deps import Transport
from app.domain.accounts import AccountId
from app.domain.verdicts import Ok
from tests.e2e.catalog import APPLES, MILK
from tests.e2e.household import family_of, open_tab, remove, two_servers
from tests.e2e.orders import order_of
from tests.e2e.raw_client import CloseFrame, Frame, RawSocket, Shopper
from tests.e2e.server import Server

PEOPLE, TABS, OPS, PRESSES = 5, 12, 40, 5
NOT_SHARED = CloseFrame(4413, "")
DELIVER = {
    "name": "Ben",
    "line1": "1 High Street",
    "line2": "",
    "city": "Leeds",
    "postcode": "LS1 1UR",
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Return two servers on one database."""
    with two_servers(tmp_path_factory.mktemp("household")) as both:
        yield both


@pytest.fixture
async def family(servers: tuple[Server, Server]) -> AsyncIterator[list[Shopper]]:
    """Return shoppers who share the cart of the first, by turns at both servers."""
    async with family_of(servers, PEOPLE) as people:
        yield people


async def test_a_household_at_two_servers_shares_a_cart_until_one_is_removed(
    family: list[Shopper],
) -> None:
    ada, ben, cleo, *_ = family
    here = await open_tab(ada, ada.account)
    bens, cleos = await open_tab(ben, ada.account), await open_tab(cleo, ada.account)

    assert (await bens.submit(1, "line.add", sku=APPLES, qty=1))["t"] == "ok"
    patch = await here.expect("patch")
    assert (patch["by"][0]["account"], patch["lines"][APPLES]["by"]) == (ben.account, ben.account)
    assert (await remove(ada, ada.account, ben.account)).status == 200
    assert await bens.close_frame() == NOT_SHARED
    told = len(bens.received)
    assert (await here.submit(1, "line.add", sku=MILK, qty=1))["t"] == "ok"
    assert (await cleos.expect("patch", "snapshot"))["rev"] >= 1

    again = await ben.socket(path=f"/ws?cart={ada.account}")
    assert await again.close_frame() == NOT_SHARED
    assert (len(bens.received), again.received) == (told, [])


@pytest.mark.parametrize("transport", ["websocket", "events"])
async def test_the_python_client_shows_the_cart_of_another(
    family: list[Shopper], transport: str
) -> None:
    ada, ben, *_ = family
    shop = Shop(ben.server.origin, transport=Transport(transport))
    bens = shop.account(AccountId(ben.account), ben.cookie)
    async with bens.tab(cart=AccountId(ada.account)) as tab:
        assert isinstance(await tab.suggest(MILK, 2), Ok)
        await tab.until(lambda: MILK in tab.cart.suggested)
        assert tab.cart.suggested[MILK].by == ben.account
        verdict = await tab.accept_suggestion(MILK)
        await tab.until(lambda: tab.cart.rev >= verdict.rev)
        assert (set(tab.cart.lines), tab.cart.suggested) == ({MILK}, {})
        await remove(ada, ada.account, ben.account)
        with pytest.raises(NotShared):
            await tab.until(lambda: False)


@pytest.mark.parametrize("bens", ["json", "form"])
async def test_of_two_who_press_place_order_at_once_at_two_servers_one_has_ordered(
    bens: str, family: list[Shopper]
) -> None:
    ada, ben, *_ = family
    tabs = await open_tab(ada, ada.account), await open_tab(ben, ada.account)
    assert ada.server is not ben.server
    for n in range(1, PRESSES + 1):
        await tabs[0].submit(n, "line.add", sku=APPLES, qty=1)
        order = order_of(await ada.cart(), key=f"press {n}", deliver=DELIVER)

        pressed = await asyncio.gather(
            _press_by_json(ada, ada.account, order),
            (_press_by_form if bens == "form" else _press_by_json)(ben, ada.account, order),
        )

        assert sorted(pressed) == [False, True]
        winner = (ada, ben)[pressed.index(True)]
        for tab, shopper in zip(tabs, (ada, ben), strict=True):
            told = await _until_ordered(tab)
            assert told.get("account", ada.account) == winner.account
            orders = [frame for frame in await tab.receive_pending() if frame["t"] == "order"]
            assert len(orders) == (shopper is winner)
        assert (await ada.cart())["cart"]["lines"] == []
    placed = [len((await one.send("GET", "/api/orders")).json["orders"]) for one in (ada, ben)]
    assert sum(placed) == PRESSES


async def _press_by_json(shopper: Shopper, cart: str, order: Frame) -> bool:
    """Place *order* of *cart* as a script does; say whether it was placed."""
    answer = await shopper.send("POST", f"/api/orders?cart={cart}", order)
    assert answer.status == 201 or (answer.status, answer.json["code"]) == (409, "stale")
    return answer.status == 201


async def _press_by_form(shopper: Shopper, cart: str, order: Frame) -> bool:
    """Place *order* of *cart* as a page without a script does; say whether it was placed."""
    fields = {name: f"{order[name]}" for name in ("key", "at", "total", "pay")}
    form = urlencode(fields | order["deliver"] | {"cart": cart, "address": "new"})
    kind = "application/x-www-form-urlencoded"
    answer = await shopper.send("POST", "/checkout", form, Content_Type=kind)
    where = answer.headers.get("location", "")
    assert (answer.status, where.rpartition("/")[0]) in {(303, "/orders"), (303, ""), (409, "")}
    return where.startswith("/orders/")


async def _until_ordered(tab: RawSocket) -> Frame:
    """Return who ordered, as *tab* is told."""
    while (by := (await tab.expect("patch"))["by"][-1])["k"] != "order":
        pass
    told: Frame = by
    return told


@pytest.mark.long
async def test_five_with_twelve_tabs_agree_and_every_change_is_somebodys(
    family: list[Shopper],
) -> None:
    ada = family[0]
    owners = [family[number % PEOPLE] for number in range(TABS)]
    tabs = [await open_tab(one, ada.account) for one in owners]
    account_of = {tab.tab: one.account for tab, one in zip(tabs, owners, strict=True)}

    each = enumerate(zip(owners, tabs, strict=True))
    ends = await asyncio.gather(*(hammer(*one, ada.account, number) for number, one in each))

    positions = set()
    for tab in ends:
        await tab.send_frame("resync")
        positions.add((await tab.expect("snapshot"))["at"])
    assert len(positions) == 1
    for tab in (*tabs, *ends):
        for by in changes_told_to(tab):
            assert by.get("account", ada.account) == account_of[by["tab"]]


async def hammer(shopper: Shopper, tab: RawSocket, cart: str, number: int) -> RawSocket:
    """Send ops; cut the line once, and go on with the same outbox. Return the newest connection."""
    skus = (APPLES, MILK)
    for n in range(1, OPS + 1):
        qty = (n * 7 + number) % 5
        if n == OPS // 2:
            await tab.send_frame("op", n=n, k="line.set", sku=skus[n % 2], qty=qty)
            await tab.cut()
            tab = await open_tab(shopper, cart, tab)
        verdict = (
            await tab.submit(n, "undo")
            if n % 9 == 0
            else await tab.submit(n, "line.set", sku=skus[n % 2], qty=qty)
        )
        assert verdict["t"] == "ok" or verdict["code"] in {"moved", "nothing_to_undo", "bad_op"}
    return tab


def changes_told_to(tab: RawSocket) -> list[Frame]:
    """Return who made the changes that *tab* was told of."""
    frames = [json.loads(one) for one in tab.received]
    return [by for frame in frames if frame["t"] == "patch" for by in frame["by"]]
