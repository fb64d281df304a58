"""The cart for scripts: the same outboxes and the same verdicts as on a socket."""

from typing import NamedTuple

from quart import Blueprint, Response

from app.domain.limits import MOST_PENDING
from app.domain.outbox import OutboxId
from app.domain.position import position
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json, read_body
from app.http.core.problems import Problem, malformed
from app.http.core.session import require_login
from app.protocol.decode import SubmitOp, decode_op
from app.protocol.encode import cart_fields, fields_of
from app.protocol.json import BadValue, Fields, uuid
from app.services.submit import DuplicateNumber, ask


class _SubmittedOps(NamedTuple):
    """What was sent: ops of one outbox."""

    outbox: OutboxId
    asked: tuple[SubmitOp, ...]


def cart_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of the cart."""
    blueprint = Blueprint("cart_api", __name__)

    @blueprint.get("/api/cart")
    async def cart() -> Response:
        login = await require_login(context)
        async with context.hub.borrow(login.account, None) as cart:
            snapshot = cart.snapshot()
        cart_now = cart_fields(snapshot.cart)
        return as_json({"at": snapshot.at, "rev": snapshot.rev, "cart": cart_now})

    @blueprint.post("/api/cart/ops")
    async def ops() -> Response:
        login = await require_login(context)
        outbox, asked = _read(await read_body())
        async with context.hub.borrow(login.account, outbox) as cart:
            told = await ask(cart, outbox, asked)
            saved = cart.saved
        verdicts = [fields_of(each) for each in told if not isinstance(each, DuplicateNumber)]
        if len(verdicts) < len(told):
            detail = f"Op {told[-1].n} was another one before. Nothing was changed by this one."
            raise Problem(409, "op_changed", detail)
        return as_json({"verdicts": verdicts, "at": position(saved), "rev": saved.rev})

    return blueprint


def _read(fields: Fields) -> _SubmittedOps:
    try:
        return _SubmittedOps(OutboxId(uuid(fields, "outbox")), _asked(fields.get("ops")))
    except BadValue as fault:
        raise malformed(fault) from fault


def _asked(ops: object) -> tuple[SubmitOp, ...]:
    if not isinstance(ops, list) or not all(isinstance(op, dict) for op in ops):
        raise BadValue("ops: a list of objects is needed")
    if len(ops) > MOST_PENDING:
        raise BadValue(f"ops: at most {MOST_PENDING} are allowed")
    return tuple(decode_op(op) for op in ops)
