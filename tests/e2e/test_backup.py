"""A shop whose database was restored: nothing is overwritten silently, nobody is let in by it."""

import asyncio
import re
import shlex
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Street
from tests.e2e.server import Server
from tests.e2e.shelf import APPLES, MILK
from tests.e2e.wire import PASSWORD, Shopper, newcomer


def back_up(shop: Server, to: Path) -> None:
    """Run the command, and what it says is to be run in its place."""
    done = shop.command("backup", str(to))
    if done.returncode:
        _run(done.stderr)
    assert to.stat().st_size > 0


def restore(shop: Server, backup: Path) -> str:
    """Likewise; return what the shop says in the end."""
    done = shop.command("restore", str(backup))
    if done.returncode:
        _run(done.stderr)
        done = shop.command("restored")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _run(told: str) -> None:
    command, _, then = re.split("[Rr]un: ", told.strip())[1].partition(" && ")
    assert then in {"", "shop restored"}
    subprocess.run(shlex.split(command), check=True)


async def signed_in_again(ada: Shopper) -> None:
    """Sign in, after the old cookie has shown to be worth nothing."""
    assert (await ada.send("GET", "/api/cart")).status == 401
    login = {"email": ada.email, "password": PASSWORD}
    assert (await ada.send("POST", "/api/session", login)).status == 200


@pytest.mark.on_both
async def test_a_tab_that_knows_more_than_the_backup_is_told_and_overwrites_nothing(
    street: Street, tmp_path: Path
) -> None:
    shop, backup = street.open(), tmp_path / "backup"
    async with await newcomer(shop) as ada:
        tab = await ada.tab()
        await tab.ask(1, "line.add", sku=APPLES, qty=2)
        await asyncio.to_thread(back_up, shop, backup)
        await tab.ask(2, "line.add", sku=MILK, qty=1)
        await tab.hear_out()
        known, cookie = tab.at, ada.cookie
        await asyncio.to_thread(shop.end)

        told = await asyncio.to_thread(restore, shop, backup)
        await asyncio.to_thread(shop.start)

        assert "1 carts have a new epoch, and 1 logins have ended." in told
        await signed_in_again(ada)
        assert ada.cookie != cookie
        again = await ada.tab(tab=tab.tab, gen=2, outbox=tab.outbox, at=known, pend=[3])
        assert (again.welcome["why"], again.welcome["last"]) == ("epoch", 1)
        assert await ada.quantities() == {APPLES: 2}

        await again.say("op", n=3, k="line.set", sku=MILK, qty=5)
        assert (await again.expect("need", "ok", "no")) == {"t": "need", "n": 2}
        assert await ada.quantities() == {APPLES: 2}

        anew = await ada.tab(at=again.at)
        assert anew.welcome["mode"] == "same"
        assert (await anew.ask(1, "line.set", sku=MILK, qty=5))["rev"] == 2
        assert await ada.quantities() == {APPLES: 2, MILK: 5}
    assert shop.alarms() == []


async def test_without_a_new_epoch_the_tab_is_an_alarm(street: Street, tmp_path: Path) -> None:
    """The same, but for the command: what it is there for."""
    shop, backup = street.open(), tmp_path / "backup"
    async with await newcomer(shop) as ada:
        tab = await ada.tab()
        await asyncio.to_thread(back_up, shop, backup)
        await tab.ask(1, "line.add", sku=MILK, qty=1)
        await tab.hear_out()
        await asyncio.to_thread(shop.end)

        backup.replace(shop.database.removeprefix("sqlite:///"))
        await asyncio.to_thread(shop.start)

        assert (await ada.tab(at=tab.at)).welcome["why"] == "future"
    assert len(shop.alarms()) == 1


@pytest.mark.on_both
@pytest.mark.parametrize("words", [("restore", "backup"), ("restored",)], ids=["copy", "anew"])
def test_while_a_server_is_there_nothing_is_restored(
    street: Street, words: tuple[str, ...], tmp_path: Path
) -> None:
    shop = street.open()
    (tmp_path / "backup").touch()

    done = shop.command(*words)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "shop: a server has this database open. End all servers first.\n"
    assert shop.is_open


def test_a_backup_of_a_newer_shop_is_refused(street: Street, tmp_path: Path) -> None:
    shop, backup = street.build(), tmp_path / "backup"
    assert shop.command("seed").returncode == 0
    back_up(shop, backup)
    with sqlite3.connect(backup) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    done = shop.command("restore", str(backup))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"shop: nothing was changed, for {backup} is no backup")
    assert [path.name for path in shop.home.iterdir() if "before" in path.name] == []


def test_what_cannot_be_copied_or_put_back_is_one_sentence(street: Street, tmp_path: Path) -> None:
    shop = street.build()
    assert "there is no database" in shop.command("backup", str(tmp_path / "b")).stderr
    assert "there is no file" in shop.command("restore", str(tmp_path / "b")).stderr
    assert shop.command("seed").returncode == 0
    back_up(shop, tmp_path / "b")

    again = shop.command("backup", str(tmp_path / "b"))
    nowhere = shop.command("backup", str(tmp_path / "nowhere" / "b"))

    assert (again.returncode, nowhere.returncode) == (2, 2)
    assert again.stderr.endswith("already, and it stays as it is.\n")
    assert "there is no folder" in nowhere.stderr


def test_what_is_to_be_run_for_postgresql_names_no_password(street: Street) -> None:
    shop = street.build()
    shop.environment["SHOP_DATABASE"] = "postgresql+psycopg://me:hush@db.example:5433/shop"

    done = shop.command("backup", "a file")

    assert done.stderr.endswith("'--file=a file' postgresql://me@db.example:5433/shop\n")
