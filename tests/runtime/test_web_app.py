"""Cookie settings, and the folder of templates."""

import pytest

from app.runtime.config import Config
from app.runtime.web_app import ROOT, make_web_app

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("origin", "name"),
    [("http://localhost:8000", "shop"), ("https://shop.example", "__Host-shop")],
)
async def test_cookies_are_bound_to_the_host_with_https(origin: str, name: str) -> None:
    app = make_web_app(Config(origins=(origin,), secret=SECRET, login_s=60))
    is_secure = origin.startswith("https:")

    (auth,) = app.extensions["QUART_AUTH"]
    assert (auth.cookie_name, auth.cookie_secure, auth.duration) == (name, is_secure, 60)
    assert app.config["SESSION_COOKIE_NAME"] == f"{name}-notices"
    assert app.config["SESSION_COOKIE_SECURE"] is is_secure
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert app.secret_key == SECRET


async def test_templates_are_found_beside_the_package() -> None:
    app = make_web_app(Config(origins=("http://localhost:8000",), secret=SECRET))

    loader = app.jinja_env.loader
    assert loader
    assert loader.list_templates()
    assert (ROOT / "templates").is_dir()
    assert not app.has_static_folder
