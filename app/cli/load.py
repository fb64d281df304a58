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
from app.cli.open_files import require_open_files
from app.cli.settings import read_settings
from app.client import InvalidResponse, Problem, Product, Shop, Transport
from app.domain.catalog import Sku
from app.domain.members import MOST_MEMBERS
from app.load.account_setup import AccountSetup, People, StoredAccount, load_accounts, save_accounts
from app.load.page import page
from app.load.plan import MOST_WINDOW, SCARCE, BadPlan, Plan, Scenario
from app.load.pool import WorkerPool
from app.load.progress import ProgressDisplay, print_breaches, print_table
from app.load.run import Run
from app.load.summary import values

MAX_ACCOUNTS, MAX_TABS, MAX_PROCESSES = 20_000, 20, 64
MAX_SECONDS, MAX_RATE, MAX_OPS = 86_400, 1_000_000, 10**9
MAX_SKUS: Final = 20
BROKEN: Final = 1
NOTHING_SCARCE = "nothing is scarce at"
MAKE_SCARCE = "Make it so with “shop product set SKU --stock 10 --hold always”."

NO_STAFF = (
    "nobody is there to help. Make members of staff with “shop account add EMAIL --staff”, and name"
    " a file with --staff-file that has their addresses and passwords:"
    ' [{"email": …, "password": …}].'
)


def add_load_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `shop load`."""
    parser.set_defaults(run=run_load)
    add = parser.add_argument
    add("--url", default="http://127.0.0.1:8000", help="the shop (%(default)s)")
    add("--scenario", type=Scenario, choices=list(Scenario), default=Scenario.SHOPPING)
    add("--accounts", type=_whole(1, MAX_ACCOUNTS), default=20)
    add("--tabs", type=_whole(1, MAX_TABS), default=2, help="for each account (%(default)s)")
    add("--household", type=_whole(1, MOST_MEMBERS + 1), default=1, help="who share each cart")
    add("--seconds", type=_number(0.1, MAX_SECONDS), default=10.0, help="how long (%(default)s)")
    add("--ramp", type=_number(0, MAX_SECONDS), default=1.0, help="seconds until all are there")
    add("--rate", type=_number(0, MAX_RATE), default=0.0, help="ops a second, answered or not")
    add("--window", type=_whole(1, MOST_WINDOW), default=1, help="ops under way (hammer)")
    add("--most", type=_whole(0, MAX_OPS), default=0, help="end after so many ops")
    add("--processes", type=_whole(1, MAX_PROCESSES), default=1)
    add("--seed", type=_whole(0, 2**32), help="repeats a run's choices (drawn)")
    add("--chaos", action="store_true", help="cut lines, repeat and double ops at random")
    add("--settle", type=_number(0.1, MAX_SECONDS), default=30.0, help="seconds to come to rest")
    add("--transport", type=Transport, choices=list(Transport), default=Transport.WEBSOCKET)
    add("--staff-file", type=Path, help="members of staff who help: e-mail addresses, passwords")
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
        require_open_files(plan.open_files, "Or use fewer accounts or tabs, or more --processes.")
        _run_plan(plan, options)
    except BadPlan as error:
        raise CommandError(str(error)) from None


def _run_plan(plan: Plan, options: argparse.Namespace) -> None:
    console = Console()
    console.print(f"{plan.url}: {plan.accounts} accounts, seed {plan.seed}.", highlight=False)
    people, skus = asyncio.run(_prepare(plan, options, console))
    runs = [_run(each, people, skus, console) for each in _plans(plan)]
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
        transport=options.transport,
        household=options.household,
    )


def _plans(plan: Plan) -> list[Plan]:
    """Return the runs of *plan*: HTTP and events are compared with websockets."""
    websockets = replace(plan, scenario=Scenario.SHOPPING, transport=Transport.WEBSOCKET)
    match plan.scenario:
        case Scenario.HTTP:
            return [websockets, plan]
        case Scenario.EVENTS:
            return [websockets, replace(plan, transport=Transport.EVENTS)]
        case _:
            return [plan]


async def _prepare(
    plan: Plan, options: argparse.Namespace, console: Console
) -> tuple[People, list[Sku]]:
    """Return accounts that are signed in, and products that they may put into their carts."""
    shop, path = Shop(plan.url), options.accounts_file
    stored, staff = load_accounts(path) if path else [], _staff(plan, options.staff_file)
    try:
        with console.status("accounts") as status:
            setup = AccountSetup(shop, lambda count: status.update(f"{count} accounts"))
            accounts = await setup.sign_in_all(plan.accounts * plan.household, stored)
            await setup.share_carts(accounts, plan.household)
            staff = await setup.sign_in_staff(staff)
        products = [product async for product in shop.products() if product.state == "ok"]
    except (OSError, TimeoutError, InvalidResponse, Problem) as error:
        raise BadPlan(f"{plan.url} does not let us in: {error}.") from None
    if path:
        save_accounts(path, accounts + stored[len(accounts) :])
    return People(accounts, staff), _skus(plan, products)


def _staff(plan: Plan, path: Path | None) -> list[StoredAccount]:
    """Return who helps. Raises BadPlan if somebody has to, and nobody is named."""
    if plan.scenario is not Scenario.HELP:
        return []
    if path is None or not (staff := load_accounts(path)):
        raise BadPlan(NO_STAFF)
    return staff


def _skus(plan: Plan, products: Sequence[Product]) -> list[Sku]:
    """Return what shoppers put into their carts. Raises BadPlan if there is nothing."""
    if not products:
        raise BadPlan(f"{plan.url} has nothing to sell. Fill it with “shop seed”.")
    if plan.scenario in SCARCE:
        products = [product for product in products if product.stock is not None]
        if not products:
            raise BadPlan(f"{NOTHING_SCARCE} {plan.url}. {MAKE_SCARCE}")
    return [product.sku for product in products][:MAX_SKUS]


def _run(plan: Plan, people: People, skus: Sequence[Sku], console: Console) -> Run:
    """Run once; the first Ctrl+C ends it early, with a report, the second at once."""
    with WorkerPool(plan, people, skus) as pool, ProgressDisplay(console) as display:

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
