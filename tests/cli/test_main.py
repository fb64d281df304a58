"""Output and exit codes of the commands: a user error is one sentence and exit code 2."""

import json
import sqlite3
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest

from app.cli.main import COMMANDS
from tests.cli.conftest import RunCommand
from tests.e2e.catalog import APPLES, GHOST
from tests.shop_files import write_shop

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
    "no such file": ({"settings": "/no/shop.toml"}, "SHOP_SETTINGS: /no/shop.toml cannot be read"),
    "a folder": ({"settings": "/"}, "SHOP_SETTINGS: / cannot be read: Is a directory"),
    "of an older version": ({"timezone": "UTC"}, "SHOP_TIMEZONE: it is “timezone” in the file"),
    "a setting that is none": ({"colour": "blue"}, "SHOP_COLOUR: there is no such setting"),
    "no limits in public": ({**PUBLIC, "limits": "load"}, "SHOP_LIMITS: “load” is refused"),
    "another kind of limits": ({"limits": "none"}, "SHOP_LIMITS: one of these is needed"),
}
BAD_ARGUMENTS = {
    "an unknown product": ((GHOST, "--stock", "1"), "there is no product"),
    "nothing to set": ((APPLES,), "needs --price, --stock, --tax or --hold"),
    "no price": ((APPLES, "--price", "NaN"), "is not a price in GBP like 2.20"),
    "no rate": ((APPLES, "--tax", "VAT"), "not a rate of tax in percent"),
}


@pytest.mark.parametrize(("settings", "sentence"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_a_bad_setting_prints_one_sentence_and_exits_with_2(
    tmp_path: Path, run_command: RunCommand, settings: dict[str, str], sentence: str
) -> None:
    done = run_command("run", **settings)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"shop: {sentence}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("arguments", "sentence"), BAD_ARGUMENTS.values(), ids=BAD_ARGUMENTS)
def test_bad_arguments_of_product_set_print_one_sentence_and_exit_with_2(
    run_command: RunCommand, arguments: tuple[str, ...], sentence: str
) -> None:
    done = run_command("product", "set", *arguments)

    assert (done.code, done.out) == (2, "")
    assert sentence in done.err.splitlines()[-1]


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, run_command: RunCommand) -> None:
    run_command("seed")
    (tmp_path / "file").touch()

    done = run_command("backup", str(tmp_path / "file/copy"))

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith(f"shop: {tmp_path}/file/")
    assert done.err.endswith(" cannot be used: Not a directory.\n")


def test_seeding_twice_adds_everything_once(run_command: RunCommand) -> None:
    first, second = run_command("seed"), run_command("seed")

    assert (first.code, second.code) == (0, 0)
    assert first.out.endswith("and 3 vouchers; what was there is as it was.\n")
    assert second.out.startswith("Added 0 categories, 0 products and 0 vouchers")


def test_a_voucher_is_called_in_each_language_as_it_was_given_or_by_what_it_gives(
    run_command: RunCommand, tmp_path: Path
) -> None:
    run_command("voucher", "add", "TENTH", "--percent", "10", "--minimum", "20")
    run_command("voucher", "add", "FIVER", "--amount", "5", "--label-zh-Hant", "現折 £5")
    run_command("voucher", "add", "SPRING", "--amount", "5", "--label", "Spring is here")

    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        rows = database.execute("SELECT code, label, labels FROM vouchers").fetchall()
    assert {code: (label, json.loads(labels)) for code, label, labels in rows} == {
        "TENTH": ("10 % off from £20.00", {"zh-Hant": "滿 £20.00 享 10% 折扣"}),
        "FIVER": ("£5.00 off", {"zh-Hant": "現折 £5"}),
        "SPRING": ("Spring is here", {}),
    }


def test_config_prints_each_value_and_its_source_but_not_the_secret(
    run_command: RunCommand,
) -> None:
    keys = {"secret": SECRET, "stripe_key": "sk_live_7x7x", "stripe_webhook_secret": "whsec_8y8y"}
    output = run_command("config", bind="127.0.0.1:4000", limits="load", **keys).out
    lines = {line.split()[0]: line.split()[1:] for line in output.splitlines() if line}

    assert lines["SHOP_BIND"][:2] == ["127.0.0.1:4000", "SHOP_BIND"]
    assert lines["SHOP_BURST"][:2] == ["1000000", "SHOP_LIMITS=load"]
    assert lines["SHOP_HELLO_MS"][:2] == ["5000", "default"]
    assert lines["SHOP_STRIPE_KEY"][:3] == ["(kept", "to", "itself)"]
    assert not any(key in output for key in (SECRET, "7x7x", "8y8y"))


def test_a_currency_of_which_stripe_cannot_take_every_amount_is_refused(
    run_command: RunCommand, tmp_path: Path
) -> None:
    file = write_shop(tmp_path / "shop.toml", currency="BHD", decimals=3)

    done = run_command("config", settings=file, stripe_key="sk_test_1")

    assert (done.code, done.err) == (
        2,
        "shop: SHOP_STRIPE_KEY cannot be used: Stripe takes BHD with 2 decimals at most, not 3.\n",
    )


@pytest.mark.parametrize("password", ["hunter2", "hun/ter2", "hun@ter2", "hun:ter2"])
def test_config_prints_no_password_of_a_database(run_command: RunCommand, password: str) -> None:
    database = f"postgresql://shop:{password}@127.0.0.1/shop"

    output = run_command(
        "config",
        database=database,
        redis=f"redis://:{password}@127.0.0.1:6379/0",
        mail_server=f"smtps://shop:{quote(password, safe='')}@mail.example",
        mail_from="shop@shop.example",
    ).out

    assert "postgresql://shop:***@127.0.0.1/shop" in output
    in_query = run_command("config", database=f"postgresql://db/shop?user=a&password={password}")
    assert "password=***" in in_query.out
    assert "ter2" not in in_query.out
    assert "redis://:***@127.0.0.1:6379/0" in output
    assert "smtps://shop:***@mail.example" in output
    assert "ter2" not in output


def test_an_account_is_added_once(run_command: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("account", "add", "grace@shop.example", "--name", "Grace")
    results = []
    for _ in range(2):
        monkeypatch.setattr(sys, "stdin", StringIO("five green bottles\n"))
        results.append(run_command(*arguments))

    assert [result.code for result in results] == [0, 2]
    assert results[1].err.startswith("shop: there is an account with grace@shop.example already")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_own_help(run_command: RunCommand, name: str) -> None:
    result = run_command(name, "--help")

    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"usage: shop {name} ")
    assert "show this help message and exit" in result.out


def test_help_lists_every_command(run_command: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    result = run_command("--help")

    lines = [line.split(maxsplit=1) for line in result.out.splitlines() if line.strip()]
    assert result.code == 0
    listed = lines[lines.index(["COMMAND"]) + 1 : lines.index(["options:"])]
    assert listed == [[name, command.help] for name, command in COMMANDS.items()]
