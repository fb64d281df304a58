"""What ends somebody's use of a shared cart ends it on each node and transport, at once."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from tests.e2e.event_tab import EventTab, EventTabs, events_path, hello_of
from tests.e2e.household import family_of, open_tab, remove, two_servers
from tests.e2e.raw_client import PASSWORD, Frame, RawSocket, Shopper, op
from tests.e2e.server import Server

FORM = "application/x-www-form-urlencoded"
STAFF = "staff@shop.example"
STOLEN = "changed by somebody who is out"
NOT_SHARED, FAILED = 4413, 400
MORE = 8
"""So many changes are made after somebody is out."""

Servers = tuple[Server, Server]
Sockets = tuple[RawSocket, EventTab]
"""A tab over either transport, both at one server."""


class House(NamedTuple):
    """The owner of a cart, somebody who shares it, and a member of staff."""

    owner: Shopper
    member: Shopper
    staff: Shopper


class End(NamedTuple):
    """How somebody's use of the cart ends, the code of the close, and the status of requests."""

    act: Callable[[House], Awaitable[int]]
    code: int
    status: int


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Return two servers on one database."""
    with two_servers(tmp_path_factory.mktemp("household")) as both:
        yield both


@pytest.fixture(scope="module")
def staff(servers: Servers) -> Shopper:
    """Return a member of staff."""
    added = servers[0].command(
        "account", "add", STAFF, "--name", "Sam", "--staff", given=f"{PASSWORD}\n"
    )
    assert added.returncode == 0, added.stderr
    return Shopper(servers[0], email=STAFF)


async def post_form(shopper: Shopper, path: str, **fields: str) -> int:
    """Send a form, and return the status."""
    return (await shopper.send("POST", path, urlencode(fields), Content_Type=FORM)).status


async def as_staff(house: House, act: str) -> int:
    """Have staff do *act* to the account of the member."""
    return await post_form(house.staff, f"/staff/accounts/{house.member.account}/{act}")


async def removed(house: House) -> int:
    """Have the owner remove the member."""
    return (await remove(house.owner, house.owner.account, house.member.account)).status


async def left(house: House) -> int:
    """Have the member leave."""
    return (await remove(house.member, house.owner.account, house.member.account)).status


async def signed_out(house: House) -> int:
    """Have the member sign out."""
    cookie = house.member.cookie
    status = (await house.member.send("DELETE", "/api/session")).status
    house.member.cookie = cookie
    return status


async def disabled(house: House) -> int:
    """Have staff disable the member's account."""
    return await as_staff(house, "disable")


async def no_longer_staff(house: House) -> int:
    """Make the member a shopper, who was one of staff."""
    return await as_staff(house, "role/shopper")


async def deleted(house: House) -> int:
    """Have the member delete the account."""
    cookie = house.member.cookie
    status = await post_form(house.member, "/account/delete", password=PASSWORD)
    house.member.cookie = cookie
    return status


ENDS = {
    "removed": End(removed, NOT_SHARED, 404),
    "left": End(left, NOT_SHARED, 404),
    "signed-out": End(signed_out, 4410, 401),
    "disabled": End(disabled, 4410, 401),
    "no-longer-staff": End(no_longer_staff, 4410, 401),
    "deleted": End(deleted, 4410, 401),
}


@pytest.mark.parametrize("name", ENDS)
async def test_whose_use_of_a_cart_ends_gets_no_frame_of_what_is_changed_afterwards(
    name: str, servers: Servers, staff: Shopper, tabs: EventTabs
) -> None:
    end = ENDS[name]
    async with family_of(servers, 3) as (owner, *members):
        changes = Changes(await open_tab(owner, owner.account))
        for member, acting in zip(members, servers, strict=True):
            house = await gather(House(owner, member, staff), acting, name)
            shown = [await watch(house, server, tabs) for server in servers]
            async with changes.being_made():
                assert await end.act(house) < FAILED
                newest = changes.newest
                await changes.more()
            for socket, stream in shown:
                assert last_change(await until_closed(socket, end.code)) <= newest
                assert last_change(await stream_until_closed(stream, end.code)) <= newest
            assert await refusals(servers, house, shown) == {end.status}
        assert (await owner.cart())["cart"]["note"] == f"{changes.newest}"


@pytest.mark.parametrize("name", ["deleted", "disabled"])
async def test_a_cart_whose_owner_is_deleted_or_disabled_is_shown_to_nobody(
    name: str, servers: Servers, staff: Shopper, tabs: EventTabs
) -> None:
    async with family_of(servers, 3) as (owner, member, other):
        house = House(owner, member, staff)
        changes = Changes(await open_tab(other, owner.account))
        shown = [await watch(house, server, tabs) for server in servers]
        await sign_in(staff)
        async with changes.being_made():
            assert await ENDS[name].act(House(owner, owner, staff)) < FAILED
            newest = changes.newest
        for socket, stream in shown:
            assert last_change(await until_closed(socket, NOT_SHARED)) <= newest
            assert last_change(await stream_until_closed(stream, NOT_SHARED)) <= newest
        assert await refusals(servers, house, shown) == {404}


class Changes:
    """Changes the note of a cart, to 1, 2, 3 …; `newest` is what was sent last."""

    def __init__(self, tab: RawSocket):
        self.newest = 0
        self._tab = tab
        self._running: asyncio.Task[None] | None = None
        self._stops = False

    @asynccontextmanager
    async def being_made(self) -> AsyncIterator[None]:
        """Change it all the time."""
        self._stops = False
        self._running = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._stops = True
            await self._running

    async def more(self, changes: int = MORE) -> None:
        """Wait until so many more changes are made and told, or the tab is closed."""
        until = self.newest + changes
        while self.newest < until and self._is_open:  # noqa: ASYNC110 - of another task
            await asyncio.sleep(0.01)

    @property
    def _is_open(self) -> bool:
        return self._running is not None and not self._running.done()

    async def _run(self) -> None:
        with suppress(ConnectionClosed):
            while not self._stops:
                self.newest += 1
                await self._tab.submit(self.newest, "note.set", text=f"{self.newest}")


async def gather(house: House, acting: Server, name: str) -> House:
    """Have all of *house* act at one server, signed in, the member as staff if need be."""
    house.owner.server = house.member.server = house.staff.server = acting
    await sign_in(house.staff)
    if name == "no-longer-staff":
        assert await as_staff(house, "role/staff") == 303
        await sign_in(house.member)
    return house


async def sign_in(shopper: Shopper) -> None:
    """Sign in."""
    body = {"email": shopper.email, "password": PASSWORD}
    assert (await shopper.send("POST", "/api/session", body)).status == 200


async def watch(house: House, server: Server, tabs: EventTabs) -> Sockets:
    """Show the member the cart, at *server*, over both transports."""
    visit = house.member.at(server)
    socket = await open_tab(visit, house.owner.account)
    path = events_path(hello_of(), cart=house.owner.account)
    stream = await tabs.open(server, path, visit.cookie)
    await stream.event()
    await stream.expect("household")
    return socket, stream


async def until_closed(socket: RawSocket, code: int) -> list[Frame]:
    """Return the frames of *socket* up to its close, which must have *code*."""
    assert (await socket.close_frame()).code == code
    return [json.loads(each) for each in socket.received]


async def stream_until_closed(stream: EventTab, code: int) -> list[Frame]:
    """Return the frames of *stream* up to its close, which must have *code*."""
    frames: list[Frame] = []
    while (event := await stream.event())[0] != "close":
        frames.append(event[1])
    assert event[1]["code"] == code
    return frames


def last_change(frames: list[Frame]) -> int:
    """Return the newest change that *frames* tell of."""
    told = [frame.get("cart", frame) for frame in frames if frame["t"] in {"patch", "snapshot"}]
    notes = [state.get("note") for state in told]
    return max((int(note) for note in notes if note), default=0)


async def refusals(servers: Servers, house: House, shown: list[Sockets]) -> set[int]:
    """Return how all that the member sends afterwards is answered, at both servers.

    What is sent to a stream of the other server is passed on in vain, without a word.
    """
    cart, stolen = f"?cart={house.owner.account}", op(1, "note.set", text=STOLEN)
    found: set[int] = set()
    for server, (_, stream) in zip(servers, shown, strict=True):
        visit = Shopper(server, house.member.cookie)
        ops = {"outbox": str(uuid4()), "ops": [stolen]}
        found.add((await visit.send("POST", f"/api/cart/ops{cart}", ops)).status)
        found.add((await visit.send("GET", f"/api/cart{cart}")).status)
        found.add((await stream.send(visit, {"t": "op", **stolen})).status)
        for _, other in shown:
            await other.send(visit, {"t": "op", **stolen})
    return found
