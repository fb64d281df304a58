"""A store of leases that several nodes share, and that remembers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.bus.leases import Exchange, Owner
from app.bus.redis import BusDisconnected
from app.domain.accounts import AccountId


@dataclass
class SharedLeases:
    """Who owns what, and which nodes live; the value says whether a node is leaving."""

    owners: dict[AccountId, str] = field(default_factory=dict)
    living: dict[str, bool] = field(default_factory=dict)
    is_away: bool = False


@dataclass
class FakeLeaseStore:
    """The view that one node has of the shared leases; `exchanges` counts."""

    node: str
    shared: SharedLeases = field(default_factory=SharedLeases)
    exchanges: int = 0

    @property
    def is_up(self) -> bool:
        """Say whether the store can be asked."""
        return not self.shared.is_away

    async def exchange(
        self, released: Sequence[AccountId], claims: Mapping[AccountId, str], *, is_leaving: bool
    ) -> Exchange:
        """Do at once what Redis does."""
        if self.shared.is_away:
            raise BusDisconnected
        self.exchanges += 1
        has_lapsed = self.node not in self.shared.living
        self.shared.living[self.node] = is_leaving
        for account in released:
            if self.shared.owners.get(account) == self.node:
                del self.shared.owners[account]
        refused, takeovers = {}, 0
        for account, instead_of in claims.items():
            owner = self.shared.owners.get(account, self.node)
            if owner in self.shared.living and owner not in {self.node, instead_of}:
                refused[account] = Owner(owner, self.shared.living[owner])
                continue
            takeovers += owner != self.node
            self.shared.owners[account] = self.node
        return Exchange(refused, takeovers, has_lapsed)
