"""A logged-in account: its tabs, and its cart and orders over HTTP."""

from collections.abc import Iterable
from http.cookies import SimpleCookie

from msgspec import Struct

from app.client import encode
from app.client.cart import Cart, from_snapshot
from app.client.decode import decode_body
from app.client.deps import ClientDeps
from app.client.encode import to_json
from app.client.observer import NO_OBSERVER, Observer
from app.client.problem import fetch
from app.client.request import Request, Response, Site
from app.client.responses import (
    Invited,
    Joined,
    OpenHelp,
    OpenHelps,
    OpsResponse,
    PlacedOrder,
    SharedWith,
    TakenHelp,
    Waitlist,
)
from app.client.tab import Tab
from app.client.websocket_wire import Endpoint
from app.domain.accounts import AccountId
from app.domain.addresses import Address
from app.domain.catalog import Sku
from app.domain.members import Role
from app.domain.ops import ClientOp
from app.domain.orders import Pay
from app.domain.outbox import OutboxId
from app.protocol.messages import Snapshot, TabId

_HOUSEHOLD = "/api/household"


class _QueryCount(Struct):
    queries: int


class Account:
    """An account with its login cookie, `name=value`, which follows the server's renewals."""

    def __init__(self, id_: AccountId, cookie: str, site: Site, deps: ClientDeps):
        self.id = id_
        self.cookie = cookie
        self._site = site
        self._deps = deps

    def tab(
        self,
        *,
        name: str | None = None,
        observer: Observer = NO_OBSERVER,
        cart: AccountId | None = None,
    ) -> Tab:
        """Return a tab, not open yet; a newer tab of the same *name* replaces an older one.

        It shows the cart of the account *cart*, if that is given: one that shares it with this one,
        or is helped by it.
        """
        endpoint = Endpoint(self._site, self.cookie, cart)
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

    async def place_order(
        self, key: str, at: str, total: int, deliver: Address, *, pay: Pay = Pay.ON_DELIVERY
    ) -> PlacedOrder:
        """Order the cart at position *at*; idempotent by *key*.

        An order that is paid by card has a `payment`, whose `url` is the page to pay it on. Raises
        Problem if the order is refused; then nothing has changed.
        """
        body = encode.order(key, at, total, deliver, pay)
        response = await self._request("POST", "/api/orders", body)
        return decode_body(PlacedOrder, response.body)

    async def order(self, number: str) -> PlacedOrder:
        """Return an order as it is now. Raises Problem if there is none of this number."""
        response = await self._request("GET", f"/api/orders/{number}")
        return decode_body(PlacedOrder, response.body)

    async def members(self) -> list[AccountId]:
        """Return the accounts that share this one's cart."""
        response = await self._request("GET", "/api/household")
        return [member.account for member in decode_body(SharedWith, response.body).members]

    async def invite(self, role: Role = Role.EDIT) -> str:
        """Return the token of an invitation to this account's cart, for one to accept."""
        response = await self._request("POST", f"{_HOUSEHOLD}/invitations", to_json({"role": role}))
        return decode_body(Invited, response.body).token

    async def join(self, token: str) -> AccountId:
        """Accept an invitation, and return the owner of the cart that is shared now."""
        response = await self._request("POST", f"{_HOUSEHOLD}/join", to_json({"token": token}))
        return decode_body(Joined, response.body).cart

    async def remove_member(self, cart: AccountId, account: AccountId) -> None:
        """Have *account* share *cart* no longer: as its owner, or as the member who leaves."""
        body = to_json({"cart": cart, "account": account})
        await self._request("POST", f"{_HOUSEHOLD}/remove", body)

    async def share_saved(self) -> None:
        """Show those who share this account's cart what is saved for later."""
        await self._request("POST", f"{_HOUSEHOLD}/saved", to_json({"shared": True}))

    async def waitlist(self) -> Waitlist:
        """Return what this account waits for, and what it is offered."""
        response = await self._request("GET", "/api/waitlist")
        return decode_body(Waitlist, response.body)

    async def wait_for(self, sku: Sku) -> Waitlist:
        """Wait for a product. Raises Problem, with code `not_sold_out` if it can be had."""
        body = to_json({"sku": sku})
        response = await self._request("POST", "/api/waitlist", body)
        return decode_body(Waitlist, response.body)

    async def leave_waitlist(self, sku: Sku) -> Waitlist:
        """Wait for a product no longer, or give back what is offered."""
        body = to_json({"sku": sku})
        response = await self._request("POST", "/api/waitlist/leave", body)
        return decode_body(Waitlist, response.body)

    async def ask_for_help(self) -> None:
        """Ask staff to help with this account's cart; all its tabs are told what becomes of it."""
        await self._request("POST", "/api/help")

    async def end_help(self) -> None:
        """End the help with this account's cart, if there is one."""
        await self._request("POST", "/api/help/end")

    async def helps(self) -> tuple[OpenHelp, ...]:
        """Return, as one of staff, which helps wait or go on, oldest first."""
        response = await self._request("GET", "/api/staff/help")
        return decode_body(OpenHelps, response.body).helps

    async def take_help(self, help_id: str) -> AccountId:
        """Help, as one of staff; return whose cart `tab(cart=…)` shows now.

        Raises Problem 404 if another was faster, or it is over.
        """
        response = await self._request("POST", f"/api/staff/help/{help_id}/take")
        return decode_body(TakenHelp, response.body).cart

    async def finish_help(self, help_id: str) -> None:
        """End a help that this account, one of staff, gives."""
        await self._request("POST", f"/api/staff/help/{help_id}/end")

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
        request = Request(method, target, body, self.cookie, self._deps.language)
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
