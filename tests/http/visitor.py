"""A client of the shop, and readers of its responses."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from quart import Response
from quart.typing import TestClientProtocol

PASSWORD = "seven brown bricks"
ADA = {"email": "ada@shop.example", "password": PASSWORD, "name": "Ada"}


@dataclass(frozen=True)
class Visitor:
    """A browser or a script, with cookies of its own, at an IP address."""

    client: TestClientProtocol
    address: str
    origin: str

    async def get(self, path: str, **headers: str) -> Response:
        """Send a GET."""
        return await self.ask("GET", path, headers)

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Response:
        """Send a form, as from a page of the shop."""
        given = {"Origin": self.origin} | headers
        return await self.ask("POST", path, given, form=form or {})

    async def send(self, path: str, body: object, **headers: str) -> Response:
        """Send JSON, as from a script."""
        return await self.ask("POST", path, headers, json=body)

    async def ask(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Response:
        """Send a request of any method.

        The path is handed on as it is: the client would read one that begins with `//`, or with
        `/%2F`, as a host.
        """
        scheme, _, host = self.origin.partition("://")
        path, mark, query = path.partition("?")
        return await self.client.open(
            f"/{mark}{query}",
            method=method,
            headers={"Host": host, "User-Agent": "a test", **_dashed(headers)},
            scheme=scheme,
            scope_base={"client": (self.address, 50000), "path": unquote(path)},
            **more,
        )

    async def form(self, path: str, page: str = "/terms", **fields: str) -> str:
        """Send a form of the cart with a fresh key, and return the notices on the next page."""
        answer = await self.post(path, {"key": str(uuid4()), "next": page, **fields})
        assert (answer.status_code, answer.location) == (303, page)
        return notices(await text(await self.get(page)))

    async def cart(self) -> dict[str, Any]:
        """Return the cart as JSON."""
        cart: dict[str, Any] = await fields(await self.get("/api/cart"))
        return cart

    async def lines(self) -> dict[str, int]:
        """Return the quantities in the cart, by SKU."""
        return {line["sku"]: line["qty"] for line in (await self.cart())["cart"]["lines"]}


async def text(answer: Response) -> str:
    """Return a page with its HTML entities resolved, without the tags that isolate a text."""
    return unescape(re.sub("</?bdi>", "", await answer.get_data(as_text=True)))


async def fields(answer: Response) -> Any:
    """Return the parsed JSON of a response."""
    return await answer.get_json(force=True)


async def code(answer: Response) -> tuple[int, str]:
    """Return the status and the code of a problem."""
    assert answer.content_type == "application/problem+json"
    problem = await fields(answer)
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


def notices(page: str) -> str:
    """Return the notices of *page*, as “kind: text”."""
    found = re.findall(r'<li class="notice notice-(\w+)">(.*?)</li>', page, re.DOTALL)
    return "; ".join(f"{kind}: {_without_tags(body)}" for kind, body in found)


def _without_tags(body: str) -> str:
    """Return the text of a notice, without the button that takes it back."""
    return re.sub("<form.*</form>|<.*?>", "", body, flags=re.DOTALL).strip()


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
