"""An account that is logged in: its tabs, and its cart over HTTP."""

from collections.abc import Iterable
from http.cookies import SimpleCookie

from msgspec import Struct

from app.client import encode as say
from app.client.cart import Cart, whole
from app.client.connection import Endpoint
from app.client.decode import read_body
from app.client.observer import BLIND, Observer
from app.client.orders import PlacedOrder
from app.client.problem import ask_well
from app.client.request import Answer, Request, Site
from app.client.state import Snapshot
from app.client.tab import ClientDeps, Tab
from app.client.told import Answered
from app.domain.addresses import Address
from app.domain.cart import AccountId
from app.domain.outbox import OutboxId
from app.protocol.messages import TabId


class _Counted(Struct):
    queries: int


class Account:
    """An account with its login cookie, `name=value`, as the shop gave it."""

    def __init__(self, id_: AccountId, cookie: str, site: Site, deps: ClientDeps):
        self.id = id_
        self.cookie = cookie
        self._site = site
        self._deps = deps

    def tab(self, *, name: str | None = None, observer: Observer = BLIND) -> Tab:
        """Return a tab, not yet open; of two with one name the newer connection wins."""
        endpoint = Endpoint(self._site.socket_url, self.cookie, self._site.tls)
        named = TabId(name or self._deps.new_name())
        return Tab(self.id, named, endpoint, self._deps, observer)

    async def cart(self) -> Cart:
        """Return the cart as it is now."""
        answer = await self._ask("GET", "/api/cart")
        return whole(read_body(Snapshot, answer.body))

    async def send(
        self,
        outbox: str,
        wishes: Iterable[tuple[int, say.ClientOp]],
        *,
        observer: Observer = BLIND,
    ) -> Answered:
        """Send ops, with their numbers in *outbox*, without a socket."""
        body = say.ops(OutboxId(outbox), ((n, say.body(wish)) for n, wish in wishes))
        answer = await self._ask("POST", "/api/cart/ops", body)
        observer.exchanged(answer.sent_bytes, answer.received_bytes)
        return read_body(Answered, answer.body)

    async def place(self, key: str, at: str, total: int, deliver: Address) -> PlacedOrder:
        """Order the cart as it is at *at*; once for *key*, however often it is sent.

        `Problem` says what stands in the way, and takes nothing.
        """
        answer = await self._ask("POST", "/api/orders", say.order(key, at, total, deliver))
        return read_body(PlacedOrder, answer.body)

    async def watch_queries(self) -> None:
        """Have the shop count what is asked of its database about this account, for a while."""
        await self._ask("POST", "/api/how-it-works/watch")

    async def counted_queries(self) -> int:
        """Return how many queries that were since, and end the count."""
        answer = await self._ask("DELETE", "/api/how-it-works/watch")
        return read_body(_Counted, answer.body).queries

    async def logout(self) -> None:
        """End this login, and with it all tabs that were opened with it."""
        await self._ask("DELETE", "/api/session")

    async def _ask(self, method: str, target: str, body: str | None = None) -> Answer:
        request = Request(method, target, body, self.cookie)
        answer = await ask_well(self._site, request, self._deps.retry_policy.answer_s)
        self.cookie = login_cookie(answer, self._site) or self.cookie
        return answer


def login_cookie(answer: Answer, site: Site) -> str | None:
    """Return the login as *answer* sets it, ready to be sent back."""
    name = "__Host-shop" if site.tls else "shop"
    for field in answer.cookies:
        cookie = SimpleCookie(field).get(name)
        if cookie is not None and cookie.value:
            return f"{name}={cookie.coded_value}"
    return None
