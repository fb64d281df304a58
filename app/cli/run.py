"""`shop run`: one server, or several worker processes behind one port."""

import argparse
import logging
import os
import socket
import sys
import time
from contextlib import closing
from pathlib import Path

from app.cli.database import open_database
from app.cli.demo import SHOPPER, STAFF, Demo, add_demo_accounts, as_demo
from app.cli.errors import CommandError
from app.cli.open_files import require_open_files
from app.cli.settings import read_settings
from app.runtime.build import build
from app.runtime.config import Config, sources
from app.runtime.logging import set_up_logs
from app.runtime.shop_pages import load_text_pages
from app.runtime.supervisor import Workers, one_worker, several_workers
from app.services.passwords import hash_password
from app.services.text_pages import PageFault
from app.store.catalog import load_categories
from app.store.order_currencies import ordered_in
from app.store.product_edits import Editor
from app.store.queries import run_query
from app.store.seed import seed
from app.store.seed_texts import add_texts
from app.store.server_lock import AlreadyLocked, ServerLock, acquire_server_lock
from app.store.thesaurus import load_thesaurus

log = logging.getLogger(__name__)

MOST_WORKERS = 64
LEAST_FILES = 64


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `shop run`."""
    parser.add_argument("--demo", action="store_true", help="with a database and accounts to try")
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="run N processes behind one port; needs PostgreSQL and SHOP_REDIS",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Serve until a signal comes."""
    config, demo = _settings(is_demo=options.demo)
    set_up_logs(config.log, config.node)
    _check_files(config)
    require_open_files(LEAST_FILES, "Connections of shoppers count, too: 1,024 are few.")
    if options.workers is not None:
        _run_workers(config, options.workers, demo)
        return
    if config.demo:
        _run_to_restart(config, demo)
        return
    with closing(_lock_database(config)) as lock:
        _try_addresses(config, 1)
        _prepare_database(config, demo)
        build(config, lock, lambda: _print_ready(config, demo)).run()


def _settings(*, is_demo: bool) -> tuple[Config, Demo | None]:
    config = read_settings()
    if is_demo:
        given = {name for name, source in sources(os.environ).items() if source != "default"}
        return as_demo(config, frozenset(given))
    if not config.secret:
        how = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        raise CommandError(f"SHOP_SECRET is not set. Make one, and keep it: {how}")
    return config, None


def _check_files(config: Config) -> None:
    """Refuse files that no server could use, and log which pages are not in every language.

    Workers would each fail with a traceback, again and again. Raises UnusableFile and OSError.
    """
    load_thesaurus()
    if not config.mail_server:
        Path(config.mail_folder).mkdir(parents=True, exist_ok=True)
    try:
        missing = load_text_pages(config).missing(config.settings.languages)
    except PageFault as fault:
        raise CommandError(f"SHOP_PAGES cannot be used:\n{fault}") from None
    if missing:
        log.warning("pages of text are not translated", extra={"missing": missing})


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
    _prepare_database(config, demo)
    _supervise(several_workers(config, count), config, demo)


def _run_to_restart(config: Config, demo: Demo | None) -> None:
    """Run one process that is replaced when it is killed, as the button of the demo does."""
    with closing(_lock_database(config)):
        _try_addresses(config, 1)
        _prepare_database(config, demo)
    _supervise(one_worker(config), config, demo)


def _supervise(workers: Workers, config: Config, demo: Demo | None) -> None:
    if not workers.run(lambda: _print_ready(config, demo)):
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
    """Listen once on each address, so that one that is taken is a sentence and no traceback."""
    _try_address(config.host, config.port, "SHOP_BIND")
    if config.metrics:
        for number in range(workers):
            port = config.metrics_port + number
            _try_address(config.metrics_host, port, "SHOP_METRICS")


def _try_address(host: str, port: int, setting: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        why, *_ = str(error.strerror).split(" (")
        raise CommandError(
            f"nobody can listen on {host}:{port}: {why}. Set {setting} to another address or port."
        ) from None


def _prepare_database(config: Config, demo: Demo | None) -> None:
    """Migrate the database, seed it if it is empty, and add what a demo has besides."""
    engine = open_database(config)
    now_s = int(time.time())
    _require_currency(config, run_query(engine, ordered_in))
    if not run_query(engine, load_categories):
        currency = config.settings.currency.code
        run_query(engine, seed, zone=config.zone, currency=currency, now_s=now_s)
    if demo:
        run_query(engine, add_texts, Editor(None, "shop run --demo", now_s))
        run_query(engine, add_demo_accounts, demo, hash_password, now_s)
    engine.dispose()


def _require_currency(config: Config, used: frozenset[str]) -> None:
    """Refuse a database with orders in another currency: its prices would be others."""
    code = config.settings.currency.code
    if others := sorted(used - {code}):
        raise CommandError(
            f"the shop's currency is {code}, and there are orders in {', '.join(others)}, in whose"
            " minor units prices are stored too. Set “currency” in the file that SHOP_SETTINGS"
            " names to that one, or SHOP_DATABASE to another database."
        )


def _print_ready(config: Config, demo: Demo | None) -> None:
    print(f"The shop is open at {config.origins[0]} (Ctrl+C closes it).")
    if demo:
        print(f"  shopper  {SHOPPER}   password {demo.shopper_password}")
        print(f"  staff    {STAFF}     password {demo.staff_password}")
    sys.stdout.flush()
