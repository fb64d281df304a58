"""Commands beside a running server: `shop run` refused, signalled and started again."""

import asyncio
import signal
import time
from pathlib import Path

import pytest

from app.store.engines import connect
from tests.e2e.catalog import APPLES
from tests.e2e.conftest import ServerFactory
from tests.e2e.raw_client import PASSWORD, Shopper, new_shopper
from tests.e2e.server import Server, environment, free_port, run_command

DRAIN_S = 12


def test_a_server_without_a_secret_does_not_start(tmp_path: Path) -> None:
    done = run_command("run", environment=environment(database=f"sqlite:///{tmp_path / 'shop.db'}"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shop: SHOP_SECRET is not set")
    assert done.stderr.count("\n") == 1


def test_a_page_of_text_that_cannot_be_shown_is_told_before_the_shop_opens(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    terms = tmp_path / "en" / "terms.md"
    terms.write_text("---\ntitle: Terms\ndescription: Ours.\n---\n{{ shop.title }}\n")
    given = environment(database=f"sqlite:///{tmp_path / 'shop.db'}", secret="s" * 40)

    done = run_command("run", environment={**given, "SHOP_PAGES": str(tmp_path)})

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        f"shop: SHOP_PAGES cannot be used:\n{terms}:5: {{{{ shop.title }}}} is none of "
    )


@pytest.mark.smoke
def test_a_second_server_on_the_same_database_is_refused(shop: Server) -> None:
    other_address = {**shop.environment, "SHOP_BIND": f"127.0.0.1:{free_port()}"}

    done = run_command("run", environment=other_address)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shop: another server has this database open")
    assert done.stderr.count("\n") == 1
    assert shop.is_open


def test_a_taken_address_is_reported_in_one_sentence(
    shop: Server, server_factory: ServerFactory
) -> None:
    other = server_factory.build()
    taken = {**other.environment, "SHOP_BIND": shop.host}

    done = run_command("run", environment=taken)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"shop: nobody can listen on {shop.host}: ")
    assert done.stderr.count("\n") == 1


async def test_sigint_and_sigterm_shut_down_cleanly_without_losing_ops(
    server_factory: ServerFactory,
) -> None:
    shop = server_factory.open(drain_ms=500)
    async with await new_shopper(shop) as ada:
        tab = await ada.tab()
        for n in range(1, 33):
            await tab.send_frame("op", n=n, k="line.set", sku=APPLES, qty=n)
        await tab.verdict(1)
        shop.send_signal(signal.SIGINT)

        assert (await tab.close_frame()).code == 1012
        assert await asyncio.to_thread(shop.exit_code) == 0
        shop.start()
        reconnected = await ada.tab(outbox=tab.outbox)
        shop.send_signal(signal.SIGTERM)

        assert (await reconnected.close_frame()).code == 1012
        assert await asyncio.to_thread(shop.exit_code) == 0
    assert reconnected.welcome["last"] == 32


async def test_a_second_signal_ends_the_drain_at_once(server_factory: ServerFactory) -> None:
    shop = server_factory.open(drain_ms=DRAIN_S * 1000)
    async with await new_shopper(shop) as ada:
        tab = await ada.tab()
        began_s = time.monotonic()
        shop.send_signal(signal.SIGTERM)
        await tab.expect("drain")
        shop.send_signal(signal.SIGTERM)

        assert await asyncio.to_thread(shop.exit_code) == 0
    assert time.monotonic() - began_s < DRAIN_S


async def test_an_account_that_a_command_added_can_sign_in(shop: Server) -> None:
    password = "five green bottles"
    command = ("account", "add", "Grace@shop.example", "--name", "Grace")
    done = await asyncio.to_thread(lambda: shop.command(*command, given=f"{password}\n"))
    assert (done.returncode, done.stderr) == (0, "")

    async with Shopper(shop) as grace:
        login = {"email": "grace@SHOP.example", "password": password}
        assert (await grace.send("POST", "/api/session", login)).json["name"] == "Grace"
        assert (await grace.tab()).welcome["last"] == 0


async def test_a_new_secret_ends_all_logins_and_keeps_the_carts(
    server_factory: ServerFactory,
) -> None:
    shop = server_factory.open(drain_ms=0)
    async with await new_shopper(shop) as ada:
        await (await ada.tab()).submit(1, "line.add", sku=APPLES, qty=2)
        await asyncio.to_thread(shop.end)
        shop.environment["SHOP_SECRET"] = "another secret of these tests, also long enough"
        await asyncio.to_thread(shop.start)

        assert (await (await ada.socket()).close_frame()).code == 4401
        login = {"email": ada.email, "password": PASSWORD}
        assert (await ada.send("POST", "/api/session", login)).status == 200
        assert await ada.quantities() == {APPLES: 2}


def test_a_database_of_a_newer_shop_is_refused_in_one_sentence(
    server_factory: ServerFactory,
) -> None:
    shop = server_factory.build()
    assert shop.command("seed").returncode == 0
    engine = connect(shop.database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    done = shop.command("run")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("shop: this database is not for this shop: a newer shop")
