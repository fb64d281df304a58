"""A visitor with an account and a cart, and access to the server behind the pages."""

from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import uuid4

from tests.browser.live_database import LiveDatabase
from tests.browser.network_proxy import NetworkProxy
from tests.browser.visitor import PASSWORD, Visitor
from tests.e2e.server import Server
from tests.waiting import until

IN_CART = ("gala-apples-1kg", "carrots-500g", "milk-2l")
OPS = "/api/cart/ops"


class Role(Enum):
    """The kinds of visitors that see a page."""

    SIGNED_OUT = "signed out"
    NEWCOMER = "newcomer"
    SHOPPER = "shopper"
    STAFF = "staff"


@dataclass(kw_only=True)
class Person(Visitor):
    """A visitor who connects through a network proxy, with access to server and database."""

    server: Server
    network_proxy: NetworkProxy
    live_database: LiveDatabase
    account: str = ""
    """The id of the account that is signed in."""
    email: str = ""

    async def sign_in_as(self, role: Role) -> None:
        """Sign in with a new account for *role*; shoppers and staff get a filled cart."""
        if role is Role.SIGNED_OUT:
            return
        await self._sign_in(is_staff=role is Role.STAFF)
        if role is not Role.NEWCOMER:
            await self.submit_ops(*({"k": "line.set", "sku": sku, "qty": 2} for sku in IN_CART))

    async def submit_ops(self, *ops: dict[str, Any]) -> None:
        """Submit *ops* over HTTP from an outbox of their own; all must be accepted."""
        numbered = [{"n": n, **op} for n, op in enumerate(ops, start=1)]
        response = await self.post(OPS, {"outbox": str(uuid4()), "ops": numbered})
        assert all(verdict["t"] == "ok" for verdict in response["verdicts"]), response

    async def post(self, path: str, body: object) -> Any:
        """Send JSON, as a script would; return the JSON of the response."""
        answer = await self.context.request.post(self.origin + path, data=body)
        assert answer.ok, await answer.text()
        return await answer.json()

    async def wait_for_state(self, sku: str, state: str) -> None:
        """Wait until the live catalogue has *sku* in *state*, and so all earlier changes too."""

        async def is_there() -> bool:
            answer = await self.context.request.get(f"{self.origin}/api/products/{sku}")
            return bool((await answer.json())["state"] == state)

        await until(is_there)

    async def saved_cart(self) -> dict[str, int]:
        """Return the saved cart: the quantity of each product."""
        answer = await self.context.request.get(f"{self.origin}/api/cart")
        lines = (await answer.json())["cart"]["lines"]
        return {line["sku"]: line["qty"] for line in lines}

    async def _sign_in(self, *, is_staff: bool) -> None:
        self.email = email = f"{uuid4().hex}@browser.example"
        if not is_staff:
            body = {"email": email, "password": PASSWORD, "name": "Ada Lovelace"}
            self.account = (await self.post("/api/accounts", body))["account"]
            return
        self.live_database.add_account(email, "Grace Hopper", is_staff=True)
        await self.sign_in_again()

    async def sign_in_again(self) -> None:
        """Begin a new session with the password."""
        body = {"email": self.email, "password": PASSWORD}
        self.account = (await self.post("/api/session", body))["account"]
