"""A hundred drops of the line in the middle of clicks."""

import secrets

from bench.page.row import Seen
from tests.browser.drops import survive
from tests.browser.stage import Stage

DROPS = 100


async def drop_the_line(stage: Stage) -> Seen:
    """Click in two tabs while the line drops a hundred times."""
    seed = secrets.token_hex(4)
    outcome = await survive(stage, DROPS, seed)
    equal = "both tabs equal the database and the clicks" if outcome.is_right else "NOT EQUAL"
    figure = f"{equal}: {outcome.clicks} clicks, {outcome.broken} connections broken, seed {seed}"
    return Seen(figure, outcome.is_right, [] if outcome.is_right else [str(outcome)])
