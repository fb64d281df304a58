"""The two clocks of a server, handed in so that tests can stop them."""

from collections.abc import Callable
from typing import NamedTuple


class Clock(NamedTuple):
    """`now_s` counts seconds since 1970; `steady_s` never goes back."""

    now_s: Callable[[], float]
    steady_s: Callable[[], float]
