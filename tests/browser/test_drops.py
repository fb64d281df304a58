"""Two tabs, and a line that drops again and again in the middle of clicks."""

import secrets

from tests.browser.drops import survive
from tests.browser.stage import Stage

DROPS = 10


async def test_nothing_is_lost_or_done_twice_when_the_line_drops(stage: Stage) -> None:
    seed = secrets.token_hex(4)

    outcome = await survive(stage, DROPS, seed)

    assert outcome.is_right, f"seed {seed}: {outcome}"
    assert outcome.clicks > DROPS
