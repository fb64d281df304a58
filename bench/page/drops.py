"""Checks that nothing is lost or applied twice when connections drop while tabs click."""

import secrets

from bench.page.result import Result
from tests.browser.browser_session import BrowserSession
from tests.browser.drops import click_through_drops

DROPS = 100


async def drop_connections(browser_session: BrowserSession) -> Result:
    """Click in two tabs while their connections are dropped a hundred times."""
    seed = secrets.token_hex(4)
    outcome = await click_through_drops(browser_session, DROPS, seed)
    equal = "both tabs equal the database and the clicks" if outcome.is_right else "NOT EQUAL"
    figure = f"{equal}: {outcome.clicks} clicks, {outcome.broken} connections broken, seed {seed}"
    return Result(figure, outcome.is_right, [] if outcome.is_right else [str(outcome)])
