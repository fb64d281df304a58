"""A load test that finds nothing proves nothing: here is what it must find."""

import asyncio
import sys
from pathlib import Path

import pytest

from app.load.account_setup import keep_accounts
from app.load.counters import Tick
from app.load.plan import Plan, Scenario
from app.load.run import summed
from app.load.trace import FRAMES, Breach
from app.load.worker import Login, Progress, Share, push
from tests.e2e.server import ROOT, environment
from tests.load.shady import SKUS, Fault, ShadyShop, people, shady_shop

CROWD = 12
CLASSIC = list(Fault)[:4]
FOUND = {
    Fault.ANSWERS_BEFORE_IT_SAVES: "was answered, but the shop knows of",
    Fault.APPLIES_A_REPEAT: "was applied again: it made revisions",
    Fault.TELLS_A_STRANGER: "which is not of this account",
    Fault.DROPS_A_PATCH: "was told a patch",
    Fault.DROPS_THE_LAST_PATCHES: "stays at revision",
    Fault.TELLS_BEFORE_IT_ANSWERS: "came before its verdict",
    Fault.FORGETS_AN_OP: "but the answers make",
    Fault.CHANGES_ITS_MIND: "and later",
    Fault.WELCOMES_A_STRANGER: "was welcomed as u-9",
}


async def evicted(
    shop: ShadyShop,
    *,
    chaos: bool = False,
    scenario: Scenario = Scenario.HAMMER,
    most: int = 600,
    seconds: float = 1.5,
) -> tuple[tuple[Breach, ...], Tick]:
    """Push *shop* with a small crowd; return what was found, and what was counted."""
    plan = Plan(
        url=shop.url, scenario=scenario, accounts=CROWD, most=most, ramp_s=0, is_chaotic=chaos,
        seconds=seconds, settle_s=1, seed=5,
    )  # fmt: skip
    logins = [Login(one.account, one.cookie) for one in people(CROWD)]
    told: list[Progress] = []
    share = Share(plan, 0, logins, SKUS)
    finished = await push(share, lambda: True, lambda: False, told.append)
    return finished.breaches, summed(progress.tick for progress in told)


@pytest.mark.parametrize("scenario", [Scenario.HAMMER, Scenario.SHOPPING])
@pytest.mark.parametrize("chaos", [False, True])
async def test_a_shop_that_keeps_its_promises_is_not_blamed(
    scenario: Scenario, *, chaos: bool
) -> None:
    async with shady_shop() as shop:
        breaches, tick = await evicted(shop, chaos=chaos, scenario=scenario, most=0, seconds=0.7)

    assert breaches == ()
    assert tick.done == tick.asked > 0


@pytest.mark.parametrize("fault", list(Fault))
async def test_each_planted_fault_is_found_and_named(fault: Fault) -> None:
    repeats = {Fault.APPLIES_A_REPEAT, Fault.CHANGES_ITS_MIND}
    async with shady_shop(fault) as shop:
        breaches, _ = await evicted(
            shop, chaos=fault in repeats, most=0 if fault in repeats else 600
        )

    assert any(FOUND[fault] in breach.what for breach in breaches), breaches


async def test_a_broken_promise_comes_with_the_frame_that_showed_it() -> None:
    async with shady_shop(Fault.DROPS_A_PATCH) as shop:
        breaches, _ = await evicted(shop)

    assert '< {"t":"patch"' in breaches[0].frames[-1]


async def test_no_more_than_the_last_frames_of_an_account_are_kept() -> None:
    async with shady_shop(Fault.DROPS_THE_LAST_PATCHES) as shop:
        breaches, _ = await evicted(shop)

    assert len(breaches[0].frames) == FRAMES


@pytest.mark.parametrize("fault", CLASSIC)
async def test_the_command_ends_with_1_and_tells_what_led_there(
    fault: Fault, tmp_path: Path
) -> None:
    kept = tmp_path / "accounts.json"
    keep_accounts(kept, people(CROWD))
    words = ("--accounts", str(CROWD), "--accounts-file", str(kept), "--ramp", "0", "--settle", "1")
    how = ("--scenario", "hammer", "--chaos", "--seconds", "1.2", "--seed", "5")
    async with shady_shop(fault) as shop:
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", "load", "--url", shop.url, *words, *how),
            cwd=ROOT,
            env=environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await command.communicate()

    assert command.returncode == 1
    assert FOUND[fault] in out.decode()
    assert "The last frames of u-" in out.decode()
