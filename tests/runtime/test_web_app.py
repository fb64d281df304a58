"""Cookie settings, and the folder of templates."""

import time

import pytest
from jinja2 import DictLoader
from quart_auth import AuthUser, current_user, login_user
from werkzeug.routing import Rule

from app.runtime.config import Config
from app.runtime.web_app import ROOT, compile_templates, make_web_app, session_id_reader

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


def test_how_to_build_an_address_is_compiled_once_and_not_before_one_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled, compile_code = list[str](), Rule.__dict__["_get_func_code"].__func__

    def remember(code: object, name: str) -> object:
        compiled.append(name)
        return compile_code(code, name)

    monkeypatch.setattr(Rule, "_get_func_code", staticmethod(remember))
    app = make_web_app(Config(origins=("http://localhost:8000",), secret=SECRET))
    app.add_url_rule("/p/<slug>", "product")
    assert compiled == []

    routes = app.url_map.bind("localhost")
    built = [routes.build("product", {"slug": "a b", "q": "x"}) for _ in range(2)]

    assert built == ["/p/a%20b?q=x"] * 2
    assert compiled == ["<builder:'/p/<slug>'>"]


async def test_templates_are_compiled_before_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_web_app(Config(origins=("http://localhost:8000",), secret=SECRET))
    names = ["home.html", "shop.html"]
    sources = {"home.html": "{% include 'shop.html' %}", "shop.html": "milk"}
    app.jinja_env.loader = DictLoader(sources)

    await compile_templates(app)
    sources.clear()

    monkeypatch.setattr(app.jinja_env, "auto_reload", value=False)
    assert [app.jinja_env.get_template(name).name for name in names] == names


async def test_the_id_of_a_login_is_read_from_a_cookie_as_within_a_request() -> None:
    app = make_web_app(Config(origins=("http://localhost:8000",), secret=SECRET))

    @app.post("/login")
    async def login() -> str:
        login_user(AuthUser("an id"), remember=True)
        return ""

    @app.get("/who")
    async def who() -> str:
        return str(current_user.auth_id)

    client = app.test_client()
    response = await client.post("/login")
    cookie = response.headers["Set-Cookie"].partition(";")[0]

    assert await (await client.get("/who")).get_data(as_text=True) == "an id"
    assert session_id_reader(app)(f"mood=good; {cookie}", "") == "an id"


@pytest.mark.parametrize("header", ["", "shop=", "shop=forged", "shop=ab.cd.ef", "shop=\xe9", "x"])
async def test_a_cookie_that_the_shop_has_not_signed_has_no_id(header: str) -> None:
    app = make_web_app(Config(origins=("http://localhost:8000",), secret=SECRET))

    assert session_id_reader(app)(header, "") is None


async def test_a_cookie_has_no_id_once_it_is_older_than_a_login_lasts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_web_app(Config(origins=("http://localhost:8000",), secret=SECRET, login_s=60))
    (auth,) = app.extensions["QUART_AUTH"]
    header = f"shop={auth.dump_token('an id', app)}"
    began_s = time.time()

    monkeypatch.setattr(time, "time", lambda: began_s + 62)

    assert session_id_reader(app)(header, "") is None
