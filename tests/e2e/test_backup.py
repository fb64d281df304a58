"""A restored database: tabs overwrite nothing silently, and no old session is valid."""

import asyncio
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.e2e.catalog import APPLES, MILK
from tests.e2e.conftest import ServerFactory
from tests.e2e.raw_client import PASSWORD, Shopper, new_shopper
from tests.e2e.server import Server


def back_up(shop: Server, to: Path) -> None:
    """Run `shop backup`; on PostgreSQL it names another tool, which is run instead."""
    done = shop.command("backup", str(to))
    if done.returncode:
        _run(done.stderr)
    assert to.stat().st_size > 0


def restore(shop: Server, backup: Path) -> str:
    """Run `shop restore`, or the tool that it names and `shop restored`; return the output."""
    done = shop.command("restore", str(backup))
    if done.returncode:
        _run(done.stderr)
        done = shop.command("restored")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _run(printed: str) -> None:
    command, _, then = re.split("[Rr]un: ", printed.strip())[1].partition(" && ")
    assert then in {"", "shop restored"}
    subprocess.run(shlex.split(command), check=True)


async def sign_in_again(ada: Shopper) -> None:
    """Sign in again; the old cookie is refused first."""
    assert (await ada.send("GET", "/api/cart")).status == 401
    login = {"email": ada.email, "password": PASSWORD}
    assert (await ada.send("POST", "/api/session", login)).status == 200


@pytest.mark.on_both
async def test_a_tab_ahead_of_a_restored_backup_gets_a_snapshot_and_overwrites_nothing(
    server_factory: ServerFactory, tmp_path: Path
) -> None:
    shop, backup = server_factory.open(drain_ms=0), tmp_path / "backup"
    async with await new_shopper(shop) as ada:
        tab = await ada.tab()
        await tab.submit(1, "line.add", sku=APPLES, qty=2)
        await asyncio.to_thread(back_up, shop, backup)
        await tab.submit(2, "line.add", sku=MILK, qty=1)
        await tab.receive_pending()
        position, cookie = tab.at, ada.cookie
        await asyncio.to_thread(shop.end)

        printed = await asyncio.to_thread(restore, shop, backup)
        await asyncio.to_thread(shop.start)

        assert "1 carts have a new epoch, and 1 logins have ended." in printed
        await sign_in_again(ada)
        assert ada.cookie != cookie
        reconnected = await ada.tab(tab=tab.tab, gen=2, outbox=tab.outbox, at=position, pend=[3])
        assert (reconnected.welcome["why"], reconnected.welcome["last"]) == ("epoch", 1)
        assert await ada.quantities() == {APPLES: 2}

        await reconnected.send_frame("op", n=3, k="line.set", sku=MILK, qty=5)
        assert (await reconnected.expect("need", "ok", "no")) == {"t": "need", "n": 2}
        assert await ada.quantities() == {APPLES: 2}

        fresh = await ada.tab(at=reconnected.at)
        assert fresh.welcome["mode"] == "same"
        assert (await fresh.submit(1, "line.set", sku=MILK, qty=5))["rev"] == 2
        assert await ada.quantities() == {APPLES: 2, MILK: 5}
    assert shop.alarms() == []


async def test_a_restored_backup_without_a_new_epoch_raises_an_alarm(
    server_factory: ServerFactory, tmp_path: Path
) -> None:
    """Without `shop restored` the position of the tab is ahead of the database."""
    shop, backup = server_factory.open(drain_ms=0), tmp_path / "backup"
    async with await new_shopper(shop) as ada:
        tab = await ada.tab()
        await asyncio.to_thread(back_up, shop, backup)
        await tab.submit(1, "line.add", sku=MILK, qty=1)
        await tab.receive_pending()
        await asyncio.to_thread(shop.end)

        backup.replace(shop.database.removeprefix("sqlite:///"))
        await asyncio.to_thread(shop.start)

        assert (await ada.tab(at=tab.at)).welcome["why"] == "future"
    assert len(shop.alarms()) == 1


@pytest.mark.on_both
@pytest.mark.parametrize("command", [("restore", "backup"), ("restored",)], ids=["copy", "anew"])
def test_restoring_is_refused_while_a_server_runs(
    server_factory: ServerFactory, command: tuple[str, ...], tmp_path: Path
) -> None:
    shop = server_factory.open()
    (tmp_path / "backup").touch()

    done = shop.command(*command)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "shop: a server has this database open. End all servers first.\n"
    assert shop.is_open
