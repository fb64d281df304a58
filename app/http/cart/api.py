"""The cart as JSON (protocol.md §7), with the same outboxes and verdicts as on a socket."""

from typing import NamedTuple

from quart import Blueprint, Response

from app.domain.limits import MOST_PENDING
from app.domain.outbox import OutboxId
from app.domain.position import position
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json, read_body
from app.http.core.problems import malformed, op_changed
from app.http.core.session import require_login
from app.protocol.decode import SubmitOp, decode_op
from app.protocol.encode import cart_fields, fields_of
from app.protocol.json import BadValue, Fields, uuid
from app.services.submit import DuplicateNumber, submit_ops


class _SubmittedOps(NamedTuple):
    """The ops of a request, all of one outbox."""

    outbox: OutboxId
    ops: tuple[SubmitOp, ...]


def cart_api_blueprint(context: HttpContext) -> Blueprint:
    """Return the routes of the cart in JSON."""
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
        outbox, ops = _read(await read_body())
        async with context.hub.borrow(login.account, outbox) as cart:
            results = await submit_ops(cart, outbox, ops)
            saved = cart.saved
        verdicts = [fields_of(each) for each in results if not isinstance(each, DuplicateNumber)]
        if len(verdicts) < len(results):
            raise op_changed(results[-1].n)
        return as_json({"verdicts": verdicts, "at": position(saved), "rev": saved.rev})

    return blueprint


def _read(fields: Fields) -> _SubmittedOps:
    try:
        return _SubmittedOps(OutboxId(uuid(fields, "outbox")), _read_ops(fields.get("ops")))
    except BadValue as fault:
        raise malformed(fault) from fault


def _read_ops(ops: object) -> tuple[SubmitOp, ...]:
    if not isinstance(ops, list) or not all(isinstance(op, dict) for op in ops):
        raise BadValue("ops: a list of objects is needed")
    if len(ops) > MOST_PENDING:
        raise BadValue(f"ops: at most {MOST_PENDING} are allowed")
    return tuple(decode_op(op) for op in ops)
