"""What ends a household, or the use of one: its owner's account is deleted, or disabled."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from app.domain.accounts import AccountId
from app.domain.household import Inherit, Remove
from app.domain.members import Member, Role
from app.services.checkout import OutcomeUnknown
from app.services.households import Households, NotAMember
from app.store.households import disabled_of, forget_memberships, list_left_behind, memberships_of


@dataclass(frozen=True, slots=True)
class HouseholdEndings:
    """Ends households. All methods may raise DatabaseUnavailable."""

    households: Households

    async def dissolve(self, account: AccountId) -> None:
        """Take *account*, which is deleted, out of its own household and of those of others.

        Nobody loses lines by that: who could edit them finds them saved for later in the own cart.
        Each step may be taken again. Raises OutcomeUnknown.
        """
        households = self.households
        for owner in await households.database.read(memberships_of, account):
            await self._remove(owner, account)
        async with households.hub.borrow(account, None) as cart:
            household, lines = cart.saved.household, cart.saved.lines
        members: Mapping[AccountId, Member] = household.members if household else {}
        for member, known in members.items():
            if known.role is Role.EDIT and lines:
                await households.change(member, Inherit(lines))
            await self._remove(account, member)
        await households.database.write(forget_memberships, account)

    async def finish(self) -> None:
        """Dissolve the households of erased accounts that are there still.

        Their time was over, or they were deleted by a command, or by a server that was killed in
        between.
        """
        for account in await self.households.database.read(list_left_behind):
            with suppress(OutcomeUnknown):
                await self.dissolve(account)

    def end_visits(self, owner: AccountId) -> None:
        """Disconnect all others who show the cart of *owner*, who is disabled, on all nodes."""
        hub = self.households.hub
        hub.on_remote_visits_end(owner)
        hub.context.peers.publish_visits_ended(owner)

    async def end_visits_of_disabled(self) -> None:
        """Disconnect those here who show the cart of an owner whom a command has disabled."""
        hub = self.households.hub
        if visited := hub.visited:
            for owner in await self.households.database.read(disabled_of, visited):
                hub.on_remote_visits_end(owner)

    async def _remove(self, cart: AccountId, member: AccountId) -> None:
        with suppress(NotAMember):
            await self.households.change(cart, Remove(member, member))
