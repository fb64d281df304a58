"""Two servers, and people who share a cart at them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from tests.e2e.raw_client import Answer, RawSocket, Shopper, hello_fields, new_shopper
from tests.e2e.server import Server
from tests.e2e.shared import open_shared


@contextmanager
def two_servers(home: Path) -> Iterator[tuple[Server, Server]]:
    """Open two servers on one database, which must log no error."""
    with open_shared() as shared, ExitStack() as stack:
        url = shared.cluster.new()
        first = start_server(stack, home / "first", url, shared.redis.url)
        second = start_server(stack, home / "second", url, shared.redis.url)
        yield first, second
    assert [event for each in (first, second) for event in each.error_events()] == []


def start_server(stack: ExitStack | AsyncExitStack, home: Path, url: str, redis: str) -> Server:
    """Start a server, which is named as its folder and ends with *stack*."""
    home.mkdir()
    server = Server(home, url, redis=redis, node=home.name, limits="load")
    stack.callback(server.end)
    server.start()
    return server


@asynccontextmanager
async def family_of(servers: tuple[Server, Server], people: int) -> AsyncIterator[list[Shopper]]:
    """Register so many who share the cart of the first, by turns at both servers."""
    async with AsyncExitStack() as stack:
        family = [
            await stack.enter_async_context(await new_shopper(servers[0])) for _ in range(people)
        ]
        for number, one in enumerate(family[1:], 1):
            one.server = servers[number % 2]
            await join(family[0], one)
        yield family


async def join(owner: Shopper, member: Shopper) -> None:
    """Have *member*, who is invited by *owner*, join the household."""
    invited = await owner.send("POST", "/api/household/invitations", {"role": "edit"})
    joined = await member.send("POST", "/api/household/join", {"token": invited.json["token"]})
    assert joined.json == {"cart": owner.account}


async def remove(by: Shopper, cart: str, account: str) -> Answer:
    """Have *by* remove *account*, maybe the own one, from the household of *cart*."""
    return await by.send("POST", "/api/household/remove", {"cart": cart, "account": account})


async def open_tab(shopper: Shopper, cart: str, tab: RawSocket | None = None) -> RawSocket:
    """Open a tab that shows *cart*, or another connection of *tab*."""
    path = f"/ws?cart={cart}"
    socket = await shopper.socket(tab.outbox if tab else None, path=path)
    socket.tab = tab.tab if tab else socket.tab
    await socket.send_frame("hello", **hello_fields(socket) | {"gen": 2 if tab else 1})
    socket.welcome = await socket.receive()
    assert socket.welcome["t"] == "welcome", socket.welcome
    await socket.expect("household")
    return socket
