"""Tabs that know more than the database, or something else: counted, and told once a minute."""

import logging
from collections import Counter

from app.domain.cart import AccountId
from app.domain.position import SnapshotReason

log = logging.getLogger(__name__)

QUIET_S = 60.0


class DivergenceLog:
    """How often each alarm was raised."""

    def __init__(self) -> None:
        self.counts: Counter[SnapshotReason] = Counter()
        self._told: dict[AccountId, float] = {}

    def record(self, account: AccountId, why: SnapshotReason, at: str | None, now_s: float) -> None:
        """Count an alarm, and log it unless this account's last one was told just now."""
        self._told = {who: at_s for who, at_s in self._told.items() if at_s > now_s - QUIET_S}
        if account in self._told:
            return
        self._told[account] = now_s
        self.counts[why] += 1
        log.error("alarm: a tab of %s stands at %s, and that is a %s", account, at, why)
