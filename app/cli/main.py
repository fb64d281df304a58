"""The shop's commands; `shop --help` lists them.

A command's module is imported when its name is the one that was typed, so `--help` costs only the
standard library, and `shop order list` no web server.
"""

import argparse
import gc
import os
import pkgutil
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from app.cli.errors import CommandError
from app.domain.errors import DatabaseUnavailable, SharedSession, UnusableFile
from app.domain.plain_text import printable

BAD_USE = 2
UNAVAILABLE = 1
INTERRUPTED = 128 + 2
UNREAD = 128 + 13


class Command(NamedTuple):
    """One line of `shop --help`, and where the command's arguments are, as `module:function`.

    The function takes the command's parser, and sets `run` to a function of the parsed options.
    """

    help: str
    add_arguments: str


COMMANDS: Mapping[str, Command] = {
    "run": Command("open the shop", "app.cli.run:add_run_arguments"),
    "seed": Command(
        "add what the catalogue has and the shop has not", "app.cli.seed:add_seed_arguments"
    ),
    "account": Command(
        "accounts: add, list, disable, end logins, set password, address, role",
        "app.cli.accounts:add_account_arguments",
    ),
    "product": Command("products", "app.cli.products:add_product_arguments"),
    "stock": Command(
        "stock: receive, write off, count, and its log", "app.cli.stock:add_stock_arguments"
    ),
    "sales": Command("what was sold on a day or in a week", "app.cli.sales:add_sales_arguments"),
    "order": Command("orders", "app.cli.orders:add_order_arguments"),
    "payment": Command(
        "payments by card: check that they agree with orders",
        "app.cli.payments:add_payment_arguments",
    ),
    "voucher": Command("vouchers", "app.cli.vouchers:add_voucher_arguments"),
    "mail": Command("mails: list them, try them again", "app.cli.mails:add_mail_arguments"),
    "backup": Command(
        "copy the database to a new file, also while the shop is open",
        "app.cli.backup:add_backup_arguments",
    ),
    "restore": Command(
        "put a backup in the place of the database, which is kept beside it",
        "app.cli.backup:add_restore_arguments",
    ),
    "restored": Command(
        "say that the database was restored by other means, as PostgreSQL's are",
        "app.cli.backup:add_restored_arguments",
    ),
    "load": Command(
        "push a shop, and check its promises meanwhile", "app.cli.load:add_load_arguments"
    ),
    "config": Command(
        "print the settings and where they come from", "app.cli.config:add_config_arguments"
    ),
}


def main(words: Sequence[str] | None = None) -> None:
    """Run one command; what went wrong is one sentence, and exit 2 (1 without a database).

    Ended with Ctrl-C it exits with 130, and with 141 if nobody reads what it prints any more.
    """
    try:
        options = _parse(sys.argv[1:] if words is None else words)
        options.run(options)
        sys.stdout.flush()
    except (CommandError, UnusableFile) as error:
        _fail(str(error), BAD_USE)
    except SharedSession as error:
        _fail(f"SHOP_DATABASE cannot be used: {error}.", BAD_USE)
    except KeyboardInterrupt:
        _fail("interrupted.", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(UNREAD) from None
    except (DatabaseUnavailable, OSError) as error:
        _fail(_sentence(error), UNAVAILABLE)


def _sentence(error: DatabaseUnavailable | OSError) -> str:
    """Name the file that cannot be used; without one, it was a connection to the database."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}."
    return f"the database cannot be asked just now: {error}"


def _parse(words: Sequence[str]) -> argparse.Namespace:
    """Parse *words*; only the command that they name gets its arguments."""
    parser = argparse.ArgumentParser("shop", description="A grocery whose cart is alive.")
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    chosen = next((word for word in words if not word.startswith("-")), "")
    for name, command in COMMANDS.items():
        command_parser = parsers.add_parser(name, help=command.help)
        if name == chosen:
            _imported(command.add_arguments)(command_parser)
    return parser.parse_args(words)


def _imported(name: str) -> Callable[[argparse.ArgumentParser], None]:
    """Return the function called *name*.

    Modules stay, so they are never visited to look for garbage: that took a sixth of a start.
    """
    gc.disable()
    found: Callable[[argparse.ArgumentParser], None] = pkgutil.resolve_name(name)
    gc.freeze()
    gc.enable()
    return found


def _fail(sentence: str, status: int) -> None:
    print(f"shop: {printable(sentence)}", file=sys.stderr)
    raise SystemExit(status)
