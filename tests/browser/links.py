"""Setups that have links with tokens be in the mail, as the shop would send them."""

from app.domain.mail_tokens import Purpose
from app.services.mailed_links import CONFIRM_PATH, NEW_EMAIL_PATH, OLD_EMAIL_PATH, RESET_PATH
from tests.browser.person import Person

SECRET = "secret-1-that-came-by-mail"
PAGES = {
    Purpose.CONFIRM: f"{CONFIRM_PATH}/{SECRET}",
    Purpose.RESET: f"{RESET_PATH}/{SECRET}",
    Purpose.TAKE_EMAIL: f"{NEW_EMAIL_PATH}/{SECRET}",
    Purpose.GIVE_UP_EMAIL: f"{OLD_EMAIL_PATH}/{SECRET}",
}


async def have_reset_link(person: Person) -> None:
    """Have a link for a new password."""
    _have(person, Purpose.RESET)


async def have_confirm_link(person: Person) -> None:
    """Have claimed the address, and have a link that confirms it."""
    person.live_database.claim_email(person.account, person.email)
    _have(person, Purpose.CONFIRM)


async def have_new_email_link(person: Person) -> None:
    """Have a link that agrees to a new address, at the new one."""
    _have(person, Purpose.TAKE_EMAIL)


async def have_old_email_link(person: Person) -> None:
    """Have a link that agrees to a new address, at the old one."""
    _have(person, Purpose.GIVE_UP_EMAIL)


def _have(person: Person, purpose: Purpose) -> None:
    person.live_database.add_token(person.account, person.email, purpose, SECRET)
