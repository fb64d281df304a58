"""The Quart app: where its templates are, and how its cookies are set."""

from pathlib import Path

from quart import Quart
from quart_auth import QuartAuth

from app.runtime.config import Config

ROOT = Path(__file__).parents[2]
"""The project's tree: templates and static files lie beside the package."""


def make_web_app(config: Config) -> Quart:
    """Return an app without routes.

    With https, its cookies have the `__Host-` prefix, so that no other host of the domain can set
    them (RFC 6265bis, 4.1.3.2). The login's cookie is `shop`; `shop-notices` has flash messages.
    """
    app = Quart(
        "app", root_path=str(ROOT / "app"), template_folder="../templates", static_folder=None
    )
    app.secret_key = config.secret
    prefix = "__Host-" if config.is_https else ""
    app.config.update(
        SESSION_COOKIE_NAME=f"{prefix}shop-notices",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    QuartAuth(
        app,
        cookie_name=f"{prefix}shop",
        cookie_secure=config.is_https,
        duration=config.login_s,
    )
    return app
