"""Bugs to plant in what people share: the history checker must find each."""

from typing import Any, Final

from msgspec.json import decode

from app.domain import sharing
from app.domain.cart import Cart
from app.domain.members import OWNER
from app.domain.undo import Step
from app.live.presence import Presence
from app.ws.connection import CartConnection
from app.ws.relayed_socket import RelayedSocket
from tests.proof.bugs import Bug
from tests.proof.graft import graft


def _forget_who_is_relayed() -> None:
    """Serve the tabs that another node relays as if they were the owner's."""

    def around(
        original: Any, socket: RelayedSocket, connection: CartConnection, *limits: int
    ) -> None:
        connection.by = OWNER
        original(socket, connection, *limits)

    graft(RelayedSocket, "attach", around)


def _undo_what_others_did() -> None:
    """Take back the newest change, whosever it is."""

    def around(original: Any, cart: Cart, by: Any, rev: Any, may_undo: Any) -> Any:
        whose = decode(cart.undo_stack[-1], type=Step).by if cart.undo_stack else by
        return original(cart, whose, rev, may_undo)

    graft(sharing, "undo", around)


def _keep_who_is_removed() -> None:
    """Tell the tabs of who is removed what they were told before."""

    def around(_original: Any, presence: Presence, cart: Any) -> None:
        presence.household = cart.household
        presence.publish_count(None)

    graft(Presence, "take_sharing", around)


HOUSEHOLD_BUGS: Final = {
    "relayed-as-owner": Bug(
        "who changed the cart is lost on a relay", _forget_who_is_relayed, "attribution"
    ),
    "undo-of-others": Bug(
        "an undo takes back what somebody else did", _undo_what_others_did, "lost"
    ),
    "removed-and-told": Bug(
        "who is removed is told what is changed", _keep_who_is_removed, "removal"
    ),
}
