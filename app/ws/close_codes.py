"""Close codes of the websocket (protocol.md §5 says how the client reacts to each)."""

from enum import IntEnum

from app.live.ports import DisconnectReason


class CloseCode(IntEnum):
    """The codes that connections close with; `app/server/websocket.py` adds 1007 and 1009."""

    FAILED = 1011
    RESTARTING = 1012
    OVERLOADED = 1013
    BAD_MESSAGE = 4400
    NO_LOGIN = 4401
    VERSION = 4406
    TOO_SLOW = 4408
    REPLACED = 4409
    SIGNED_OUT = 4410
    CROWDED_OUT = 4411
    ANOTHER_ACCOUNT = 4412
    NOT_A_MEMBER = 4413
    RATE_IGNORED = 4429
    CART_LOST = 4503


CODES = {
    DisconnectReason.REPLACED: CloseCode.REPLACED,
    DisconnectReason.CROWDED_OUT: CloseCode.CROWDED_OUT,
    DisconnectReason.SIGNED_OUT: CloseCode.SIGNED_OUT,
    DisconnectReason.EXPIRED: CloseCode.NO_LOGIN,
    DisconnectReason.LOST: CloseCode.CART_LOST,
    DisconnectReason.REMOVED: CloseCode.NOT_A_MEMBER,
}
