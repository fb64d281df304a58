"""A logged-in account: its tabs, and its cart and orders over HTTP."""

from collections.abc import Iterable
from http.cookies import SimpleCookie

from msgspec import Struct

from app.client import encode
from app.client.cart import Cart, from_snapshot
from app.client.connection import Endpoint
from app.client.decode import decode_body
from app.client.deps import ClientDeps
from app.client.messages import OpsResponse, Snapshot
from app.client.observer import NO_OBSERVER, Observer
from app.client.orders import PlacedOrder
from app.client.problem import fetch
from app.client.request import Request, Response, Site
from app.client.tab import Tab
from app.domain.addresses import Address
from app.domain.cart import AccountId
from app.domain.ops import ClientOp
from app.domain.outbox import OutboxId
from app.protocol.messages import TabId


class _QueryCount(Struct):
    queries: int


class Account:
    """An account with its login cookie, `name=value`, which follows the server's renewals."""

    def __init__(self, id_: AccountId, cookie: str, site: Site, deps: ClientDeps):
        self.id = id_
        self.cookie = cookie
        self._site = site
        self._deps = deps

    def tab(self, *, name: str | None = None, observer: Observer = NO_OBSERVER) -> Tab:
        """Return a tab, not open yet; a newer tab of the same *name* replaces an older one."""
        endpoint = Endpoint(self._site.socket_url, self.cookie, self._site.tls)
        named = TabId(name or self._deps.new_name())
        return Tab(self.id, named, endpoint, self._deps, observer)

    async def cart(self) -> Cart:
        """Return the current cart."""
        response = await self._request("GET", "/api/cart")
        return from_snapshot(decode_body(Snapshot, response.body))

    async def send(
        self,
        outbox: str,
        ops: Iterable[tuple[int, ClientOp]],
        *,
        observer: Observer = NO_OBSERVER,
    ) -> OpsResponse:
        """Submit ops over HTTP, with their numbers in *outbox*."""
        body = encode.ops(OutboxId(outbox), ((n, encode.op_body(op)) for n, op in ops))
        response = await self._request("POST", "/api/cart/ops", body)
        observer.exchanged(response.sent_bytes, response.received_bytes)
        return decode_body(OpsResponse, response.body)

    async def place_order(self, key: str, at: str, total: int, deliver: Address) -> PlacedOrder:
        """Order the cart at position *at*; idempotent by *key*.

        Raises Problem if the order is refused; then nothing has changed.
        """
        response = await self._request("POST", "/api/orders", encode.order(key, at, total, deliver))
        return decode_body(PlacedOrder, response.body)

    async def start_query_count(self) -> None:
        """Have the server count the database queries it makes for this account."""
        await self._request("POST", "/api/how-it-works/watch")

    async def finish_query_count(self) -> int:
        """End the count, and return the number of queries."""
        response = await self._request("DELETE", "/api/how-it-works/watch")
        return decode_body(_QueryCount, response.body).queries

    async def logout(self) -> None:
        """End this login; tabs that were opened with it stop."""
        await self._request("DELETE", "/api/session")

    async def _request(self, method: str, target: str, body: str | None = None) -> Response:
        request = Request(method, target, body, self.cookie)
        response = await fetch(self._site, request, self._deps.retry_policy.response_timeout_s)
        self.cookie = login_cookie(response, self._site) or self.cookie
        return response


def login_cookie(response: Response, site: Site) -> str | None:
    """Return the login cookie that *response* sets as `name=value`, or `None`."""
    name = "__Host-shop" if site.tls else "shop"
    for field in response.cookies:
        cookie = SimpleCookie(field).get(name)
        if cookie is not None and cookie.value:
            return f"{name}={cookie.coded_value}"
    return None
