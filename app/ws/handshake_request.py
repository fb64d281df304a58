"""What a request for a websocket or an event stream says, as far as its handshake looks at it."""

from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from werkzeug.sansio.utils import get_host

from app.domain.accounts import AccountId
from app.domain.devices import Device, device_of
from app.services.client_network import client_network

FAMILY = "shop.cart"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application, and what it is called with."""


class Request(NamedTuple):
    """What a handshake says, as far as it is looked at.

    `cart` is the account whose cart it asks for, if it asks for one; `stand_in` says that it comes
    as a stand-in of the demo, and as which.
    """

    scope: Scope
    address: str
    host: str
    origin: str | None
    fetch_site: str | None
    cookie_header: str
    accept_language: str
    offered: tuple[str, ...]
    cart: AccountId | None
    device: Device
    stand_in: str = ""

    @classmethod
    def of(cls, scope: Scope, offered: Iterable[str]) -> "Request":
        """Read the headers; of several with one name the first counts, but all of `Cookie`.

        *offered* are the protocols that the client speaks.
        """
        found: dict[bytes, bytes] = {}
        for cased, value in scope["headers"]:
            name = cased.lower()
            if name not in found:
                found[name] = value
            elif name == b"cookie":
                found[name] += b"; " + value
        host, site = found.get(b"host"), found.get(b"sec-fetch-site")
        origin = found.get(b"origin")
        return cls(
            scope,
            (scope.get("client") or ("<local>",))[0],
            get_host(scope["scheme"], host.decode("latin-1") if host else None, scope["server"]),
            None if origin is None else origin.decode("latin-1"),
            None if site is None else site.decode("latin-1"),
            found.get(b"cookie", b"").decode("latin-1"),
            found.get(b"accept-language", b"").decode("latin-1"),
            tuple(offered),
            AccountId(_given(scope, "cart")) or None,
            device_of(found.get(b"user-agent", b"").decode("latin-1")),
            _given(scope, "as"),
        )

    @property
    def network(self) -> str:
        """What limits count the client as; logs have its address."""
        return client_network(self.address)

    def is_foreign(self, origins: Collection[str]) -> bool:
        """Say whether a page of another site sent it.

        A browser names the page's origin with each handshake of a websocket, but with a GET only
        its relation to the shop. A script that sends neither has no victim's cookies.
        """
        if self.origin is not None:
            return self.origin not in origins
        return self.scope["type"] == "http" and self.fetch_site not in {None, "same-origin"}

    @property
    def of_family(self) -> list[str]:
        """What the client offers of this protocol: `shop.cart`, and any version of it.

        Of these, another version is selected only to be closed: a browser fails a handshake that
        selects what it did not offer, and its page would not see the close code.
        """
        return [name for name in self.offered if name == FAMILY or name.startswith(f"{FAMILY}.v")]


def _given(scope: Scope, name: str) -> str:
    """Return what the query gives *name* first, or nothing."""
    query = scope.get("query_string", b"")
    return parse_qs(query.decode("latin-1")).get(name, [""])[0] if query else ""
