"""The commands as their owner meets them: one sentence where something is wrong, and exit 2."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

from app.cli.main import main
from app.store.engines import connect
from tests.e2e.catalog import APPLES, GHOST
from tests.e2e.conftest import Street
from tests.e2e.raw_client import PASSWORD, Shopper, new_shopper
from tests.e2e.server import Server, environment, free_port, run_command

SECRET = "known to nobody but the tests of this shop"
PUBLIC = {"origins": "https://shop.example", "bind": "127.0.0.1:1", "secret": SECRET}
BAD_SETTINGS: dict[str, tuple[dict[str, str], str]] = {
    "no secret": ({}, "SHOP_SECRET is not set"),
    "a short secret": ({"secret": "abc"}, "SHOP_SECRET: at least 32 characters"),
    "an address without a port": ({"bind": "127.0.0.1"}, "SHOP_BIND: an address and a port"),
    "a port beyond the last": ({"bind": "127.0.0.1:65536"}, "SHOP_BIND: "),
    "figures for all": ({"metrics": "0.0.0.0:9100"}, "SHOP_METRICS: figures have no login"),
    "figures at no port": ({"metrics": "127.0.0.1"}, "SHOP_METRICS: an address and a port"),
    "no number": ({"burst": "many"}, "SHOP_BURST: a whole number"),
    "a number too low": ({"per_s": "0"}, "SHOP_PER_S: a whole number from 1"),
    "another database": ({"database": "mysql://x/y"}, "SHOP_DATABASE: a file or a PostgreSQL"),
    "a page as an origin": ({"origins": "https://shop.example/x"}, "SHOP_ORIGINS: "),
    "plain http for all": ({"origins": "http://shop.example"}, "SHOP_ORIGINS: "),
    "two schemes": ({"origins": "https://a.example,http://localhost"}, "SHOP_ORIGINS: "),
    "a setting that is none": ({"colour": "blue"}, "SHOP_COLOUR: there is no such setting"),
    "no limits in public": ({**PUBLIC, "limits": "load"}, "SHOP_LIMITS: “load” is refused"),
    "another kind of limits": ({"limits": "none"}, "SHOP_LIMITS: one of these is needed"),
}
BAD_WORDS = {
    "an unknown product": ((GHOST, "--stock", "1"), "there is no product"),
    "nothing to set": ((APPLES,), "needs --price, --stock or both"),
    "no price": ((APPLES, "--price", "NaN"), "not a price like 2.20"),
}


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    code: object
    out: str
    err: str


Here = Callable[..., Ended]


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    """Return what runs a command in this process, on a database of its own."""
    for name in [name for name in os.environ if name.startswith("SHOP_")]:
        monkeypatch.delenv(name)

    def run(*words: str, **settings: str) -> Ended:
        usual = {"bind": "127.0.0.1:1", "database": f"sqlite:///{tmp_path / 'shop.db'}"}
        for name, value in {**usual, **settings}.items():
            monkeypatch.setenv(f"SHOP_{name.upper()}", value)
        code: object = 0
        try:
            main(words)
        except SystemExit as end:
            code = end.code
        return Ended(code, *capsys.readouterr())

    return run


@pytest.mark.parametrize(("settings", "sentence"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
@pytest.mark.smoke
def test_a_bad_setting_is_one_sentence_and_exit_2(
    tmp_path: Path, here: Here, settings: dict[str, str], sentence: str
) -> None:
    done = here("run", **settings)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"shop: {sentence}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("words", "sentence"), BAD_WORDS.values(), ids=BAD_WORDS)
@pytest.mark.smoke
def test_a_product_that_cannot_be_set_so_is_one_sentence_and_exit_2(
    here: Here, words: tuple[str, ...], sentence: str
) -> None:
    done = here("product", "set", *words)

    assert (done.code, done.out) == (2, "")
    assert sentence in done.err.splitlines()[-1]


@pytest.mark.smoke
def test_seeding_twice_adds_everything_once(here: Here) -> None:
    first, second = here("seed"), here("seed")

    assert (first.code, second.code) == (0, 0)
    assert first.out.endswith("and 3 vouchers; what was there is as it was.\n")
    assert second.out.startswith("Added 0 categories, 0 products and 0 vouchers")


@pytest.mark.smoke
def test_config_tells_each_value_and_its_source_but_not_the_secret(here: Here) -> None:
    told = here("config", bind="127.0.0.1:4000", secret=SECRET, limits="load").out
    lines = {line.split()[0]: line.split()[1:] for line in told.splitlines()}

    assert lines["SHOP_BIND"][:2] == ["127.0.0.1:4000", "SHOP_BIND"]
    assert lines["SHOP_BURST"][:2] == ["1000000", "SHOP_LIMITS=load"]
    assert lines["SHOP_HELLO_MS"][:2] == ["5000", "default"]
    assert SECRET not in told


@pytest.mark.parametrize("password", ["hunter2", "hun/ter2", "hun@ter2", "hun:ter2"])
@pytest.mark.smoke
def test_config_tells_no_password_of_a_database(here: Here, password: str) -> None:
    database = f"postgresql://shop:{password}@127.0.0.1/shop"

    told = here("config", database=database, redis=f"redis://:{password}@127.0.0.1:6379/0").out

    assert "postgresql://shop:***@127.0.0.1/shop" in told
    assert "redis://:***@127.0.0.1:6379/0" in told
    assert "ter2" not in told


def test_a_server_without_a_secret_does_not_start(tmp_path: Path) -> None:
    done = run_command("run", environment=environment(database=f"sqlite:///{tmp_path / 'shop.db'}"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shop: SHOP_SECRET is not set")
    assert done.stderr.count("\n") == 1


@pytest.mark.smoke
def test_a_second_server_on_the_same_database_is_refused(shop: Server) -> None:
    elsewhere = {**shop.environment, "SHOP_BIND": f"127.0.0.1:{free_port()}"}

    done = run_command("run", environment=elsewhere)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shop: another server has this database open")
    assert done.stderr.count("\n") == 1
    assert shop.is_open


def test_an_address_that_is_taken_is_said_so(shop: Server, street: Street) -> None:
    other = street.build()
    taken = {**other.environment, "SHOP_BIND": shop.host}

    done = run_command("run", environment=taken)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"shop: nobody can listen on {shop.host}: ")
    assert done.stderr.count("\n") == 1


async def test_signals_end_it_cleanly_and_all_is_there_afterwards(street: Street) -> None:
    shop = street.open(drain_ms=500)
    async with await new_shopper(shop) as ada:
        tab = await ada.tab()
        for n in range(1, 33):
            await tab.send_frame("op", n=n, k="line.set", sku=APPLES, qty=n)
        await tab.verdict(1)
        shop.tell(signal.SIGINT)

        assert (await tab.close_frame()).code == 1012
        assert await asyncio.to_thread(shop.exit_code) == 0
        shop.start()
        again = await ada.tab(outbox=tab.outbox)
        shop.tell(signal.SIGTERM)

        assert (await again.close_frame()).code == 1012
        assert await asyncio.to_thread(shop.exit_code) == 0
    assert again.welcome["last"] == 32


async def test_a_second_signal_does_not_wait(street: Street) -> None:
    shop = street.open(drain_ms=12_000)
    async with await new_shopper(shop) as ada:
        tab = await ada.tab()
        shop.tell(signal.SIGTERM)
        await tab.expect("drain")
        shop.tell(signal.SIGTERM)

        async with asyncio.timeout(5):
            assert await asyncio.to_thread(shop.exit_code) == 0


@pytest.mark.smoke
def test_an_account_is_added_once(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("account", "add", "grace@shop.example", "--name", "Grace")
    ends = []
    for _ in range(2):
        monkeypatch.setattr(sys, "stdin", StringIO("five green bottles\n"))
        ends.append(here(*words))

    assert [end.code for end in ends] == [0, 2]
    assert ends[1].err.startswith("shop: there is an account with grace@shop.example already")


async def test_an_account_that_a_command_added_can_sign_in(shop: Server) -> None:
    password = "five green bottles"
    words = ("account", "add", "Grace@shop.example", "--name", "Grace")
    done = await asyncio.to_thread(lambda: shop.command(*words, given=f"{password}\n"))
    assert (done.returncode, done.stderr) == (0, "")

    async with Shopper(shop) as grace:
        login = {"email": "grace@SHOP.example", "password": password}
        assert (await grace.send("POST", "/api/session", login)).json["name"] == "Grace"
        assert (await grace.tab()).welcome["last"] == 0


async def test_with_another_secret_everybody_signs_in_again_and_has_their_cart(
    street: Street,
) -> None:
    shop = street.open(drain_ms=0)
    async with await new_shopper(shop) as ada:
        await (await ada.tab()).submit(1, "line.add", sku=APPLES, qty=2)
        await asyncio.to_thread(shop.end)
        shop.environment["SHOP_SECRET"] = "another one, known to nobody but these tests"
        await asyncio.to_thread(shop.start)

        assert (await (await ada.socket()).close_frame()).code == 4401
        login = {"email": ada.email, "password": PASSWORD}
        assert (await ada.send("POST", "/api/session", login)).status == 200
        assert await ada.quantities() == {APPLES: 2}


def test_a_database_of_a_newer_shop_is_refused_in_one_sentence(street: Street) -> None:
    shop = street.build()
    assert shop.command("seed").returncode == 0
    engine = connect(shop.database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    done = shop.command("run")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("shop: this database is not for this shop: a newer shop")
