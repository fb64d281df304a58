"""Links with tokens that are mailed: what they lead to, and how their tokens are made."""

from typing import Final, NamedTuple

from app.domain.accounts import AccountId
from app.domain.emails import normalize_email
from app.domain.mail_tokens import MailToken, Purpose, TokenHash
from app.store.sessions import digest

CONFIRM_PATH: Final = "/confirm"
RESET_PATH: Final = "/reset"
OLD_EMAIL_PATH: Final = "/account/email/old"
NEW_EMAIL_PATH: Final = "/account/email/new"


class MailedLink(NamedTuple):
    """A token as it is kept, and the path of the page where it can be used."""

    token: MailToken
    path: str


def new_link(  # noqa: PLR0913, PLR0917 - all of it is in the token
    path: str,
    secret: str,
    purpose: Purpose,
    account: AccountId | None,
    email: str,
    now_s: int,
    new_email: str | None = None,
) -> MailedLink:
    """Return a link below *path* with *secret*, of which only the digest is kept."""
    whose = (account, normalize_email(email), now_s, new_email)
    return MailedLink(MailToken(token_hash(secret), purpose, *whose), f"{path}/{secret}")


def token_hash(secret: str) -> TokenHash:
    """Return the digest by which a token is found."""
    return TokenHash(digest(secret))
