"""`shop load`: its arguments, and the course of a test from the accounts to the report."""

import argparse
import asyncio
import json
import math
import secrets
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich.console import Console

from app.client import InvalidResponse, Problem, Shop
from app.domain.catalog import Sku
from app.load.account_setup import AccountSetup, StoredAccount, load_accounts, save_accounts
from app.load.page import page
from app.load.plan import MOST_WINDOW, BadPlan, Plan, Scenario
from app.load.pool import WorkerPool
from app.load.progress import ProgressDisplay, print_breaches, print_table
from app.load.run import Run
from app.load.summary import values

MAX_ACCOUNTS, MAX_TABS, MAX_PROCESSES = 20_000, 10, 64
MAX_SECONDS, MAX_RATE, MAX_OPS = 86_400, 1_000_000, 10**9
MAX_SKUS: Final = 20
BROKEN: Final = 1


def add_load(commands: Any) -> None:
    """Add the command and its arguments."""
    load = commands.add_parser("load", help="push a shop, and check its promises meanwhile")
    load.set_defaults(run=lambda _config, options: run_load(options))
    option = load.add_argument
    option("--url", default="http://127.0.0.1:8000", help="the shop (%(default)s)")
    option("--scenario", type=Scenario, choices=list(Scenario), default=Scenario.SHOPPING)
    option("--accounts", type=_whole(1, MAX_ACCOUNTS), default=20)
    option("--tabs", type=_whole(1, MAX_TABS), default=2, help="for each account (%(default)s)")
    option("--seconds", type=_number(0.1, MAX_SECONDS), default=10.0, help="how long (%(default)s)")
    option("--ramp", type=_number(0, MAX_SECONDS), default=1.0, help="seconds until all are there")
    option("--rate", type=_number(0, MAX_RATE), default=0.0, help="ops a second, answered or not")
    option("--window", type=_whole(1, MOST_WINDOW), default=1, help="ops under way (hammer)")
    option("--most", type=_whole(0, MAX_OPS), default=0, help="end after so many ops")
    option("--processes", type=_whole(1, MAX_PROCESSES), default=1)
    option("--seed", type=_whole(0, 2**32), help="repeats a run's choices (drawn)")
    option("--chaos", action="store_true", help="cut lines, repeat and double ops at random")
    option("--settle", type=_number(0.1, MAX_SECONDS), default=30.0, help="seconds to come to rest")
    option("--accounts-file", type=Path, help="keep the accounts here, and use them again")
    option("--json", type=Path, help="write all figures here")
    option("--html", type=Path, help="write a report with plots here")
    option("--i-own-this-shop", action="store_true", help="push a shop that is not on this machine")


def run_load(options: argparse.Namespace) -> None:
    """Run the test; exit with 1 if a promise was broken."""
    plan = _plan(options)
    plan.check()
    console = Console()
    console.print(f"{plan.url}: {plan.accounts} accounts, seed {plan.seed}.", highlight=False)
    accounts, skus = asyncio.run(_prepare(plan, options.accounts_file, console))
    runs = [_run(each, accounts, skus, console) for each in _plans(plan)]
    print_table(console, runs)
    print_breaches(console, runs)
    _write(options.json, lambda: json.dumps(values(runs), indent=1) + "\n")
    _write(options.html, lambda: page(runs))
    if any(run.breaches for run in runs):
        raise SystemExit(BROKEN)


def _plan(options: argparse.Namespace) -> Plan:
    return Plan(
        url=options.url.rstrip("/"),
        scenario=options.scenario,
        accounts=options.accounts,
        tabs=options.tabs,
        seconds=options.seconds,
        ramp_s=options.ramp,
        rate=options.rate,
        window=options.window,
        most=options.most,
        processes=options.processes,
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        is_chaotic=options.chaos,
        owns_shop=options.i_own_this_shop,
        settle_s=options.settle,
    )


def _plans(plan: Plan) -> list[Plan]:
    """Return the plans to run: HTTP is compared with the same shopping over websockets."""
    if plan.scenario is Scenario.HTTP:
        return [replace(plan, scenario=Scenario.SHOPPING), plan]
    return [plan]


async def _prepare(
    plan: Plan, path: Path | None, console: Console
) -> tuple[list[StoredAccount], list[Sku]]:
    """Return logged-in accounts, and the SKUs of available products. Raises BadPlan."""
    shop = Shop(plan.url)
    stored = load_accounts(path) if path else []
    try:
        with console.status("accounts") as status:
            setup = AccountSetup(shop, lambda count: status.update(f"{count} accounts"))
            accounts = await setup.sign_in_all(plan.accounts, stored)
        skus = [product.sku async for product in shop.products() if product.state == "ok"]
    except (OSError, TimeoutError, InvalidResponse, Problem) as error:
        raise BadPlan(f"{plan.url} does not let us in: {error}.") from None
    if path:
        save_accounts(path, accounts + stored[len(accounts) :])
    if not skus:
        raise BadPlan(f"{plan.url} has nothing to sell. Fill it with “shop seed”.")
    return accounts, skus[:MAX_SKUS]


def _run(
    plan: Plan, accounts: Sequence[StoredAccount], skus: Sequence[Sku], console: Console
) -> Run:
    """Run one plan; the first Ctrl+C ends it early with a report, the second at once."""
    with WorkerPool(plan, accounts, skus) as pool, ProgressDisplay(console) as display:

        def end(_number: int, _frame: FrameType | None) -> None:
            pool.stop()
            signal.signal(signal.SIGINT, usual)

        usual = signal.signal(signal.SIGINT, end)
        try:
            return pool.run(display.show)
        finally:
            signal.signal(signal.SIGINT, usual)


def _write(path: Path | None, text: Callable[[], str]) -> None:
    if path:
        path.write_text(text())


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"“{text}” is not a number from {least} to {most}")
        return int(text)

    return read


def _number(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"“{text}” is not a number from {least} to {most}")
        return value

    return read
