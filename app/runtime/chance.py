"""Where random values come from; the services say what each is used for."""

from collections.abc import Callable
from typing import NamedTuple


class Chance(NamedTuple):
    """The sources; `draw` returns a number below its argument."""

    new_secret: Callable[[], str]
    new_uuid: Callable[[], str]
    new_epoch: Callable[[], str]
    draw: Callable[[int], int]
