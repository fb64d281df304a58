"""Output and exit codes of the commands: a user error is one sentence and exit code 2."""

import sys
from io import StringIO
from pathlib import Path

import pytest

from app.cli.main import COMMANDS
from tests.cli.conftest import RunCommand
from tests.e2e.catalog import APPLES, GHOST

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
BAD_ARGUMENTS = {
    "an unknown product": ((GHOST, "--stock", "1"), "there is no product"),
    "nothing to set": ((APPLES,), "needs --price, --stock or both"),
    "no price": ((APPLES, "--price", "NaN"), "not a price like 2.20"),
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


def test_seeding_twice_adds_everything_once(run_command: RunCommand) -> None:
    first, second = run_command("seed"), run_command("seed")

    assert (first.code, second.code) == (0, 0)
    assert first.out.endswith("and 3 vouchers; what was there is as it was.\n")
    assert second.out.startswith("Added 0 categories, 0 products and 0 vouchers")


def test_config_prints_each_value_and_its_source_but_not_the_secret(
    run_command: RunCommand,
) -> None:
    output = run_command("config", bind="127.0.0.1:4000", secret=SECRET, limits="load").out
    lines = {line.split()[0]: line.split()[1:] for line in output.splitlines()}

    assert lines["SHOP_BIND"][:2] == ["127.0.0.1:4000", "SHOP_BIND"]
    assert lines["SHOP_BURST"][:2] == ["1000000", "SHOP_LIMITS=load"]
    assert lines["SHOP_HELLO_MS"][:2] == ["5000", "default"]
    assert SECRET not in output


@pytest.mark.parametrize("password", ["hunter2", "hun/ter2", "hun@ter2", "hun:ter2"])
def test_config_prints_no_password_of_a_database(run_command: RunCommand, password: str) -> None:
    database = f"postgresql://shop:{password}@127.0.0.1/shop"

    output = run_command(
        "config", database=database, redis=f"redis://:{password}@127.0.0.1:6379/0"
    ).out

    assert "postgresql://shop:***@127.0.0.1/shop" in output
    assert "redis://:***@127.0.0.1:6379/0" in output
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
