"""A restart on request, for the demo: the process is killed, and its supervisor starts another."""

from collections.abc import Callable
from hmac import compare_digest
from math import ceil
from typing import Final

from app.services.login_errors import Throttled

LEAST_UP_S: Final = 10.0
"""How long a process runs before it may be killed. It limits the rate over all processes, too."""


class SelfRestart:
    """Ends this process as by kill -9, once, for a request that has its token.

    A page has the token of the process that made it. So a form that is sent twice, or by an old
    page, does not kill the process that came after. `kill` returns before the process has ended;
    `steady_s` is a monotonic clock.
    """

    def __init__(self, kill: Callable[[], None], token: str, steady_s: Callable[[], float]):
        self.token = token
        self._kill = kill
        self._steady_s = steady_s
        self._began_s = steady_s()
        self._is_over = False

    def restart(self, token: str) -> bool:
        """Kill this process; return False if *token* is another one's. May raise Throttled."""
        if not compare_digest(token.encode(), self.token.encode()) or self._is_over:
            return False
        if (left_s := self._began_s + LEAST_UP_S - self._steady_s()) > 0:
            raise Throttled(ceil(left_s))
        self._is_over = True
        self._kill()
        return True
