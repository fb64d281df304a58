"""Invitations to a cart: shown to whoever has their link, sent by mail, declined."""

from dataclasses import dataclass
from typing import NamedTuple

from app.domain.languages import Language
from app.domain.mails import Mail, MailKind
from app.domain.members import Role
from app.domain.sessions import Session
from app.services.auth import Client
from app.services.errors import ServiceError
from app.services.households import Households, NotInvited, TooManyInvitations, invitation_hash
from app.services.login_errors import Throttled
from app.services.rate_limit import RateLimiter
from app.services.security_log import SecurityEvent, SecurityLog, SecurityOutcome
from app.store.accounts import find_person
from app.store.households import (
    Invitation,
    find_invitation,
    withdraw_invitation,
    write_mailed_invitation,
)

INVITATION_PATH = "/invitation"


class InviterUnconfirmed(ServiceError):
    """Who invites by mail has not confirmed an own address yet."""


class OpenInvitation(NamedTuple):
    """An invitation that can be accepted, and the name of who invites."""

    invitation: Invitation
    owner: str


@dataclass(frozen=True, slots=True)
class Invitations:
    """What is done with the link of an invitation, besides accepting it.

    *limiter* is for the mails that a network asks for, and an account. All methods may raise
    DatabaseUnavailable.
    """

    households: Households
    limiter: RateLimiter
    security: SecurityLog

    async def find(self, token: str) -> OpenInvitation:
        """Return the invitation of *token*. Raises NotInvited."""
        households = self.households
        hashed, now_s = invitation_hash(token), int(households.now_s())
        invitation = await households.database.read(find_invitation, hashed, now_s)
        owner = await households.database.read(find_person, invitation.cart) if invitation else None
        if invitation is None or owner is None:
            raise NotInvited
        return OpenInvitation(invitation, owner.name)

    async def decline(self, token: str) -> None:
        """Use the invitation of *token* up, for nothing. Raises NotInvited."""
        invitation = (await self.find(token)).invitation
        await self.households.database.write(withdraw_invitation, invitation.cart, invitation.hash)

    async def send(
        self, client: Client, login: Session, role: Role, email: str, language: Language
    ) -> None:
        """Have a new invitation to the own cart sent to *email*, in *language*.

        Who asks learns nothing of the address. Raises Throttled, InviterUnconfirmed or
        TooManyInvitations.
        """
        database = self.households.database
        inviter = await database.read(find_person, login.account)
        if inviter is None or not inviter.is_confirmed:
            raise InviterUnconfirmed
        pause_s = self.limiter.spend(client.address) or self.limiter.spend(login.account)
        if pause_s:
            self._note(client, login, SecurityOutcome.THROTTLED)
            raise Throttled(pause_s)
        token, invitation = self.households.new_invitation(login.account, role, email)
        values = {"path": f"{INVITATION_PATH}/{token}", "name": inviter.name, "role": role}
        mail = Mail(MailKind.INVITATION, email, language, None, values)
        now_s = int(self.households.now_s())
        if not await database.write(write_mailed_invitation, invitation, mail, now_s):
            raise TooManyInvitations
        self._note(client, login, SecurityOutcome.DONE)

    def _note(self, client: Client, login: Session, outcome: SecurityOutcome) -> None:
        self.security.note(SecurityEvent.INVITATION, outcome, login.account, client.address)
