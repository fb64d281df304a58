"""What was typed and could not be used, kept for its account's next page.

It is in the cookie of notices for a few minutes: while a customer signs in again, or until the page
shows what is to be changed.
"""

from collections.abc import Mapping

from quart import session

from app.domain.sessions import Session
from app.http.core.address_fields import LENGTHS
from app.http.core.form_account import FIELD

Form = Mapping[str, str]

KEPT = "typed_order"
KEPT_FIELDS = (*LENGTHS, "address", "text", "code")
MOST_KEPT = 1000
"""So many characters fit into a cookie, whatever they are."""


def keep_typed(form: Form) -> None:
    """Keep what was typed into *form* for its account; the longest text is left out if it must."""
    typed = {name: form[name] for name in KEPT_FIELDS if form.get(name)}
    while typed and sum(map(len, typed.values())) > MOST_KEPT:
        del typed[max(typed, key=lambda name: len(typed[name]))]
    if typed:
        session[KEPT] = {FIELD: form.get(FIELD, ""), **typed}


def take_typed(login: Session) -> Form:
    """Return what was kept of *login*'s account, and forget it."""
    kept: dict[str, str] = session.pop(KEPT, {})
    return kept if kept.get(FIELD) == login.account else {}
