"""Transactions of forgotten passwords: a mail with a token, and the new password that it allows."""

from sqlalchemy import Connection

from app.domain.languages import Language
from app.domain.mail_tokens import MailToken, Purpose, TokenExpired, TokenHash
from app.domain.mails import Mail, MailKind
from app.domain.sessions import SessionHash
from app.store.account_changes import replace_password
from app.store.accounts import Person, find_by_email, find_person
from app.store.failures import clear_failures
from app.store.mail_tokens import add_token, revoke_tokens, use_token
from app.store.mails import write_mail
from app.store.sessions import end_account_sessions


def write_reset_mail(
    connection: Connection, token: MailToken, path: str, language: Language | None
) -> None:
    """Mail *token*, or that there is no account, to its address, whose reader learns which.

    Either takes the same steps. The mail is in *language* where there is no account.
    """
    person = find_by_email(connection, token.email)
    account = person.account if person else None
    if add_token(connection, token._replace(account=account)):
        kind = MailKind.FORGOTTEN if person else MailKind.NO_ACCOUNT
        spoken = person.language if person else language
        mail = Mail(kind, token.email, spoken, account, {"path": path})
        write_mail(connection, mail, token.created_at_s)


def write_reset(
    connection: Connection, token_hash: TokenHash, password_hash: str, address: str, now_s: int
) -> tuple[Person, list[SessionHash]]:
    """Replace a password that was forgotten, and end all logins; return whose, and which.

    The failed sign-ins from *address* are forgotten too. Raises TokenUsed or TokenExpired.
    """
    token = use_token(connection, token_hash, Purpose.RESET, now_s)
    person = find_person(connection, token.account) if token.account else None
    if person is None:
        raise TokenExpired
    replace_password(connection, person.account, password_hash, now_s)
    clear_failures(connection, person.email, address)
    revoke_tokens(connection, person.account)
    return person, end_account_sessions(connection, person.account)
