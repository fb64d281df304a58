"""`shop load`: its words, and what it does from the first account to the report."""

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


def add_load(commands: Any) -> None:
    """Add the command and its words."""
    load = commands.add_parser("load", help="push a shop, and check its promises meanwhile")
    load.set_defaults(run=lambda _config, options: run_load(options))
    word = load.add_argument
    word("--url", default="http://127.0.0.1:8000", help="the shop (%(default)s)")
    word("--scenario", type=Scenario, choices=list(Scenario), default=Scenario.SHOPPING)
    word("--accounts", type=_whole(1, MOST_ACCOUNTS), default=20)
    word("--tabs", type=_whole(1, MOST_TABS), default=2, help="for each account (%(default)s)")
    word("--seconds", type=_number(0.1, LONGEST_S), default=10.0, help="how long (%(default)s)")
    word("--ramp", type=_number(0, LONGEST_S), default=1.0, help="seconds until all are there")
    word("--rate", type=_number(0, MOST_RATE), default=0.0, help="ops a second, answered or not")
    word("--window", type=_whole(1, MOST_WINDOW), default=1, help="ops under way (hammer)")
    word("--most", type=_whole(0, MOST_OPS), default=0, help="end after so many ops")
    word("--processes", type=_whole(1, MOST_PROCESSES), default=1)
    word("--seed", type=_whole(0, 2**32), help="repeats a run's choices (drawn)")
    word("--chaos", action="store_true", help="cut lines, repeat and double ops at random")
    word("--settle", type=_number(0.1, LONGEST_S), default=30.0, help="seconds to come to rest")
    word("--accounts-file", type=Path, help="keep the accounts here, and use them again")
    word("--json", type=Path, help="write all figures here")
    word("--html", type=Path, help="write a report with plots here")
    word("--i-own-this-shop", action="store_true", help="push a shop that is not on this machine")


def run_load(options: argparse.Namespace) -> None:
    """Push as the words say; exit 1 where a promise was broken."""
    plan = _plan(options)
    plan.check()
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
    """Return what is run: shopping over HTTP is put beside the same shopping over sockets."""
    if plan.scenario is Scenario.HTTP:
        return [replace(plan, scenario=Scenario.SHOPPING), plan]
    return [plan]


async def _prepare(plan: Plan, path: Path | None, console: Console) -> tuple[list[Kept], list[Sku]]:
    """Return accounts that are logged in, and what they may put into their carts."""
    shop = Shop(plan.url)
    kept = read_accounts(path) if path else []
    try:
        with console.status("accounts") as status:
            doorman = AccountSetup(shop, lambda count: status.update(f"{count} accounts"))
            accounts = await doorman.enter(plan.accounts, kept)
        skus = [product.sku async for product in shop.products() if product.state == "ok"]
    except (OSError, TimeoutError, InvalidResponse, Problem) as trouble:
        raise BadPlan(f"{plan.url} does not let us in: {trouble}.") from None
    if path:
        keep_accounts(path, accounts + kept[len(accounts) :])
    if not skus:
        raise BadPlan(f"{plan.url} has nothing to sell. Fill it with “shop seed”.")
    return accounts, skus[:ENOUGH_SKUS]


def _run(plan: Plan, accounts: Sequence[Kept], skus: Sequence[Sku], console: Console) -> Run:
    """Run one leg; the first Ctrl+C ends it early, with its report, the second at once."""
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
