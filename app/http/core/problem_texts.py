"""What problems are called, and what is said of those that are nothing but a status."""

from typing import NamedTuple

from app.i18n.translate import noop as N_


class ProblemText(NamedTuple):
    """The code of a problem, and a sentence on it."""

    code: str
    detail: str


TITLES = {
    400: N_("We could not read that"),
    401: N_("Please sign in"),
    403: N_("Not allowed"),
    404: N_("Page not found"),
    405: N_("Not possible"),
    408: N_("That took too long"),
    409: N_("Nothing was changed"),
    413: N_("Too large"),
    421: N_("Wrong address"),
    429: N_("Please slow down"),
    500: N_("Something went wrong"),
    503: N_("Please try again shortly"),
}

TITLES_BY_CODE = {"other_account": N_("Another account is signed in")}

BY_STATUS = {
    400: ProblemText(
        "malformed", N_("We could not understand what was sent. Nothing was changed.")
    ),
    404: ProblemText("not_found", N_("This page does not exist, or you do not have access to it.")),
    405: ProblemText("method_not_allowed", N_("This address cannot be used in this way.")),
    408: ProblemText("too_slow", N_("The request took too long to arrive. Try again.")),
    413: ProblemText("too_large", N_("At most 64 KiB can be sent at once.")),
    500: ProblemText("failed", N_("Something went wrong on our side. Please try again shortly.")),
}
