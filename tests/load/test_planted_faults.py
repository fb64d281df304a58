"""The load test finds every planted fault, and none in a correct server."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.load.account_setup import save_accounts
from app.load.counters import Tick
from app.load.plan import Plan, Scenario
from app.load.run import summed
from app.load.trace import FRAMES, Breach
from app.load.worker import Login, Progress, Share, run_share
from tests.e2e.server import ROOT, environment
from tests.load.faulty_shop import SKUS, Fault, FaultyShop, faulty_shop, stored_accounts

ACCOUNTS = 12
COMMAND_FAULTS = [
    pytest.param(fault, marks=[pytest.mark.short] if number else [])
    for number, fault in enumerate(list(Fault)[:4])
]
FIRST_S, LONGEST_S = 1.5, 24.0
EXPECTED_REPORTS = {
    Fault.ANSWERS_BEFORE_IT_SAVES: "was answered, but the shop knows of",
    Fault.APPLIES_A_REPEAT: "was applied again: it made revisions",
    Fault.SENDS_TO_ANOTHER_ACCOUNT: "which is not of this account",
    Fault.DROPS_A_PATCH: "was told a patch",
    Fault.DROPS_THE_LAST_PATCHES: "stays at revision",
    Fault.SENDS_PATCH_BEFORE_VERDICT: "came before its verdict",
    Fault.FORGETS_AN_OP: "but the answers make",
    Fault.CHANGES_A_VERDICT: "and later",
    Fault.WELCOMES_ANOTHER_ACCOUNT: "was welcomed as u-9",
    Fault.LEAVES_OUT_AN_OP: " names ",
    Fault.NAMES_OPS_IN_ANOTHER_ORDER: "of the same outbox",
    Fault.SHOWS_ANOTHER_QUANTITY: " makes line ",
    Fault.SHOWS_A_HOLD_OF_NOTHING: "are called held, and there are fewer",
}


class Outcome(NamedTuple):
    """The broken promises that a load test found, and its counts."""

    breaches: tuple[Breach, ...]
    tick: Tick


async def run_load(
    shop: FaultyShop,
    *,
    chaos: bool = False,
    scenario: Scenario = Scenario.HAMMER,
    most: int = 600,
    seconds: float = 1.5,
) -> Outcome:
    """Run a small load test; return the broken promises and the counts."""
    plan = Plan(
        url=shop.url, scenario=scenario, accounts=ACCOUNTS, most=most, ramp_s=0, is_chaotic=chaos,
        seconds=seconds, settle_s=1, seed=5, window=4,
    )  # fmt: skip
    carts = [(Login(one.account, one.cookie),) for one in stored_accounts(ACCOUNTS)]
    progress: list[Progress] = []
    share = Share(plan, 0, carts, SKUS)
    finished = await run_share(share, lambda: True, lambda: False, progress.append)
    return Outcome(finished.breaches, summed(one.tick for one in progress))


async def run_until(
    is_enough: Callable[[Outcome], bool], fault: Fault | None = None, **how: Any
) -> Outcome:
    """Run load tests, each twice as long as the last, until `is_enough(outcome)` is true.

    The number of ops a second depends on the machine, and chaos repeats ops at random.
    """
    seconds = FIRST_S
    while True:
        async with faulty_shop(fault) as shop:
            outcome = await run_load(shop, seconds=seconds, **how)
        seconds *= 2
        if is_enough(outcome) or seconds > LONGEST_S:
            return outcome


@pytest.mark.parametrize("scenario", [Scenario.HAMMER, Scenario.SHOPPING])
@pytest.mark.parametrize("chaos", [False, True])
async def test_a_correct_server_has_no_reports(scenario: Scenario, *, chaos: bool) -> None:
    breaches, tick = await run_until(
        lambda outcome: outcome.tick.submitted > 0, chaos=chaos, scenario=scenario, most=0
    )

    assert breaches == ()
    assert tick.done == tick.submitted > 0


@pytest.mark.parametrize("fault", list(Fault))
async def test_each_planted_fault_is_found_and_named(fault: Fault) -> None:
    is_repeat = fault in {Fault.APPLIES_A_REPEAT, Fault.CHANGES_A_VERDICT}

    def is_found(outcome: Outcome) -> bool:
        return any(EXPECTED_REPORTS[fault] in breach.what for breach in outcome.breaches)

    outcome = await run_until(is_found, fault, chaos=is_repeat, most=0 if is_repeat else 600)

    assert is_found(outcome), outcome.breaches


async def test_a_broken_promise_is_reported_with_its_frame() -> None:
    breaches, _ = await run_until(lambda outcome: bool(outcome.breaches), Fault.DROPS_A_PATCH)

    # A missing patch shows in the next one, or in the next verdict if that comes first.
    assert any(f'< {{"t":"{kind}"' in breaches[0].frames[-1] for kind in ("patch", "ok"))


async def test_only_the_last_frames_of_an_account_are_kept() -> None:
    def has_many_frames(outcome: Outcome) -> bool:
        return bool(outcome.breaches) and len(outcome.breaches[0].frames) >= FRAMES

    breaches, _ = await run_until(has_many_frames, Fault.DROPS_THE_LAST_PATCHES)

    assert len(breaches[0].frames) == FRAMES


@pytest.mark.parametrize("fault", COMMAND_FAULTS)
async def test_the_command_exits_with_1_and_shows_the_frames(fault: Fault, tmp_path: Path) -> None:
    kept = tmp_path / "accounts.json"
    save_accounts(kept, stored_accounts(ACCOUNTS))
    arguments = (
        "--accounts",
        str(ACCOUNTS),
        "--accounts-file",
        str(kept),
        "--ramp",
        "0",
        "--settle",
        "1",
    )
    how = ("--scenario", "hammer", "--chaos", "--seconds", "1.2", "--seed", "5")
    async with faulty_shop(fault) as shop:
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", "load", "--url", shop.url, *arguments, *how),
            cwd=ROOT,
            env=environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await command.communicate()

    assert command.returncode == 1
    assert EXPECTED_REPORTS[fault] in out.decode()
    assert "The last frames of u-" in out.decode()
