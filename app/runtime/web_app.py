"""The Quart app: where its templates are, and how its cookies are set."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

from hypercorn.typing import HTTPScope
from quart import Quart
from quart.asgi import ASGIHTTPConnection
from quart.routing import QuartRule
from quart.wrappers.base import BaseRequestWebsocket
from quart_auth import QuartAuth
from werkzeug.exceptions import BadHost
from werkzeug.routing import MapAdapter
from werkzeug.sansio.http import parse_cookie

from app.domain.accounts import StandIn
from app.http.core.cart_cookie import set_cart_cookie
from app.http.core.device_cookie import set_device_cookie
from app.http.core.stand_in_cookie import SignedCookie, stand_in_cookie
from app.http.core.templates import PlainEnvironment
from app.i18n.languages import language_of_prefix, spoken
from app.runtime.config import Config
from app.ws.routes import PATH

NO_HOST = "invalid"
"""A name that no host has (RFC 2606 §2)."""
ROOT = Path(__file__).parents[2]
"""The project's tree: templates and static files lie beside the package."""


class ShopRule(QuartRule):
    """Quart's route; how to build an address of it is compiled when the first one is asked for.

    Templates have their addresses written out, so for most routes that is never, and to compile it
    for all of them takes longer than all else in making an app.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - Werkzeug's
        compiled = cache(partial(super()._compile_builder, append_unknown))
        return lambda rule, /, **values: compiled()(rule, **values)


class ShopApp(Quart):
    """Quart, but a `Host` that is no name at all reaches the check of hosts, and is no failure."""

    jinja_environment = PlainEnvironment
    url_rule_class = ShopRule

    def create_url_adapter(self, request: BaseRequestWebsocket | None) -> MapAdapter | None:
        """Return what finds the route of *request*; routes do not depend on the host."""
        try:
            return super().create_url_adapter(request)
        except BadHost:
            path = request.path if request else "/"
            return self.url_map.bind(NO_HOST, path_info=path, default_method="GET")


class ShopHttpConnection(ASGIHTTPConnection):
    """Quart's, for which a request target may be anything: by itself it fails at some.

    An address that starts with a language is one of an app that lies below that prefix.
    """

    def __init__(self, app: Quart, scope: HTTPScope):
        scope["path"] = path = path_of_target(scope["path"])
        if language := language_of_prefix(path):
            prefix = spoken()[language].prefix
            scope["root_path"], scope["path"] = prefix, prefix + (path[len(prefix) :] or "/")
        super().__init__(app, scope)


def path_of_target(target: str) -> str:
    """Return the path of a request *target*, which may be a whole URL (RFC 9112 §3.2).

    What is none of the forms becomes a path that does not exist.
    """
    if target.startswith("/"):
        return target
    try:
        return urlsplit(target).path or "/"
    except ValueError:
        return f"/{target}"


def make_web_app(config: Config) -> Quart:
    """Return an app without routes.

    With https, its cookies have the `__Host-` prefix, so that no other host of the domain can set
    them (RFC 6265bis, 4.1.3.2). The login's cookie is `shop`; `shop-notices` has flash messages,
    `shop-device` names the browser, and `shop-stand-in` begins those of a demo's stand-ins.
    """
    app = ShopApp(
        "app", root_path=str(ROOT / "app"), template_folder="../templates", static_folder=None
    )
    app.asgi_http_class = ShopHttpConnection
    app.secret_key = config.secret
    app.url_map.strict_slashes = False  # /shop/ is /shop
    # A request to the websocket's address that is no handshake is refused with 400, and not 404.
    app.url_map.add(app.url_rule_class(PATH, endpoint="ws", websocket=True, strict_slashes=True))
    prefix = "__Host-" if config.is_https else ""
    unseen = {"secure": config.is_https, "httponly": True, "samesite": "Lax"}
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}shop-notices",
        DEVICE_COOKIE={**unseen, "key": f"{prefix}shop-device"},
        STAND_IN_COOKIE={**unseen, "key": f"{prefix}shop-stand-in", "samesite": "Strict"},
        CART_COOKIE={"key": "cart", "secure": config.is_https, "samesite": "Lax"},
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    # What is registered first runs last: the login's cookie comes first, for clients that read one.
    app.after_request(set_device_cookie)
    app.after_request(set_cart_cookie)
    QuartAuth(
        app,
        cookie_name=f"{prefix}shop",
        cookie_secure=config.is_https,
        duration=config.login_s,
    )
    return app


async def compile_templates(app: Quart) -> None:
    """Compile all templates in a thread, before somebody asks for a page of them.

    Compiling those of one page would stop the event loop, and with it everybody, for 0.1 s. One
    that cannot be opened now is compiled when it is asked for.
    """
    for name in app.jinja_env.list_templates():
        with suppress(OSError):
            await asyncio.to_thread(app.jinja_env.get_template, name)


def session_id_reader(app: Quart) -> Callable[[str, str], str | None]:
    """Return a function that reads the id of a login from a `Cookie` header, or returns None.

    It reads what Quart-Auth has signed, for a websocket's handshake, which is no request of Quart;
    or, of the demo's stand-in that is named, the cookie of that.
    """
    auth: QuartAuth = app.extensions["QUART_AUTH"][0]
    serializer = auth.serializer_class([str(app.secret_key)], str(auth.salt))
    of_login = SignedCookie(str(auth.cookie_name), serializer, auth.duration)
    readers = {"": of_login, **{str(one): stand_in_cookie(app, one) for one in StandIn}}

    def read(header: str, stand_in: str) -> str | None:
        reader = readers.get(stand_in)
        return reader.read(parse_cookie(header).get(reader.name, "")) if reader else None

    return read
