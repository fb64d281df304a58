"""Help by staff at two servers: the helper sees the cart over both transports, until it ends."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from sqlalchemy import Row, select
from websockets.exceptions import ConnectionClosed

from app.domain.help_care import GRACE_S
from app.store.engines import connect
from app.store.tables import helps
from tests.e2e.catalog import APPLES, MILK
from tests.e2e.event_tab import EventTab, EventTabs, events_path, hello_of
from tests.e2e.household import two_servers
from tests.e2e.raw_client import PASSWORD, Frame, RawSocket, Shopper, hello_fields, new_shopper
from tests.e2e.server import Server
from tests.e2e.test_household_ends import stream_until_closed, until_closed
from tests.waiting import SLOW_MACHINE_S, until

FORM = "application/x-www-form-urlencoded"
OVER, SIGNED_OUT = 4413, 4410
MORE = 5
CARE_S = 10
"""After its grace a help ends within so long: nodes look after helps every 5 s."""

Servers = tuple[Server, Server]


class Help(NamedTuple):
    """A help that goes on: its name, who asked, who of staff helps, and another of staff."""

    id: str
    ada: Shopper
    sam: Shopper
    kim: Shopper


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Return two servers on one database."""
    with two_servers(tmp_path_factory.mktemp("help")) as both:
        for name in ("sam", "kim"):
            given = ("account", "add", f"{name}@shop.example", "--name", name.title(), "--staff")
            added = both[0].command(*given, given=f"{PASSWORD}\n")
            assert added.returncode == 0, added.stderr
        yield both


async def post_form(shopper: Shopper, path: str, **fields: str) -> int:
    """Send a form, and return the status."""
    return (await shopper.send("POST", path, urlencode(fields), Content_Type=FORM)).status


async def staff_at(server: Server, name: str) -> Shopper:
    """Return one of staff who has signed in at *server*."""
    one = Shopper(server, email=f"{name}@shop.example")
    body = {"email": one.email, "password": PASSWORD}
    answer = await one.send("POST", "/api/session", body)
    assert answer.status == 200
    one.account = answer.json["account"]
    return one


async def begin(ada: Shopper, servers: Servers, helper: str = "sam") -> Help:
    """Have Ada ask at the first server, and *helper* take it at the second."""
    sam, kim = [await staff_at(servers[1], name) for name in (helper, "kim")]
    assert await post_form(ada, "/cart/help", next="/cart") == 303
    listed = (await sam.send("GET", "/staff/help")).body.decode()
    (help_id,) = re.findall(r"/staff/help/([^/\"]+)/take", listed)
    assert await post_form(sam, f"/staff/help/{help_id}/take") == 303
    return Help(help_id, ada, sam, kim)


async def ended_by_shopper(help_: Help) -> int:
    """Have the shopper end it."""
    return await post_form(help_.ada, "/cart/help/end", next="/cart")


async def ended_by_staff(help_: Help) -> int:
    """Have the helper end it."""
    return await post_form(help_.sam, f"/staff/help/{help_.id}/end")


async def no_longer_staff(help_: Help) -> int:
    """Make the helper a shopper."""
    return await post_form(help_.kim, f"/staff/accounts/{help_.sam.account}/role/shopper")


ENDS: dict[str, tuple[Callable[[Help], Awaitable[int]], int]] = {
    "shopper": (ended_by_shopper, OVER),
    "staff": (ended_by_staff, OVER),
    "revoked": (no_longer_staff, SIGNED_OUT),
}


@pytest.mark.parametrize("name", ENDS)
async def test_who_helps_follows_the_cart_everywhere_and_gets_nothing_after_the_end(
    name: str, servers: Servers, tabs: EventTabs
) -> None:
    act, code = ENDS[name]
    async with await new_shopper(servers[0]) as ada:
        here = await ada.tab()
        help_ = await begin(ada, servers)
        assert (await here.expect("help"))["state"] == "waiting"
        assert (await here.expect("help"))["name"] == "Sam"
        assert (await here.submit(1, "line.set", sku=APPLES, qty=1))["t"] == "ok"
        shown = [await watch(help_.sam, ada.account, server, tabs) for server in servers]

        assert (await shown[0][0].submit(1, "line.suggest", sku=MILK, qty=2))["t"] == "ok"
        patch = await here.expect("patch")
        while "suggested" not in patch:
            patch = await here.expect("patch")
        assert patch["suggested"][MILK]["by"] == help_.sam.account
        refused = await shown[0][0].submit(2, "line.set", sku=MILK, qty=2)
        assert refused["code"] == "not_allowed"
        assert (await here.submit(2, "suggestion.accept", sku=MILK))["t"] == "ok"

        assert await act(help_) == 303
        newest = (await here.submit(3, "line.set", sku=APPLES, qty=2))["rev"]
        for n in range(4, 4 + MORE):
            await here.submit(n, "line.set", sku=APPLES, qty=n)

        for socket, stream in shown:
            told = [*await until_closed(socket, code), *await stream_until_closed(stream, code)]
            assert revision(told) < newest
        again = await help_.sam.socket(path=f"/ws?cart={ada.account}")
        assert (await again.close_frame()).code in {OVER, 4401}
        assert (await ada.quantities())[MILK] == 2


async def test_a_shopper_who_signs_out_is_seen_no_longer(servers: Servers, tabs: EventTabs) -> None:
    async with await new_shopper(servers[0]) as ada:
        help_ = await begin(ada, servers, "kim")
        socket, stream = await watch(help_.sam, ada.account, servers[0], tabs)

        assert (await ada.send("DELETE", "/api/session")).status < 400

        async with asyncio.timeout(60):
            await until_closed(socket, OVER)
            assert (await stream.close_frame()).code == OVER


async def watch(
    sam: Shopper, cart: str, server: Server, tabs: EventTabs
) -> tuple[RawSocket, EventTab]:
    """Show the helper the cart at *server*, over both transports."""
    visit = sam.at(server)
    socket = await look_at(visit, cart)
    stream = await tabs.open(server, events_path(hello_of(), cart=cart), visit.cookie)
    await stream.event()
    await stream.expect("help")
    return socket, stream


async def look_at(visit: Shopper, cart: str) -> RawSocket:
    """Show the helper the cart over a websocket."""
    socket = await visit.socket(path=f"/ws?cart={cart}")
    await socket.send_frame("hello", **hello_fields(socket))
    assert (await socket.receive())["cart"] == cart
    await socket.expect("help")
    return socket


@pytest.mark.long
async def test_a_help_whose_helper_was_cut_off_ends_after_its_grace_and_not_before(
    servers: Servers,
) -> None:
    async with await new_shopper(servers[0]) as ada:
        here = await ada.tab()
        help_ = await begin(ada, servers)
        shown = await look_at(help_.sam, ada.account)

        await shown.cut()

        cut_at_s = time.time()
        assert await why_over(here) == "staff_left"
        row = row_of(help_, servers[1])
        assert row.ended_at - row.helper_seen_at > GRACE_S
        assert row.ended_at - cut_at_s < GRACE_S + CARE_S + SLOW_MACHINE_S


@pytest.mark.long
async def test_a_help_at_a_node_that_is_killed_ends_at_the_other_unless_both_go_on_there(
    servers: Servers,
) -> None:
    async with await new_shopper(servers[0]) as ada:
        await ada.tab()
        help_ = await begin(ada, servers)
        await look_at(help_.sam.at(servers[0]), ada.account)

        servers[0].kill()

        killed_at_s = time.time()
        at_other = ada.at(servers[1])
        back = await until(lambda: reopened(at_other))
        assert back
        assert await why_over(back) == "staff_left"
        assert "the helper left" in (await help_.sam.send("GET", "/staff/help")).body.decode()
        again = await help_.sam.socket(path=f"/ws?cart={ada.account}")
        assert (await again.close_frame()).code == OVER
        row = row_of(help_, servers[1])
        assert row.ended_at - row.helper_seen_at > GRACE_S
        assert row.ended_at - killed_at_s < GRACE_S + CARE_S + SLOW_MACHINE_S
        await asyncio.to_thread(servers[0].start)


async def reopened(shopper: Shopper) -> RawSocket | None:
    """Return a tab of the shopper, as soon as the node knows that the other has gone."""
    try:
        return await shopper.tab()
    except (ConnectionClosed, OSError, TimeoutError):
        return None


async def why_over(tab: RawSocket) -> str:
    """Return what ended the help, once *tab* is told."""
    while (told := await tab.expect("help"))["state"] != "over":
        pass
    return str(told["why"])


def row_of(help_: Help, server: Server) -> Row[Any]:
    """Return the row of a help that is over."""
    engine = connect(server.database)
    with engine.begin() as connection:
        row = connection.execute(select(helps).where(helps.c.id == help_.id)).one()
    engine.dispose()
    return row


def revision(frames: list[Frame]) -> int:
    """Return the newest revision that *frames* tell."""
    return max((frame["rev"] for frame in frames if frame["t"] == "patch"), default=0)
