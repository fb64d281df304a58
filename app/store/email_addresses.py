"""Transactions that prove e-mail addresses by mail: confirming one, and changing it."""

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.accounts import AccountId
from app.domain.emails import normalize_email
from app.domain.mail_tokens import MailToken, Purpose, TokenExpired, TokenHash
from app.domain.mails import Mail, MailKind
from app.domain.sessions import SessionHash
from app.store.accounts import EmailTaken, Person, find_by_email, person_of
from app.store.living_accounts import hold_account, is_living
from app.store.mail_tokens import add_token, find_token, is_used, revoke_tokens, use_token
from app.store.mails import write_mail
from app.store.sessions import end_account_sessions
from app.store.tables import accounts


def is_confirmed(connection: Connection, account: AccountId) -> bool:
    """Say whether the owner of *account* has confirmed its address."""
    query = select(accounts.c.claimed_email).where(accounts.c.id == account)
    return connection.execute(query).scalar_one() is None


def write_confirmation_mail(
    connection: Connection, person: Person, token: MailToken, path: str
) -> None:
    """Have *person* confirm their address, or be told that there is an account with it already.

    Either takes the same steps, so that nobody but the reader of the mail learns which it is.
    """
    owner = find_by_email(connection, token.email)
    if add_token(connection, token):
        kind = MailKind.ALREADY_REGISTERED if owner else MailKind.CONFIRM_ADDRESS
        reader = owner or person
        mail = Mail(kind, token.email, reader.language, reader.account, {"path": path})
        write_mail(connection, mail, token.created_at_s)


def confirm_email(connection: Connection, token_hash: TokenHash, now_s: int) -> Person:
    """Have an account's address be confirmed by a token; return its owner.

    Raises TokenUsed or TokenExpired; EmailTaken if another account has the address meanwhile.
    """
    mailed = use_token(connection, token_hash, Purpose.CONFIRM, now_s)
    person = _lock_owner(connection, mailed)
    if person.is_confirmed or mailed.email != person.email:
        raise TokenExpired  # the address was changed since
    _set_email(connection, person.account, mailed.email)
    revoke_tokens(connection, person.account)
    return person


def write_claim(connection: Connection, person: Person, token: MailToken, path: str) -> None:
    """Replace an address that was not confirmed yet, and have the new one confirmed."""
    claim = update(accounts).where(
        accounts.c.id == person.account, accounts.c.claimed_email.is_not(None)
    )
    if connection.execute(claim.values(claimed_email=token.email)).rowcount:
        revoke_tokens(connection, person.account)
        write_confirmation_mail(connection, person, token, path)


def write_address_change(
    connection: Connection,
    person: Person,
    giving_up: tuple[MailToken, str],
    taking: tuple[MailToken, str],
) -> None:
    """Begin to change *person*'s address: each of two mails has a token, and a path to use it.

    The new address is told only that it has an account, if it has one.
    """
    revoke_tokens(connection, person.account, Purpose.GIVE_UP_EMAIL, Purpose.TAKE_EMAIL)
    is_taken = find_by_email(connection, taking[0].email) is not None
    new_kind = MailKind.ALREADY_REGISTERED if is_taken else MailKind.CONFIRM_NEW_ADDRESS
    for (token, path), kind in ((giving_up, MailKind.ADDRESS_CHANGING), (taking, new_kind)):
        if add_token(connection, token):
            values = {"path": path, "email": taking[0].email}
            mail = Mail(kind, token.email, person.language, person.account, values)
            write_mail(connection, mail, token.created_at_s)


def use_change_token(
    connection: Connection, token_hash: TokenHash, purpose: Purpose, now_s: int
) -> Person | None:
    """Use one of the two tokens of a change; return whose address has changed by it.

    None if the other one is not used yet. Both addresses are told of the change. Raises TokenUsed,
    TokenExpired or EmailTaken.
    """
    person = _lock_owner(connection, find_token(connection, token_hash, purpose, now_s))
    token = use_token(connection, token_hash, purpose, now_s)
    other = Purpose.TAKE_EMAIL if purpose is Purpose.GIVE_UP_EMAIL else Purpose.GIVE_UP_EMAIL
    if not is_used(connection, person.account, other, token.created_at_s):
        return None
    _replace_email(connection, person, token.new_email or "", MailKind.ADDRESS_CHANGED, now_s)
    return person


def write_address(
    connection: Connection, person: Person, new_email: str, now_s: int
) -> list[SessionHash]:
    """Replace *person*'s address for them, who has lost the mailbox; end all logins, return those.

    The new address counts as confirmed. Raises EmailTaken or AccountRemoved.
    """
    hold_account(connection, person.account)
    _replace_email(connection, person, new_email, MailKind.ADDRESS_SET, now_s)
    return end_account_sessions(connection, person.account)


def stop_change(
    connection: Connection, token_hash: TokenHash, now_s: int
) -> tuple[Person, list[SessionHash]]:
    """Stop a change of address, by the token that the old one has got; end all logins.

    Return whose address stays, and the logins. Raises TokenUsed or TokenExpired.
    """
    token = use_token(connection, token_hash, Purpose.GIVE_UP_EMAIL, now_s)
    person = _lock_owner(connection, token)
    revoke_tokens(connection, person.account)
    return person, end_account_sessions(connection, person.account)


def _lock_owner(connection: Connection, token: MailToken) -> Person:
    """Return the owner of the token's account, whose row stays locked."""
    if (account := token.account) is None:
        raise TokenExpired
    row = connection.execute(select(accounts).where(is_living(account)).with_for_update()).first()
    if row is None:
        raise TokenExpired
    return person_of(row)


def _replace_email(
    connection: Connection, person: Person, new_email: str, kind: MailKind, now_s: int
) -> None:
    """Replace *person*'s address and tell both of *kind*: the old one only if it was theirs.

    Links that were mailed to the old one are good for nothing any more. Raises EmailTaken.
    """
    _set_email(connection, person.account, new_email)
    revoke_tokens(connection, person.account)
    values = {"email": new_email}
    for to in (person.email, new_email) if person.is_confirmed else (new_email,):
        write_mail(connection, Mail(kind, to, person.language, person.account, values), now_s)


def _set_email(connection: Connection, account: AccountId, email: str) -> None:
    """Give a confirmed address to *account*; raises EmailTaken."""
    having = update(accounts).where(accounts.c.id == account)
    try:
        connection.execute(having.values(email=normalize_email(email), claimed_email=None))
    except IntegrityError as error:
        raise EmailTaken from error
