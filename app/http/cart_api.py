"""The cart for scripts: the same outboxes and the same verdicts as on a socket."""

from typing import NamedTuple

from quart import Blueprint, Response

from app.domain.limits import MOST_PENDING
from app.domain.outbox import OutboxId
from app.domain.position import position
from app.http.answer import Contradicted, ask
from app.http.bodies import as_json, read_body
from app.http.desk import Desk
from app.http.login import need_login
from app.http.problems import Problem, malformed
from app.protocol.decode import Asked, read_asked
from app.protocol.encode import cart_fields, fields_of
from app.protocol.json import BadValue, Fields, uuid


class _Wishes(NamedTuple):
    """What was sent: ops of one outbox."""

    outbox: OutboxId
    asked: tuple[Asked, ...]


def cart_api(desk: Desk) -> Blueprint:
    """Return the routes of the cart."""
    door = Blueprint("cart_api", __name__)

    @door.get("/api/cart")
    async def cart() -> Response:
        login = await need_login(desk)
        async with desk.hub.borrow(login.account, None) as cart:
            snapshot = cart.snapshot()
        cart_now = cart_fields(snapshot.cart)
        return as_json({"at": snapshot.at, "rev": snapshot.rev, "cart": cart_now})

    @door.post("/api/cart/ops")
    async def ops() -> Response:
        login = await need_login(desk)
        outbox, asked = _read(await read_body())
        async with desk.hub.borrow(login.account, outbox) as cart:
            told = await ask(cart, outbox, asked)
            saved = cart.saved
        verdicts = [fields_of(each) for each in told if not isinstance(each, Contradicted)]
        if len(verdicts) < len(told):
            detail = f"Op {told[-1].n} was another one before. Nothing was changed by this one."
            raise Problem(409, "op_changed", detail)
        return as_json({"verdicts": verdicts, "at": position(saved), "rev": saved.rev})

    return door


def _read(fields: Fields) -> _Wishes:
    try:
        return _Wishes(OutboxId(uuid(fields, "outbox")), _asked(fields.get("ops")))
    except BadValue as fault:
        raise malformed(fault) from fault


def _asked(ops: object) -> tuple[Asked, ...]:
    if not isinstance(ops, list) or not all(isinstance(op, dict) for op in ops):
        raise BadValue("ops: a list of objects is needed")
    if len(ops) > MOST_PENDING:
        raise BadValue(f"ops: at most {MOST_PENDING} are allowed")
    return tuple(read_asked(op) for op in ops)
