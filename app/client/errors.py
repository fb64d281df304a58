"""Why a tab stops for good (protocol.md §5)."""


class Stopped(Exception):
    """The tab has stopped for good; whether an op without a verdict was done is not known here."""


class Closed(Stopped):
    """It was closed on this side."""


class LoginNeeded(Stopped):
    """There is no valid login, or it has run out: log in again."""


class LoginEnded(Stopped):
    """The login was ended, here or elsewhere; the cart and the outbox are forgotten."""


class Replaced(Stopped):
    """A newer connection with this tab's name took over."""


class TooManyTabs(Stopped):
    """The account has too many tabs open, and this was the oldest."""


class Outdated(Stopped):
    """The shop speaks another version of the protocol."""


class Misspoke(Stopped):
    """The shop found something wrong with what was sent: a bug on this side."""


class Misheard(Stopped):
    """The shop sent something that the protocol does not allow: a bug on that side."""


class HandshakeRefused(Stopped):
    """The shop does not open a socket for this client: wrong host or origin."""
