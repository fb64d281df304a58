"""Settings are read from the environment, checked, and named with their source."""

from dataclasses import fields
from typing import Any

import pytest

from app.domain.limits import Limits
from app.domain.sessions import Lifetime
from app.runtime.config import Config, read_config, sources, variable
from app.runtime.setting_types import BadSetting
from app.runtime.shop_file import demo_shop

SECRET = "0123456789abcdef0123456789abcdef"
LOAD = {"SHOP_LIMITS": "load"}
PUBLIC_ORIGIN = {"SHOP_ORIGINS": "https://shop.example"}

EXAMPLES: list[tuple[str, str, Any]] = [
    ("bind", "0.0.0.0:80", "0.0.0.0:80"),
    ("origins", "https://shop.example", ("https://shop.example",)),
    ("database", "sqlite:////srv/shop.db", "sqlite:////srv/shop.db"),
    ("redis", "", ""),
    ("secret", SECRET, SECRET),
    ("proxies", "127.0.0.1, 10.0.0.0/8", "127.0.0.1, 10.0.0.0/8"),
    ("metrics", "10.0.0.5:9100", "10.0.0.5:9100"),
    ("settings", "", demo_shop()),
    ("mail_server", "", ""),
    ("mail_from", "shop@shop.example", "shop@shop.example"),
    ("mail_reply_to", "help@shop.example", "help@shop.example"),
    ("mail_folder", "/srv/mail", "/srv/mail"),
    ("pseudo_language", "on", "on"),
    ("stripe_key", "rk_live_1234567890", "rk_live_1234567890"),
    ("stripe_webhook_secret", "whsec_abc+/=", "whsec_abc+/="),
    ("stripe_api", "http://127.0.0.1:8421", "http://127.0.0.1:8421"),
    ("offline_page", "off", "off"),
    ("pages", "/srv/pages", "/srv/pages"),
    ("node", "w2", "w2"),
    ("log", "debug", "debug"),
    ("limits", "", ""),
    ("burst", "1", 1),
    ("per_s", "1000000", 1_000_000),
    ("sockets", "3", 3),
    ("sockets_without_hello", "4", 4),
    ("sockets_without_login", "5", 5),
    ("sockets_in_all", "6", 6),
    ("connections_of_address", "0", 0),
    ("hello_ms", "7", 7),
    ("heartbeat_ms", "100", 100),
    ("drain_ms", "0", 0),
    ("login_s", "60", 60),
    ("login_idle_s", "30", 30),
    ("hold_s", "5", 5),
    ("hold_checkout_s", "20", 20),
    ("sign_in_failures", "0", 0),
    ("staff_passkey", "required", "required"),
    ("confirm", "off", "off"),
    ("registrations", "8", 8),
    ("registrations_per_h", "9", 9),
    ("demo", "on", "on"),
    ("orders_per_h", "10", 10),
    ("orders_open", "11", 11),
    ("new_account_items", "13", 13),
    ("new_account_h", "0", 0),
]

BAD = [
    ("offline_page", "never"),
    ("staff_passkey", "on"),
    ("demo", "yes"),
    ("proxies", "*"),
    ("proxies", "proxy.example"),
    ("proxies", "10.0.0.1/8"),
    ("metrics", "9100"),
    ("metrics", "0.0.0.0:9100"),
    ("metrics", "8.8.8.8:9100"),
    ("metrics", "shop.example:9100"),
    ("bind", "8000"),
    ("bind", ":8000"),
    ("bind", "127.0.0.1:"),
    ("bind", "127.0.0.1:0"),
    ("bind", "127.0.0.1:65536"),
    ("bind", "127.0.0.1:http"),
    ("bind", "127.0.0.1:8²"),
    ("origins", ""),
    ("origins", " , "),
    ("origins", "shop.example"),
    ("origins", "*"),
    ("origins", "https://shop.example/"),
    ("origins", "https://shop.example/shop"),
    ("origins", "https://shop.example?"),
    ("origins", "https://"),
    ("origins", "https://:8000"),
    ("origins", "https://me@shop.example"),
    ("origins", "https://shop.example:99999"),
    ("origins", "https://shop.example:http"),
    ("origins", "https://shop.example:443"),
    ("origins", "http://localhost:80"),
    ("origins", "https://[::1"),
    ("origins", "https://Shop.Example"),
    ("origins", "ws://shop.example"),
    ("origins", "http://shop.example"),
    ("origins", "http://192.0.2.1"),
    ("origins", "https://shop.example,http://localhost:8000"),
    ("database", "shop.db"),
    ("database", "sqlite:///"),
    ("database", "postgresql://localhost"),
    ("database", "postgresql+asyncpg://localhost/shop"),
    ("database", "postgresql://localhost/shop?no_such_option=1"),
    ("database", "mysql://localhost/shop"),
    ("redis", "127.0.0.1:6379"),
    ("settings", "/no/such/shop.toml"),
    ("secret", SECRET[1:]),
    ("mail_server", "mail.example:587"),
    ("mail_server", "smtp://"),
    ("mail_server", "http://mail.example"),
    ("mail_server", "smtp://mail.example:port"),
    ("mail_server", "smtp://mail.example/inbox"),
    ("mail_server", "smtp://mail.example?security=none"),
    ("mail_server", "smtps://127.0.0.1?security=none"),
    ("mail_server", "smtp://127.0.0.1?tls=no"),
    ("mail_from", "shop"),
    ("mail_reply_to", "Shop <shop@shop.example>"),
    ("mail_folder", ""),
    ("log", "loud"),
    ("limits", "none"),
    ("stripe_key", "pk_test_1234567890"),
    ("stripe_webhook_secret", "sk_test_1234567890"),
    ("stripe_api", "http://api.stripe.example"),
    ("pseudo_language", "yes"),
    ("burst", "0"),
    ("burst", "-1"),
    ("burst", "1.5"),
    ("burst", "many"),
    ("burst", "٣"),
    ("burst", ""),
    ("per_s", "1000001"),
    ("sockets", "0"),
    ("sockets_without_hello", "0"),
    ("sockets_without_login", "0"),
    ("sockets_in_all", "0"),
    ("connections_of_address", "-1"),
    ("hello_ms", "0"),
    ("heartbeat_ms", "99"),
    ("drain_ms", "12001"),
    ("login_s", "0"),
    ("login_idle_s", "100000001"),
    ("hold_s", "0"),
    ("hold_checkout_s", "ten"),
    ("sign_in_failures", "-1"),
    ("confirm", "no"),
    ("registrations", "0"),
    ("registrations_per_h", "0"),
    ("orders_per_h", "0"),
    ("orders_open", "0"),
    ("new_account_items", "0"),
    ("new_account_h", "-1"),
]


def error_of(environ: dict[str, str]) -> str:
    """Return the message of the BadSetting that *environ* raises."""
    with pytest.raises(BadSetting) as error:
        read_config(environ)
    return str(error.value)


def test_missing_settings_have_their_defaults() -> None:
    config = read_config({"HOME": "/root"})

    assert config == Config(origins=("http://127.0.0.1:8000", "http://localhost:8000"))
    assert config.told_limits == Limits()
    assert config.lifetime == Lifetime()


def test_every_setting_has_an_example() -> None:
    assert [name for name, *_ in EXAMPLES] == [each.name for each in fields(Config)]


@pytest.mark.parametrize(("name", "text", "value"), EXAMPLES)
def test_a_setting_is_read_from_its_variable(name: str, text: str, value: object) -> None:
    environ = {variable(name): text}

    assert getattr(read_config(environ), name) == value
    assert sources(environ)[name] == variable(name)


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_setting_is_explained_in_one_sentence(name: str, text: str) -> None:
    error = error_of({variable(name): text})

    assert error.startswith(f"{variable(name)}: ")
    assert error.endswith(".")
    assert "\n" not in error


def test_every_setting_that_can_be_bad_has_an_example() -> None:
    assert {name for name, _ in BAD} == {each.name for each in fields(Config)} - {"node", "pages"}


def test_an_unknown_setting_is_refused_and_other_variables_are_ignored() -> None:
    error = error_of({"SHOP_BURTS": "10", "PATH": "/bin"})

    assert error == "SHOP_BURTS: there is no such setting. “shop config” lists them all."


@pytest.mark.parametrize("name", ["SHOP_SECRET", "SHOP_STRIPE_KEY", "SHOP_STRIPE_WEBHOOK_SECRET"])
def test_the_error_for_a_bad_secret_does_not_contain_it(name: str) -> None:
    assert "short" not in error_of({name: "short"})


def test_several_origins_are_allowed() -> None:
    config = read_config({"SHOP_ORIGINS": " https://shop.example, https://www.shop.example:8443 ,"})

    assert config.origins == ("https://shop.example", "https://www.shop.example:8443")
    assert config.is_https


@pytest.mark.parametrize(
    "origin",
    ["http://localhost", "http://shop.localhost:8000", "http://127.0.0.2", "http://[::1]:8000"],
)
def test_http_origins_are_allowed_on_loopback_only(origin: str) -> None:
    config = read_config({"SHOP_ORIGINS": origin})

    assert config.origins == (origin,)
    assert not config.is_https


@pytest.mark.parametrize(
    ("bind", "host", "port", "origins"),
    [
        (
            "127.0.0.1:9000",
            "127.0.0.1",
            9000,
            ("http://127.0.0.1:9000", "http://localhost:9000"),
        ),
        (
            "0.0.0.0:80",
            "0.0.0.0",  # noqa: S104 - nothing listens here
            80,
            ("http://localhost", "http://127.0.0.1"),
        ),
        (
            "[::1]:8000",
            "::1",
            8000,
            ("http://[::1]:8000", "http://localhost:8000", "http://127.0.0.1:8000"),
        ),
    ],
)
def test_the_default_origins_are_those_of_the_bind_address(
    bind: str, host: str, port: int, origins: tuple[str, ...]
) -> None:
    config = read_config({"SHOP_BIND": bind})

    assert (config.host, config.port) == (host, port)
    assert config.origins == origins


def test_clients_receive_the_limits_in_force() -> None:
    config = read_config({"SHOP_BURST": "5", "SHOP_PER_S": "6", "SHOP_SOCKETS": "7"})

    assert config.told_limits == Limits(burst=5, per_s=6, sockets=7)


def test_the_lifetime_of_logins_is_read_from_the_settings() -> None:
    config = read_config({"SHOP_LOGIN_S": "60", "SHOP_LOGIN_IDLE_S": "30"})

    assert config.lifetime == Lifetime(absolute_s=60, idle_s=30)


def test_staff_need_passkeys_only_where_there_can_be_any() -> None:
    required = {"SHOP_STAFF_PASSKEY": "required"}
    with pytest.raises(BadSetting, match="passkeys need a host with a name"):
        read_config({**required, "SHOP_ORIGINS": "http://127.0.0.1:8000,http://[::1]:8000"})

    assert read_config(required).staff_need_mfa
    assert not read_config({}).staff_need_mfa


def test_a_load_test_lifts_every_limit_and_nothing_else() -> None:
    usual, lifted = read_config({}), read_config(LOAD)

    raised = {
        each.name
        for each in fields(Config)
        if getattr(lifted, each.name) != getattr(usual, each.name)
    }
    assert raised == {
        "limits",
        "burst",
        "per_s",
        "sockets",
        "sockets_without_hello",
        "sockets_without_login",
        "sockets_in_all",
        "connections_of_address",
        "sign_in_failures",
        "confirm",
        "registrations",
        "registrations_per_h",
        "orders_per_h",
        "orders_open",
        "new_account_items",
    }
    assert (lifted.burst, lifted.per_s, lifted.sockets) == (1_000_000,) * 3


def test_a_load_test_lifts_the_limit_on_the_value_of_open_orders() -> None:
    assert read_config({}).order_limits.open_value == 300_000
    assert read_config(LOAD).order_limits.open_value is None


@pytest.mark.parametrize(
    ("name", "key"), [("SHOP_TIMEZONE", "timezone"), ("SHOP_ORDERS_OPEN_POUNDS", "most_open")]
)
def test_a_setting_of_an_older_version_says_where_it_is_now(name: str, key: str) -> None:
    assert error_of({name: "12"}) == (
        f"{name}: it is “{key}” in the file that SHOP_SETTINGS names."
    )


def test_an_explicit_limit_is_not_lifted() -> None:
    config = read_config({**LOAD, "SHOP_BURST": "5"})

    assert (config.burst, config.per_s) == (5, 1_000_000)


@pytest.mark.parametrize(
    "origins", ["https://shop.example", "https://localhost,https://shop.example"]
)
def test_limits_are_not_lifted_unless_every_origin_is_loopback(origins: str) -> None:
    assert error_of({**LOAD, "SHOP_ORIGINS": origins}) == (
        "SHOP_LIMITS: “load” is refused, because “https://shop.example” is not a loopback address."
    )


def test_limits_can_be_lifted_where_every_origin_is_loopback() -> None:
    origins = "https://localhost:8443,https://127.0.0.1:8443,https://[::1]:8443"

    assert read_config({**LOAD, "SHOP_ORIGINS": origins}).burst == 1_000_000


def test_each_value_has_a_source() -> None:
    source_of = sources({**LOAD, **PUBLIC_ORIGIN, "SHOP_BURST": "5"})

    assert [*source_of] == [each.name for each in fields(Config)]
    assert source_of["burst"] == "SHOP_BURST"
    assert source_of["per_s"] == "SHOP_LIMITS=load"
    assert source_of["limits"] == "SHOP_LIMITS"
    assert source_of["origins"] == "SHOP_ORIGINS"
    assert source_of["node"] == "default"


def test_without_a_load_test_nothing_is_lifted() -> None:
    assert {*sources({"HOME": "/root", "SHOP_LIMITS": ""}).values()} == {"SHOP_LIMITS", "default"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://shop:secret@db.example/shop",
        "postgresql+psycopg:///shop?host=/run",
        "postgresql://shop@db1.example,db2.example:5433/shop?target_session_attrs=any",
    ],
)
def test_a_postgresql_database_with_redis_can_be_shared_by_several_servers(url: str) -> None:
    config = read_config({"SHOP_DATABASE": url, "SHOP_REDIS": "redis://127.0.0.1:6379/0"})

    assert (config.database, config.redis) == (url, "redis://127.0.0.1:6379/0")
    assert config.is_shareable


def test_a_sqlite_file_cannot_be_shared_by_several_servers() -> None:
    assert not read_config({}).is_shareable
    assert "SHOP_DATABASE" in error_of({"SHOP_REDIS": "redis://127.0.0.1"})


@pytest.mark.parametrize(
    ("metrics", "host"), [("127.0.0.1:9100", "127.0.0.1"), ("[::1]:9100", "::1")]
)
def test_metrics_have_an_address_of_their_own(metrics: str, host: str) -> None:
    config = read_config({"SHOP_METRICS": metrics})

    assert (config.metrics_host, config.metrics_port) == (host, 9100)
