"""Somebody who visits the shop, and how they read what it answers."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import uuid4

from quart import Response
from quart.typing import TestClientProtocol

PASSWORD = "seven brown bricks"
ADA = {"email": "ada@shop.example", "password": PASSWORD, "name": "Ada"}


@dataclass(frozen=True)
class Visitor:
    """A browser, or a script, that speaks to the shop from an address."""

    client: TestClientProtocol
    address: str
    origin: str

    async def get(self, path: str, **headers: str) -> Response:
        """Ask for *path*."""
        return await self.ask("GET", path, headers)

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Response:
        """Send a form, as a page of the shop would."""
        given = {"Origin": self.origin} | headers
        return await self.ask("POST", path, given, form=form or {})

    async def send(self, path: str, body: object, **headers: str) -> Response:
        """Send JSON, as a script would."""
        return await self.ask("POST", path, headers, json=body)

    async def ask(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Response:
        """Send any request."""
        scheme, _, host = self.origin.partition("://")
        return await self.client.open(
            path,
            method=method,
            headers={"Host": host, "User-Agent": "a test", **_dashed(headers)},
            scheme=scheme,
            scope_base={"client": (self.address, 50000)},
            **more,
        )

    async def form(self, path: str, page: str = "/shop", **fields: str) -> str:
        """Send a form of the cart with a fresh key, and return what the next page says of it."""
        answer = await self.post(path, {"key": str(uuid4()), "next": page, **fields})
        assert (answer.status_code, answer.location) == (303, page)
        return notices(await text(await self.get(page)))

    async def cart(self) -> dict[str, Any]:
        """Return the cart as scripts see it."""
        cart: dict[str, Any] = await fields(await self.get("/api/cart"))
        return cart

    async def lines(self) -> dict[str, int]:
        """Return how many of what is in the cart."""
        return {line["sku"]: line["qty"] for line in (await self.cart())["cart"]["lines"]}


async def text(answer: Response) -> str:
    """Return a page as people read it, entities resolved."""
    return unescape(await answer.get_data(as_text=True))


async def fields(answer: Response) -> Any:
    """Return what an answer says in JSON."""
    return await answer.get_json(force=True)


async def code(answer: Response) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    assert answer.content_type == "application/problem+json"
    said = await fields(answer)
    assert said["status"] == answer.status_code
    return answer.status_code, said["code"]


def notices(page: str) -> str:
    """Return what stands at the top of *page*."""
    said = re.findall(r'<li class="notice notice-(\w+)">(.*?)</li>', page, re.DOTALL)
    return "; ".join(f"{kind}: {_without_tags(body)}" for kind, body in said)


def _without_tags(body: str) -> str:
    return re.sub("<.*?>", "", body, flags=re.DOTALL).strip()


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
