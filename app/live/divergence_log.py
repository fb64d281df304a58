"""Alarms: tabs whose cart is newer than the database, or has other content at its revision."""

import logging
from collections import Counter

from app.domain.accounts import AccountId
from app.domain.cart import Cart
from app.domain.position import DIVERGENCES, SnapshotReason, position, snapshot_reason

log = logging.getLogger(__name__)

QUIET_S = 60.0


class DivergenceLog:
    """Counts alarms by their reason, and logs at most one a minute for each account."""

    def __init__(self) -> None:
        self.counts: Counter[SnapshotReason] = Counter()
        self._logged: dict[AccountId, float] = {}

    def compare(self, known: Cart, found: Cart, now_s: float) -> None:
        """Record an alarm if tabs were shown *known*, and the database has not: it has *found*."""
        at = position(known)
        if (why := snapshot_reason(at, found)) in DIVERGENCES:
            self.record(known.account, why, at, now_s)

    def record(self, account: AccountId, why: SnapshotReason, at: str | None, now_s: float) -> None:
        """Count and log an alarm, unless this account had one in the last minute."""
        self._logged = {who: at_s for who, at_s in self._logged.items() if at_s > now_s - QUIET_S}
        if account in self._logged:
            return
        self._logged[account] = now_s
        self.counts[why] += 1
        log.error("alarm: a tab of %s stands at %s, and that is a %s", account, at, why)
