"""Two tabs whose connections drop repeatedly between clicks."""

import secrets

from tests.browser.browser_session import BrowserSession
from tests.browser.drops import click_through_drops

DROPS = 10


async def test_no_click_is_lost_or_applied_twice_when_connections_drop(
    browser_session: BrowserSession,
) -> None:
    seed = secrets.token_hex(4)

    outcome = await click_through_drops(browser_session, DROPS, seed)

    assert outcome.is_right, f"seed {seed}: {outcome}"
    assert outcome.clicks > DROPS
