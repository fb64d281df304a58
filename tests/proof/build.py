"""A test build of the shop: it dies where it is told to, and has the bug that it is told to have.

`python -m tests.proof.build run` is `shop run` with two more settings. `SHOP_CRASH_AT=step:n`
ends the process, as kill -9 does, when it comes to a step for the n-th time. `SHOP_BUG=name`
plants a bug. The shop itself knows neither: it refuses both as settings that there are not, and
nothing on its ways asks for them.
"""

import os

from app.cli import main
from tests.proof.bugs import BUGS
from tests.proof.crashes import plant_crash


def build() -> None:
    """Change the shop as the environment says, and run it."""
    if bug := os.environ.pop("SHOP_BUG", ""):
        BUGS[bug].plant()
    if crash_at := os.environ.pop("SHOP_CRASH_AT", ""):
        step, _, count = crash_at.partition(":")
        plant_crash(step, int(count))
    main()


if __name__ == "__main__":
    build()
