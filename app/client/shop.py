"""The shop, as a script finds it: accounts are registered and logged in here."""

from collections.abc import AsyncIterator, Callable
from random import random  # noqa: TID251 - this is the door where chance comes in
from ssl import SSLContext
from uuid import uuid4  # noqa: TID251 - and names

from msgspec import Struct

from app.client import encode as say
from app.client.account import Account, login_cookie
from app.client.backoff import RetryPolicy
from app.client.decode import read_body
from app.client.problem import ask_well
from app.client.request import BadAnswer, Request, Site
from app.client.tab import ClientDeps
from app.domain.cart import AccountId
from app.domain.catalog import Money, Sku


class Product(Struct, frozen=True):
    """Something on the shelf; `stock` is `None` where there are more than ten."""

    sku: Sku
    name: str
    unit: str
    category: str
    price: Money
    stock: int | None
    state: str


class _SignedIn(Struct):
    account: AccountId


class _Listed(Struct):
    products: tuple[Product, ...]
    next: int | None


def _new_name() -> str:
    return str(uuid4())


class Shop:
    """The shop at an address like `http://127.0.0.1:8000`; it holds nothing open."""

    def __init__(
        self,
        url: str,
        *,
        tls: SSLContext | None = None,
        retry_policy: RetryPolicy | None = None,
        chance: Callable[[], float] = random,
        new_name: Callable[[], str] = _new_name,
    ):
        self._site = Site.at(url, tls)
        self._deps = ClientDeps(retry_policy or RetryPolicy(), chance, new_name)

    async def register(self, email: str, password: str, name: str) -> Account:
        """Return a new account, logged in; `Problem` `email_taken` if there is one."""
        return await self._enter("/api/accounts", email=email, password=password, name=name)

    async def login(self, email: str, password: str) -> Account:
        """Return the account, logged in; `Problem` `wrong_login` if that is not right."""
        return await self._enter("/api/session", email=email, password=password)

    async def products(self) -> AsyncIterator[Product]:
        """Yield all that the shop sells, a page at a time."""
        page: int | None = 1
        while page is not None:
            request = Request("GET", f"/api/products?page={page}")
            answer = await ask_well(self._site, request, self._deps.retry_policy.answer_s)
            listed = read_body(_Listed, answer.body)
            page = listed.next
            for product in listed.products:
                yield product

    def account(self, account: str, cookie: str) -> Account:
        """Return an account that logged in before, by its id and cookie."""
        return Account(AccountId(account), cookie, self._site, self._deps)

    async def _enter(self, target: str, **fields: str) -> Account:
        request = Request("POST", target, say.to_json(fields))
        answer = await ask_well(self._site, request, self._deps.retry_policy.answer_s)
        cookie = login_cookie(answer, self._site)
        if cookie is None:
            raise BadAnswer("the shop set no login cookie")
        return self.account(read_body(_SignedIn, answer.body).account, cookie)
