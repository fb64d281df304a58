"""Tokens that are mailed: only their digests are kept, and each can be used once."""

from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from app.domain.accounts import AccountId
from app.domain.mail_tokens import (
    HOUR_S,
    KEPT_S,
    MOST_EACH_H,
    MailToken,
    Purpose,
    TokenExpired,
    TokenHash,
    TokenUsed,
)
from app.store.living_accounts import hold_account
from app.store.tables import mail_tokens


def add_token(connection: Connection, mailed: MailToken) -> bool:
    """Keep *mailed*; return False if its address has got too many, and no mail is to be sent.

    Tokens that nobody can ask about any more are deleted. Raises `AccountRemoved`.
    """
    if mailed.account is not None:
        hold_account(connection, mailed.account)
    now_s = mailed.created_at_s
    connection.execute(delete(mail_tokens).where(mail_tokens.c.expires_at < now_s - KEPT_S))
    recent = select(func.count()).where(
        mail_tokens.c.email == mailed.email, mail_tokens.c.created_at > now_s - HOUR_S
    )
    is_allowed = connection.execute(recent).scalar_one() < MOST_EACH_H
    if is_allowed:
        connection.execute(insert(mail_tokens).values(_row(mailed)))
    return is_allowed


def find_token(
    connection: Connection, hashed: TokenHash, purpose: Purpose, now_s: int
) -> MailToken:
    """Return a token that can be used. Raises TokenUsed or TokenExpired."""
    row = connection.execute(
        select(mail_tokens).where(mail_tokens.c.hash == hashed, mail_tokens.c.purpose == purpose)
    ).one_or_none()
    if row is None:
        raise TokenExpired
    if row.used_at is not None:
        raise TokenUsed
    if row.expires_at <= now_s:
        raise TokenExpired
    return _token(row)


def use_token(connection: Connection, hashed: TokenHash, purpose: Purpose, now_s: int) -> MailToken:
    """Use a token up, and return it. Raises TokenUsed or TokenExpired."""
    using = update(mail_tokens).where(
        mail_tokens.c.hash == hashed,
        mail_tokens.c.used_at.is_(None),
    )
    token = find_token(connection, hashed, purpose, now_s)
    if connection.execute(using.values(used_at=now_s)).rowcount != 1:
        raise TokenUsed
    return token


def is_used(connection: Connection, account: AccountId, purpose: Purpose, begun_at_s: int) -> bool:
    """Say whether the token of *account* that was made at that time was used."""
    query = select(func.count()).where(
        mail_tokens.c.account == account,
        mail_tokens.c.purpose == purpose,
        mail_tokens.c.created_at == begun_at_s,
        mail_tokens.c.used_at.is_not(None),
    )
    return bool(connection.execute(query).scalar())


def revoke_tokens(connection: Connection, account: AccountId, *purposes: Purpose) -> None:
    """Delete the tokens of *account* that were not used: for some *purposes*, or for all."""
    open_tokens = delete(mail_tokens).where(
        mail_tokens.c.account == account, mail_tokens.c.used_at.is_(None)
    )
    connection.execute(open_tokens.where(mail_tokens.c.purpose.in_(purposes or tuple(Purpose))))


def _row(token: MailToken) -> dict[str, object]:
    return {
        "hash": token.hash,
        "purpose": token.purpose,
        "account": token.account,
        "email": token.email,
        "new_email": token.new_email,
        "created_at": token.created_at_s,
        "expires_at": token.expires_at_s,
    }


def _token(row: Row[Any]) -> MailToken:
    account = AccountId(row.account) if row.account else None
    return MailToken(
        TokenHash(row.hash),
        Purpose(row.purpose),
        account,
        row.email,
        row.created_at,
        row.new_email,
    )
