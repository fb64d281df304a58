"""The errors of a tab: not connected, or stopped for good and why (protocol.md §5)."""


class NotConnected(Exception):
    """There is no connection at the moment. Ops are queued; other messages are not."""


class Stopped(Exception):
    """Base class: the tab will not reconnect. An op without a verdict may have been applied."""


class Closed(Stopped):
    """The caller closed the tab."""


class LoginRequired(Stopped):
    """There is no valid login, or it has expired: log in again (4401)."""


class LoginEnded(Stopped):
    """The login was ended, here or elsewhere; the cart and the outbox are forgotten (4410)."""


class Replaced(Stopped):
    """A newer connection took over this tab's name (4409)."""


class TooManyTabs(Stopped):
    """The account has too many tabs open, and this was the oldest (4411)."""


class AccountMismatch(Stopped):
    """The login is another account's; ops without a verdict are kept in `Tab.unsettled` (4412)."""


class NotShared(Stopped):
    """The cart is not, or no longer, shared with the login's account (4413)."""


class UnsupportedVersion(Stopped):
    """The server does not speak this version of the protocol (4406)."""


class ClientProtocolError(Stopped):
    """The server rejected a frame: a bug of this client (1007, 1009, 4400)."""


class ServerProtocolError(Stopped):
    """The server sent what the protocol does not allow: a bug of the server."""


class HandshakeRefused(Stopped):
    """The server refused the websocket handshake, for its host or origin (HTTP 4xx)."""
