"""Members of households by their own accounts, and invitations.

Who is in a household is in the body of its cart; what is here lets a member find that cart.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, assert_never

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, insert, or_, select

from app.domain.accounts import AccountId
from app.domain.household import InvitationHash, MemberJoined, MemberLeft, MembershipChange
from app.domain.mail_tokens import HOUR_S, MOST_EACH_H
from app.domain.mails import Mail, MailState
from app.domain.members import Role
from app.store.mails import write_mail
from app.store.tables import accounts, invitations, mails, members

KEPT_S = 7 * 24 * 3600
"""How long an invitation can be accepted."""
MOST_INVITATIONS = 20
"""How many of a household may be open at once."""


class NotInvited(Exception):
    """The invitation was withdrawn or used before, or its cart's owner can sign in no longer."""


class Invitation(NamedTuple):
    """An invitation that can be accepted: to whose cart, as what, and until when.

    `email` is where it was sent, for the eyes of who sent it; None if that was not by mail.
    """

    hash: InvitationHash
    cart: AccountId
    role: Role
    expires_at_s: int
    email: str | None = None


def apply_membership_change(connection: Connection, change: MembershipChange) -> None:
    """Apply *change*; raises `NotInvited`, upon which the caller rolls back."""
    match change:
        case MemberJoined(cart, account, joined_at_s, invitation):
            used = delete(invitations).where(
                invitations.c.hash == invitation,
                invitations.c.cart == cart,
                invitations.c.expires_at > joined_at_s,
            )
            if connection.execute(used).rowcount != 1:
                raise NotInvited
            row = {"cart": cart, "account": account, "joined_at": joined_at_s}
            connection.execute(insert(members).values(row))
        case MemberLeft(cart, account):
            is_member = members.c.cart == cart, members.c.account == account
            connection.execute(delete(members).where(*is_member))
        case _:
            assert_never(change)


def add_invitation(connection: Connection, invitation: Invitation, now_s: int) -> bool:
    """Add *invitation*, and say whether there was room for it; old ones are forgotten."""
    forget_old_invitations(connection, now_s)
    of_cart = select(invitations.c.hash).where(invitations.c.cart == invitation.cart)
    if len(connection.execute(of_cart).all()) >= MOST_INVITATIONS:
        return False
    connection.execute(
        insert(invitations).values(
            hash=invitation.hash,
            cart=invitation.cart,
            role=invitation.role,
            created_at=now_s,
            expires_at=invitation.expires_at_s,
            email=invitation.email,
        )
    )
    return True


def forget_old_invitations(connection: Connection, now_s: int) -> None:
    """Delete the invitations that can be accepted no longer, with the addresses in them."""
    connection.execute(delete(invitations).where(invitations.c.expires_at <= now_s))


def write_mailed_invitation(
    connection: Connection, invitation: Invitation, mail: Mail, now_s: int
) -> bool:
    """Add *invitation*, and have *mail* sent with its link; say whether there was room for it.

    An address that got `MOST_EACH_H` of them within the hour gets no more, and nobody hears of it.
    """
    if not add_invitation(connection, invitation, now_s):
        return False
    recent = select(func.count()).where(
        mails.c.state.in_(tuple(MailState)),
        mails.c.created_at > now_s - HOUR_S,
        mails.c.kind == mail.kind,
        mails.c.recipient == mail.to,
    )
    if connection.execute(recent).scalar_one() < MOST_EACH_H:
        write_mail(connection, mail, now_s)
    return True


def withdraw_invitation(connection: Connection, cart: AccountId, hash_: InvitationHash) -> None:
    """Remove an invitation of *cart*, if it is still there."""
    connection.execute(
        delete(invitations).where(invitations.c.hash == hash_, invitations.c.cart == cart)
    )


def find_invitation(connection: Connection, hash_: InvitationHash, now_s: int) -> Invitation | None:
    """Return the invitation with that digest, if it can still be accepted."""
    query = select(invitations).where(invitations.c.hash == hash_, invitations.c.expires_at > now_s)
    row = connection.execute(query).first()
    return _invitation(row) if row else None


def list_invitations(connection: Connection, cart: AccountId, now_s: int) -> list[Invitation]:
    """Return the invitations to *cart* that can still be accepted, oldest first."""
    is_open = invitations.c.cart == cart, invitations.c.expires_at > now_s
    query = select(invitations).where(*is_open).order_by(invitations.c.created_at)
    return [_invitation(row) for row in connection.execute(query)]


def carts_of_member(connection: Connection, account: AccountId) -> list[AccountId]:
    """Return the owners of the carts that *account* is a member of, oldest membership first.

    Those whose owners are disabled are left out: nobody uses their carts.
    """
    query = (
        select(members.c.cart)
        .join(accounts, accounts.c.id == members.c.cart)
        .where(members.c.account == account, ~accounts.c.disabled)
        .order_by(members.c.joined_at, members.c.cart)
    )
    return [AccountId(cart) for cart in connection.scalars(query)]


def memberships_of(connection: Connection, account: AccountId) -> list[AccountId]:
    """Return the owners of all carts that *account* is a member of, as far as is saved."""
    carts = connection.scalars(select(members.c.cart).where(members.c.account == account))
    return [AccountId(cart) for cart in carts]


def is_left_behind() -> ColumnElement[bool]:
    """Return the condition for accounts that were erased before their households are dissolved."""
    shares = or_(members.c.cart == accounts.c.id, members.c.account == accounts.c.id)
    return accounts.c.removed_at.is_not(None) & exists().where(shares)


def list_left_behind(connection: Connection) -> list[AccountId]:
    """Return the accounts that were erased, and whose households are not dissolved yet."""
    found = connection.scalars(select(accounts.c.id).where(is_left_behind()))
    return [AccountId(account) for account in found]


def forget_memberships(connection: Connection, account: AccountId) -> None:
    """Delete what is left of the memberships of *account*, and of those in its household."""
    is_part = or_(members.c.cart == account, members.c.account == account)
    connection.execute(delete(members).where(is_part))


def disabled_of(connection: Connection, owners: Iterable[AccountId]) -> list[AccountId]:
    """Return those of *owners* who are disabled."""
    query = select(accounts.c.id).where(accounts.c.id.in_(owners), accounts.c.disabled)
    return [AccountId(owner) for (owner,) in connection.execute(query)]


def is_member(connection: Connection, cart: AccountId, account: AccountId) -> bool:
    """Say whether *account* may use the cart of the owner *cart*, as far as is saved."""
    return cart in carts_of_member(connection, account)


def _invitation(row: Row[Any]) -> Invitation:
    hash_, cart = InvitationHash(row.hash), AccountId(row.cart)
    return Invitation(hash_, cart, Role(row.role), row.expires_at, row.email)
