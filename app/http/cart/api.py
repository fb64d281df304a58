"""The cart as JSON (protocol.md §7), with the same outboxes and verdicts as on a socket."""

from typing import NamedTuple

from quart import Blueprint, Response, request

from app.domain.accounts import AccountId
from app.domain.limits import MOST_PENDING
from app.domain.outbox import OutboxId, outbox_of
from app.domain.position import position
from app.domain.sessions import Session
from app.http.core.context import HttpContext
from app.http.core.json_body import as_json, read_body
from app.http.core.problems import malformed, op_changed, other_account
from app.http.core.session import require_login
from app.i18n.translate import current_language
from app.protocol.decode import SubmitOp, decode_op
from app.protocol.encode import cart_fields, fields_of
from app.protocol.json import BadValue, Fields, text, uuid
from app.protocol.localize import localized_cart
from app.services.households import require_member
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
        owner, by = await _requested(context, login)
        async with context.hub.borrow(owner, None) as cart:
            require_member(cart.saved.household, by)
            snapshot = cart.snapshot(by)
        shown = localized_cart(snapshot.cart, current_language(), context.catalog.today)
        answer = {"account": login.account, "at": snapshot.at, "rev": snapshot.rev}
        return as_json(answer | {"cart": cart_fields(shown)})

    @blueprint.post("/api/cart/ops")
    async def ops() -> Response:
        login = await require_login(context)
        body = await read_body()
        if _read_account(body, login) != login.account:
            raise other_account()
        owner, by = await _requested(context, login)
        sent = _read(body)
        outbox = outbox_of(by, sent.outbox)
        async with context.hub.borrow(owner, outbox) as cart:
            require_member(cart.saved.household, by)
            results = await submit_ops(cart, outbox, sent.ops, by)
            saved = cart.saved
        language = current_language()
        verdicts = [
            fields_of(each, language) for each in results if not isinstance(each, DuplicateNumber)
        ]
        if len(verdicts) < len(results):
            raise op_changed(results[-1].n)
        return as_json({"verdicts": verdicts, "at": position(saved), "rev": saved.rev})

    return blueprint


async def _requested(context: HttpContext, login: Session) -> tuple[AccountId, AccountId]:
    """Return whose cart the request is about, and as whom *login* uses it. Raises NotAMember."""
    cart = AccountId(request.args.get("cart") or login.account)
    return cart, await context.households.sender(login.account, cart)


def _read_account(fields: Fields, login: Session) -> str:
    """Return whose page sent the ops; that of *login* if it is not said. Raises Problem 400."""
    try:
        return text(fields, "account") if "account" in fields else login.account
    except BadValue as fault:
        raise malformed(fault) from fault


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
