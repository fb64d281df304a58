"""The shop's commands; `shop --help` lists them."""

import argparse
import getpass
import os
import re
import secrets
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields
from uuid import uuid4

from sqlalchemy import Engine

from app.cli.backup import add_backup_commands, back_up, begin_anew, restore
from app.cli.demo import SHOPPER, STAFF, Demo, NotADemo, add_demo_accounts, as_demo
from app.cli.orders import (
    CommandError,
    add_order_commands,
    add_voucher_commands,
    make_voucher,
    move_order,
    told_orders,
)
from app.cli.products import add_product_commands, export_products, import_products, set_one
from app.domain.accounts import is_email
from app.domain.cart import AccountId
from app.domain.catalog import Money, Sku
from app.domain.edits import MOST_STOCK
from app.domain.errors import DatabaseUnavailable
from app.domain.money import read_pounds
from app.domain.product_text import read_count
from app.load.command import add_load
from app.load.plan import BadPlan
from app.runtime.build import build
from app.runtime.config import Config, read_config, sources, variable
from app.runtime.logging import set_up_logs
from app.runtime.setting_types import BadSetting
from app.runtime.supervisor import Workers
from app.services.passwords import Passwords, hash_password, make_hasher
from app.store.accounts import EmailTaken, Person, add_account
from app.store.catalog import load_categories
from app.store.database import run_query
from app.store.engines import connect
from app.store.migrations import TooNew, migrate
from app.store.seed import seed
from app.store.server_lock import AlreadyLocked, ServerLock, acquire_server_lock

BAD_USE = 2
MOST_WORKERS = 64


def main(words: Sequence[str] | None = None) -> None:
    """Run one command; what went wrong is one sentence, and exit 2."""
    options = _parser().parse_args(words)
    try:
        options.run(read_config(os.environ), options)
    except (BadSetting, BadPlan, CommandError, NotADemo) as fault:
        print(f"shop: {fault}", file=sys.stderr)
        raise SystemExit(BAD_USE) from None
    except TooNew as fault:
        print(f"shop: this database is not for this shop: {fault}.", file=sys.stderr)
        raise SystemExit(BAD_USE) from None
    except (DatabaseUnavailable, OSError) as fault:
        print(f"shop: the database cannot be asked just now: {fault}", file=sys.stderr)
        raise SystemExit(1) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("shop", description="A grocery whose cart is alive.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="open the shop")
    run.add_argument("--demo", action="store_true", help="with a database and accounts to try")
    run.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="run N processes behind one port; needs PostgreSQL and SHOP_REDIS",
    )
    run.set_defaults(run=_run)

    filling = commands.add_parser("seed", help="add what the catalogue has and the shop has not")
    filling.set_defaults(run=_seed)

    account = commands.add_parser("account", help="accounts").add_subparsers(required=True)
    adding = account.add_parser("add", help="add an account; asks for its password")
    adding.add_argument("email")
    adding.add_argument("--name", required=True)
    adding.add_argument("--staff", action="store_true", help="a member of staff")
    adding.set_defaults(run=_add_account)

    on_products = (_set_product, _export_products, _import_products)
    add_product_commands(commands, _price, _stock, on_products)
    add_order_commands(commands, _list_orders, _move_order)
    add_voucher_commands(commands, _price, _stock, _add_voucher)
    add_backup_commands(commands, (_back_up, _restore, _begin_anew))
    add_load(commands)

    settings = commands.add_parser("config", help="print the settings and where they come from")
    settings.set_defaults(run=_print_config)
    return parser


def _run(config: Config, options: argparse.Namespace) -> None:
    demo = None
    if options.demo:
        given = {name for name, source in sources(os.environ).items() if source != "default"}
        config, demo = as_demo(config, frozenset(given))
    elif not config.secret:
        made = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        raise CommandError(f"SHOP_SECRET is not set. Make one, and keep it: {made}")
    set_up_logs(config.log, config.node)
    if options.workers is not None:
        _run_workers(config, options.workers, demo)
        return
    with closing(_lock_database(config)) as locked:
        _try_addresses(config, 1)
        _prepare(config, demo)
        build(config, locked, lambda: _say_ready(config, demo)).run()


def _run_workers(config: Config, count: int, demo: Demo | None) -> None:
    if not 0 < count <= MOST_WORKERS:
        raise CommandError(f"--workers needs a number from 1 to {MOST_WORKERS}.")
    if not config.redis:
        raise CommandError(
            "--workers needs SHOP_DATABASE=postgresql://… and SHOP_REDIS=redis://…, which the"
            " workers share."
        )
    _lock_database(config).close()
    _try_addresses(config, count)
    _prepare(config, demo)
    if not Workers(config, count).run(lambda: _say_ready(config, demo)):
        raise SystemExit(1)


def _lock_database(config: Config) -> ServerLock:
    try:
        return acquire_server_lock(config.database, shared=bool(config.redis))
    except AlreadyLocked as lock:
        if config.redis:
            why = "a server without SHOP_REDIS has this database open. End it first"
        elif config.is_shareable:
            why = "another server has this database open. Set SHOP_REDIS for all of them"
        else:
            why = f"another server has this database open ({lock} is locked). End it first"
        raise CommandError(f"{why}, or set SHOP_DATABASE to another one.") from None


def _try_addresses(config: Config, workers: int) -> None:
    _try_address(config.host, config.port, "SHOP_BIND")
    if config.metrics:
        for number in range(workers):
            port = config.metrics_port + number
            _try_address(config.metrics_host, port, "SHOP_METRICS")


def _try_address(host: str, port: int, setting: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as fault:
        why, *_ = str(fault.strerror).split(" (")
        raise CommandError(
            f"nobody can listen on {host}:{port}: {why}. Set {setting} to another address or port."
        ) from None


def _prepare(config: Config, demo: Demo | None) -> None:
    engine = _open(config)
    if not run_query(engine, load_categories):
        run_query(engine, seed)
    if demo:
        run_query(engine, add_demo_accounts, demo, hash_password, int(time.time()))
    engine.dispose()


def _open(config: Config) -> Engine:
    engine = connect(config.database)
    migrate(engine)
    return engine


def _say_ready(config: Config, demo: Demo | None) -> None:
    print(f"The shop is open at {config.origins[0]} (Ctrl+C closes it).")
    if demo:
        print(f"  shopper  {SHOPPER}   password {demo.shopper_password}")
        print(f"  staff    {STAFF}     password {demo.staff_password}")
    sys.stdout.flush()


def _seed(config: Config, _options: argparse.Namespace) -> None:
    added = run_query(_open(config), seed)
    print(
        f"Added {added.categories} categories, {added.products} products"
        f" and {added.vouchers} vouchers; what was there is as it was."
    )


def _add_account(config: Config, options: argparse.Namespace) -> None:
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not is_email(options.email):
        raise CommandError(f"“{options.email}” is not an e-mail address.")
    passwords = Passwords(make_hasher())
    if weakness := passwords.weakness(password):
        raise CommandError(weakness)
    account = AccountId(f"u-{uuid4()}")
    person = Person(account, options.email, options.name, hash_password(password), options.staff)
    try:
        run_query(_open(config), add_account, person, secrets.token_hex(4), int(time.time()))
    except EmailTaken:
        raise CommandError(f"there is an account with {options.email} already.") from None
    print(f"Added {person.email} as {account}.")


def _set_product(config: Config, options: argparse.Namespace) -> None:
    wanted = (Sku(options.sku), options.price, options.stock)
    print(run_query(_open(config), set_one, *wanted, int(time.time())))


def _export_products(config: Config, options: argparse.Namespace) -> None:
    if str(options.file) == "-":
        run_query(_open(config), export_products, sys.stdout)
        return
    with options.file.open("w", encoding="utf-8", newline="") as file:
        count = run_query(_open(config), export_products, file)
    print(f"Wrote {count} products to {options.file}.")


def _import_products(config: Config, options: argparse.Namespace) -> None:
    now_s, sets_stock = int(time.time()), options.set_stock
    print(run_query(_open(config), import_products, options.file, now_s, sets_stock=sets_stock))


def _list_orders(config: Config, options: argparse.Namespace) -> None:
    print(*run_query(_open(config), told_orders, options.state, options.page), sep="\n")


def _move_order(config: Config, options: argparse.Namespace) -> None:
    now_s = int(time.time())
    print(run_query(_open(config), move_order, options.number, options.state, now_s))


def _add_voucher(config: Config, options: argparse.Namespace) -> None:
    print(run_query(_open(config), make_voucher, options))


def _back_up(config: Config, options: argparse.Namespace) -> None:
    print(back_up(config.database, options.file))


def _restore(config: Config, options: argparse.Namespace) -> None:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    with closing(_lock_alone(config)):
        print(restore(config.database, options.file, secrets.token_hex(4), stamp))


def _begin_anew(config: Config, _options: argparse.Namespace) -> None:
    with closing(_lock_alone(config)):
        print(begin_anew(_open(config), secrets.token_hex(4)))


def _lock_alone(config: Config) -> ServerLock:
    try:
        return acquire_server_lock(config.database, shared=False)
    except AlreadyLocked:
        raise CommandError("a server has this database open. End all servers first.") from None


def _print_config(config: Config, _options: argparse.Namespace) -> None:
    where = sources(os.environ)
    for each in fields(config):
        value = getattr(config, each.name)
        shown = "(kept to itself)" if each.name == "secret" and value else _shown(value)
        shown = re.sub("(?<=//)([^:/@]*):.*@", r"\1:***@", shown)
        print(f"{variable(each.name):28} {shown:32} {where[each.name]:18} {each.metadata['what']}")


def _shown(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _price(text: str) -> Money:
    if (price := read_pounds(text)) is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a price like 2.20")
    return price


def _stock(text: str) -> int:
    if (stock := read_count(text, MOST_STOCK)) is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 0 to {MOST_STOCK}")
    return stock
