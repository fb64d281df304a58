"""What is asked before staff do something to an account that it feels at once."""

import re
from typing import Final, NamedTuple

from app.i18n.translate import noop as N_


class Question(NamedTuple):
    """A question, what follows if it is answered with yes, and the button that does so.

    `%(name)s` in the question is the name of the account's holder.
    """

    text: str
    consequence: str
    label: str


_SIGNED_OUT: Final = N_(
    "Their pages show within a second that they are signed out, and keep what was not saved. They"
    " can sign in again with their password."
)
_NEW_ROLE: Final = N_("They are signed out everywhere within a second, and sign in again.")

ONE_SESSION: Final = "sessions/([^/]+)/end"
_ONE: Final = Question(N_("Sign %(name)s out there?"), _SIGNED_OUT, N_("Sign out"))
_QUESTIONS: Final = {
    "sessions/end": Question(
        N_("Sign %(name)s out everywhere?"), _SIGNED_OUT, N_("Sign out everywhere")
    ),
    "disable": Question(
        N_("Disable the account of %(name)s?"),
        N_(
            "They are signed out everywhere within a second, and nobody can sign in until the"
            " account is enabled again. Cart and orders stay."
        ),
        N_("Disable the account"),
    ),
    "role/staff": Question(
        N_("Make %(name)s a member of staff?"), _NEW_ROLE, N_("Make a member of staff")
    ),
    "role/shopper": Question(N_("Make %(name)s a shopper?"), _NEW_ROLE, N_("Make a shopper")),
}
"""By the last part of the address that does it."""


def question_before(act: str) -> Question | None:
    """Return what is asked before *act*; None if nothing is."""
    return _ONE if re.fullmatch(ONE_SESSION, act) else _QUESTIONS.get(act)
