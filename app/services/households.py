"""Households: invite to one's cart, join the cart of another, and leave it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.accounts import AccountId
from app.domain.help_rules import EndHelp, HelpChange
from app.domain.household import (
    ChangeRole,
    HouseholdChange,
    HouseholdRefusal,
    HouseholdRuling,
    InvitationHash,
    Join,
    Remove,
    ShareSaved,
)
from app.domain.members import OWNER, Household, Member, Role
from app.domain.sessions import Session
from app.live.hub import Hub
from app.live.pending_household import PendingHousehold
from app.live.ports import HouseholdOutcome, Unresolved
from app.services.checkout import OutcomeUnknown
from app.services.errors import ServiceError
from app.services.help_errors import HelpTaken, NoHelp
from app.services.submit import VERDICT_TIMEOUT_S
from app.store.accounts import find_person
from app.store.database import Database
from app.store.households import (
    KEPT_S,
    Invitation,
    add_invitation,
    carts_of_member,
    find_invitation,
    is_member,
    list_invitations,
    withdraw_invitation,
)
from app.store.sessions import digest


class NotInvited(ServiceError):
    """The invitation was accepted, withdrawn or is too old; or there never was one."""


class HouseholdFull(ServiceError):
    """As many share the cart as can."""


class OwnHousehold(ServiceError):
    """The invitation is to the own cart."""


class NotAMember(ServiceError):
    """The cart is not shared with the account, or the other account is no member."""


class TooManyInvitations(ServiceError):
    """As many invitations to the cart are open as may be."""


def require_member(household: Household | None, by: AccountId) -> None:
    """Raise NotAMember if *by*, who is not the owner, is not one of *household*, or no longer."""
    if by != OWNER and (household is None or by not in household.members):
        raise NotAMember


_ERRORS: dict[HouseholdRefusal, type[ServiceError]] = {
    HouseholdRefusal.NOT_ALLOWED: NotAMember,
    HouseholdRefusal.NOT_A_MEMBER: NotAMember,
    HouseholdRefusal.OWN_CART: OwnHousehold,
    HouseholdRefusal.FULL: HouseholdFull,
    HouseholdRefusal.NOT_INVITED: NotInvited,
    HouseholdRefusal.NO_HELP: NoHelp,
    HouseholdRefusal.TAKEN: HelpTaken,
}


class SharedCart(NamedTuple):
    """A cart that others share with an account: whose it is, and who shares it."""

    owner: AccountId
    household: Household


class OwnCart(NamedTuple):
    """The own household, if there is one, and the open invitations to it."""

    household: Household | None
    invitations: list[Invitation]


class _PendingOutcome:
    """Waits for the one outcome of a change."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._outcome: asyncio.Future[HouseholdOutcome] = loop.create_future()

    def settle(self, outcome: HouseholdOutcome) -> None:
        """Take *outcome*; only the first one counts."""
        if not self._outcome.done():
            self._outcome.set_result(outcome)

    async def wait(self) -> HouseholdOutcome:
        """Return the outcome; after `VERDICT_TIMEOUT_S` seconds, `Unresolved.LATER`."""
        await asyncio.wait([self._outcome], timeout=VERDICT_TIMEOUT_S)
        self.settle(Unresolved.LATER)
        return self._outcome.result()


@dataclass(frozen=True, slots=True)
class Households:
    """Changes and shows households. All methods may raise DatabaseUnavailable.

    Those that change one raise OutcomeUnknown if it is not saved, or not yet: it may be asked
    again. `new_secret` makes tokens, `new_uuid` names of changes.
    """

    database: Database
    hub: Hub
    now_s: Callable[[], float]
    new_secret: Callable[[], str]
    new_uuid: Callable[[], str]

    async def sender(self, account: AccountId, cart: AccountId) -> AccountId:
        """Return as whom *account* uses the cart of the owner *cart*. Raises NotAMember."""
        if account == cart:
            return OWNER
        if not await self.database.read(is_member, cart, account):
            raise NotAMember
        return account

    async def own(self, account: AccountId) -> OwnCart:
        """Return the household of *account*, and the open invitations to it."""
        async with self.hub.borrow(account, None) as cart:
            household = cart.saved.household
        invited = await self.database.read(list_invitations, account, int(self.now_s()))
        return OwnCart(household, invited)

    async def shared_with(self, account: AccountId) -> list[SharedCart]:
        """Return the carts that others share with *account*."""
        found: list[SharedCart] = []
        for owner in await self.database.read(carts_of_member, account):
            async with self.hub.borrow(owner, None) as cart:
                if (household := cart.saved.household) and account in household.members:
                    found.append(SharedCart(owner, household))
        return found

    async def invite(self, account: AccountId, role: Role) -> tuple[str, Invitation]:
        """Return the token of a new invitation to the own cart; whoever has it may accept it once.

        Raises TooManyInvitations.
        """
        token, invitation = self.new_invitation(account, role)
        if not await self.database.write(add_invitation, invitation, int(self.now_s())):
            raise TooManyInvitations
        return token, invitation

    def new_invitation(
        self, account: AccountId, role: Role, email: str | None = None
    ) -> tuple[str, Invitation]:
        """Return a token, and the invitation that is found by it; nothing is saved yet."""
        token = self.new_secret()
        expires_at_s = int(self.now_s()) + KEPT_S
        return token, Invitation(invitation_hash(token), account, role, expires_at_s, email)

    async def withdraw(self, account: AccountId, invitation: InvitationHash) -> None:
        """Withdraw an invitation to the own cart, if it is open."""
        await self.database.write(withdraw_invitation, account, invitation)

    async def join(self, login: Session, token: str) -> AccountId:
        """Accept an invitation, and return the owner of the cart that is shared now.

        Raises NotInvited, HouseholdFull or OwnHousehold.
        """
        now_s = int(self.now_s())
        invitation = await self.database.read(find_invitation, invitation_hash(token), now_s)
        owner = await self.database.read(find_person, invitation.cart) if invitation else None
        if invitation is None or owner is None:
            raise NotInvited
        member = Member(login.name, invitation.role, now_s)
        joined = Join(login.account, member, owner.name, invitation.hash)
        await self.change(invitation.cart, joined)
        return invitation.cart

    async def remove(self, login: Session, cart: AccountId, account: AccountId) -> None:
        """Have *account* leave *cart*: at its own wish, or at that of the owner.

        Raises NotAMember.
        """
        by = await self.sender(login.account, cart)
        await self.change(cart, Remove(account, by))

    async def change_role(self, login: Session, account: AccountId, role: Role) -> None:
        """Give a member of the own household another role. Raises NotAMember."""
        await self.change(login.account, ChangeRole(account, role, OWNER))

    async def share_saved(self, login: Session, *, is_shared: bool) -> None:
        """Show the own household what is saved for later, or no longer. Raises NotAMember."""
        await self.change(login.account, ShareSaved(is_shared, OWNER))

    async def change(self, owner: AccountId, change: HouseholdChange | HelpChange) -> None:
        """Have *change* decided and saved; return when all nodes have let go whom it puts out.

        Raises what its refusal stands for.
        """
        outcome = _PendingOutcome()
        pending = PendingHousehold(f"household {self.new_uuid()}", change, outcome)
        async with self.hub.borrow(owner, None) as cart:
            cart.submit_order(pending)
            settled = await outcome.wait()
        if isinstance(settled, HouseholdRefusal):
            raise _ERRORS[settled]
        if not isinstance(settled, HouseholdRuling):
            raise OutcomeUnknown
        if isinstance(change, Remove | EndHelp):
            await self.hub.context.peers.until_applied(owner)


def invitation_hash(token: str) -> InvitationHash:
    """Return the digest by which the invitation of *token* is found."""
    return InvitationHash(digest(token))
