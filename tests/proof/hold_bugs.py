"""Bugs to plant in what holds units: the race for ten of them must find each."""

from typing import Any, Final

from sqlalchemy import Connection, update

from app.live.open_carts import OpenCarts
from app.store import hold_care, order_changes
from app.store import holds as stored
from app.store.tables import products
from tests.proof.bugs import Bug
from tests.proof.graft import graft

PLENTY: Final = 99


def _ask_nobody() -> None:
    """Let everybody hold what they ask for."""

    def free(_original: Any, _connection: Any, skus: Any) -> dict[Any, int]:
        return dict.fromkeys(skus, PLENTY)

    def move(_original: Any, connection: Connection, more: Any, revision: int) -> None:
        for (_, sku), units in more.items():
            values = {"on_hold": products.c.on_hold + units, "moved": revision}
            connection.execute(update(products).where(products.c.sku == sku).values(values))

    graft(stored, "_free", free)
    graft(stored, "move_units", move)


def _end_nothing() -> None:
    graft(hold_care, "_end", lambda *_: None)


def _sell_what_others_hold() -> None:
    graft(order_changes, "units_of", lambda *_: products.c.on_hold)


def _see_nobody() -> None:
    graft(OpenCarts, "attended", lambda *_: frozenset())


HOLD_BUGS: Final = {
    "holds-given-away": Bug(
        "the database is not asked", _ask_nobody, "more was held and sold than there is"
    ),
    "holds-forever": Bug(
        "nothing is ended", _end_nothing, "a hold lasts though its shopper has left"
    ),
    "holds-sold": Bug(
        "an order takes what others hold",
        _sell_what_others_hold,
        "the sum of the holds is wrong",
    ),
    "holds-unattended": Bug(
        "connections are not seen", _see_nobody, "a hold ended though its shopper is there"
    ),
}
