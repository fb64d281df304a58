"""The client's entry point: a shop's address, where accounts register and log in."""

from collections.abc import AsyncIterator, Callable
from random import random  # noqa: TID251 - the only source of chance here
from ssl import SSLContext
from uuid import uuid4  # noqa: TID251 - and of names

from msgspec import Struct

from app.client import encode
from app.client.account import Account, login_cookie
from app.client.backoff import RetryPolicy
from app.client.decode import decode_body
from app.client.deps import ClientDeps, Transport
from app.client.problem import fetch
from app.client.request import InvalidResponse, Request, Site
from app.domain.accounts import AccountId
from app.domain.catalog import Money, Sku


class Product(Struct, frozen=True):
    """A product of the catalogue; `stock` is `None` if there are more than ten."""

    sku: Sku
    name: str
    unit: str
    category: str
    price: Money
    stock: int | None
    state: str


class _SignedIn(Struct):
    account: AccountId


class _ProductPage(Struct):
    products: tuple[Product, ...]
    next: str | None


def _new_name() -> str:
    return str(uuid4())


class Shop:
    """A shop at a URL like `http://127.0.0.1:8000`; it keeps no connection open.

    *language* is a BCP 47 tag such as `zh-Hant`, for names and sentences; without one the shop
    chooses. *chance* returns numbers in [0, 1) for the jitter, *new_name* UUIDs for tabs and
    outboxes. *transport* is what tabs use: with `auto` a websocket, and where the network blocks
    that an event stream.
    """

    def __init__(  # noqa: PLR0913 - all but the first by name
        self,
        url: str,
        *,
        tls: SSLContext | None = None,
        language: str | None = None,
        transport: Transport | str = Transport.AUTO,
        retry_policy: RetryPolicy | None = None,
        chance: Callable[[], float] = random,
        new_name: Callable[[], str] = _new_name,
    ):
        self._site = Site.at(url, tls)
        self._deps = ClientDeps(
            retry_policy or RetryPolicy(), chance, new_name, language, Transport(transport)
        )

    async def register(self, email: str, password: str, name: str) -> Account:
        """Create an account and log in. Raises Problem: `email_taken` if addresses need no mail."""
        return await self._sign_in("/api/accounts", email=email, password=password, name=name)

    async def login(self, email: str, password: str) -> Account:
        """Log in. Raises Problem, with code `wrong_login` if e-mail or password is wrong."""
        return await self._sign_in("/api/session", email=email, password=password)

    async def products(self) -> AsyncIterator[Product]:
        """Yield every product, a request for each page of the list."""
        page: str | None = "1"
        while page is not None:
            request = self._request("GET", f"/api/products?page={page}")
            response = await fetch(self._site, request, self._deps.retry_policy.response_timeout_s)
            listing = decode_body(_ProductPage, response.body)
            page = listing.next
            for product in listing.products:
                yield product

    def account(self, account: str, cookie: str) -> Account:
        """Return an account from its stored id and login cookie; sends nothing."""
        return Account(AccountId(account), cookie, self._site, self._deps)

    def _request(self, method: str, target: str, body: str | None = None) -> Request:
        return Request(method, target, body, language=self._deps.language)

    async def _sign_in(self, target: str, **fields: str) -> Account:
        request = self._request("POST", target, encode.to_json(fields))
        response = await fetch(self._site, request, self._deps.retry_policy.response_timeout_s)
        cookie = login_cookie(response, self._site)
        if cookie is None:
            raise InvalidResponse("the shop set no login cookie")
        return self.account(decode_body(_SignedIn, response.body).account, cookie)
