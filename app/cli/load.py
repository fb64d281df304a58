"""`shop load`: the load test, from the first account to the report."""

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
from typing import Final

from rich.console import Console

from app.cli.errors import CommandError
from app.cli.settings import read_settings
from app.client import InvalidResponse, Problem, Shop
from app.domain.catalog import Sku
from app.load.account_setup import AccountSetup, Kept, keep_accounts, read_accounts
from app.load.page import page
from app.load.plan import MOST_WINDOW, BadPlan, Plan, Scenario
from app.load.pool import Pool
from app.load.progress import Screen, print_breaches, print_table
from app.load.run import Run
from app.load.summary import values

MOST_ACCOUNTS, MOST_TABS, MOST_PROCESSES = 20_000, 10, 64
LONGEST_S, MOST_RATE, MOST_OPS = 86_400, 1_000_000, 10**9
ENOUGH_SKUS: Final = 20
BROKEN: Final = 1


def add_load_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `shop load`."""
    parser.set_defaults(run=run_load)
    add = parser.add_argument
    add("--url", default="http://127.0.0.1:8000", help="the shop (%(default)s)")
    add("--scenario", type=Scenario, choices=list(Scenario), default=Scenario.SHOPPING)
    add("--accounts", type=_whole(1, MOST_ACCOUNTS), default=20)
    add("--tabs", type=_whole(1, MOST_TABS), default=2, help="for each account (%(default)s)")
    add("--seconds", type=_number(0.1, LONGEST_S), default=10.0, help="how long (%(default)s)")
    add("--ramp", type=_number(0, LONGEST_S), default=1.0, help="seconds until all are there")
    add("--rate", type=_number(0, MOST_RATE), default=0.0, help="ops a second, answered or not")
    add("--window", type=_whole(1, MOST_WINDOW), default=1, help="ops under way (hammer)")
    add("--most", type=_whole(0, MOST_OPS), default=0, help="end after so many ops")
    add("--processes", type=_whole(1, MOST_PROCESSES), default=1)
    add("--seed", type=_whole(0, 2**32), help="repeats a run's choices (drawn)")
    add("--chaos", action="store_true", help="cut lines, repeat and double ops at random")
    add("--settle", type=_number(0.1, LONGEST_S), default=30.0, help="seconds to come to rest")
    add("--accounts-file", type=Path, help="keep the accounts here, and use them again")
    add("--json", type=Path, help="write all figures here")
    add("--html", type=Path, help="write a report with plots here")
    add("--i-own-this-shop", action="store_true", help="push a shop that is not on this machine")


def run_load(options: argparse.Namespace) -> None:
    """Run the load test and report it; exit 1 if the shop broke a promise."""
    read_settings()
    plan = _plan(options)
    try:
        plan.check()
        _run_plan(plan, options)
    except BadPlan as error:
        raise CommandError(str(error)) from None


def _run_plan(plan: Plan, options: argparse.Namespace) -> None:
    console = Console()
    console.print(f"{plan.url}: {plan.accounts} accounts, seed {plan.seed}.", highlight=False)
    accounts, skus = asyncio.run(_prepare(plan, options.accounts_file, console))
    runs = [_run(leg, accounts, skus, console) for leg in _legs(plan)]
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


def _legs(plan: Plan) -> list[Plan]:
    """Return the runs of *plan*: HTTP is compared with the same shopping over websockets."""
    if plan.scenario is Scenario.HTTP:
        return [replace(plan, scenario=Scenario.SHOPPING), plan]
    return [plan]


async def _prepare(plan: Plan, path: Path | None, console: Console) -> tuple[list[Kept], list[Sku]]:
    """Return accounts that are signed in, and products that they may put into their carts."""
    shop = Shop(plan.url)
    kept = read_accounts(path) if path else []
    try:
        with console.status("accounts") as status:
            setup = AccountSetup(shop, lambda count: status.update(f"{count} accounts"))
            accounts = await setup.enter(plan.accounts, kept)
        skus = [product.sku async for product in shop.products() if product.state == "ok"]
    except (OSError, TimeoutError, InvalidResponse, Problem) as error:
        raise BadPlan(f"{plan.url} does not let us in: {error}.") from None
    if path:
        keep_accounts(path, accounts + kept[len(accounts) :])
    if not skus:
        raise BadPlan(f"{plan.url} has nothing to sell. Fill it with “shop seed”.")
    return accounts, skus[:ENOUGH_SKUS]


def _run(plan: Plan, accounts: Sequence[Kept], skus: Sequence[Sku], console: Console) -> Run:
    """Run once; the first Ctrl+C ends it early, with a report, the second at once."""
    with Pool(plan, accounts, skus) as pool, Screen(console) as screen:

        def end(_number: int, _frame: FrameType | None) -> None:
            pool.end()
            signal.signal(signal.SIGINT, usual)

        usual = signal.signal(signal.SIGINT, end)
        try:
            return pool.run(screen.show)
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
