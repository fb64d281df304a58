"""The cart page, with a form for each op, so that it works without a script."""

from collections.abc import Mapping

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.errors import DatabaseUnavailable
from app.domain.ops import Kind
from app.domain.outbox import OutboxId
from app.domain.sessions import Session
from app.http.cart.op_forms import Form, op_of
from app.http.cart.op_messages import NOT_SAVED, OLD_PAGE, not_read, notice_of
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.page import show
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import find_login, to_login
from app.protocol.decode import SubmitOp
from app.protocol.json import BadValue, uuid
from app.services.submit import submit_ops

KINDS: Mapping[str, Kind] = {
    "add": Kind.ADD_LINE,
    "set": Kind.SET_LINE,
    "save": Kind.SAVE_LINE,
    "unsave": Kind.UNSAVE_LINE,
    "accept": Kind.ACCEPT_LINE,
    "note": Kind.SET_NOTE,
    "voucher": Kind.SET_VOUCHER,
    "undo": Kind.UNDO,
}


def cart_blueprint(context: HttpContext) -> Blueprint:
    """Return the cart page and its forms."""
    blueprint = Blueprint("cart", __name__)

    @blueprint.get("/cart")
    async def cart() -> ResponseReturnValue:
        if await find_login(context) is None:
            return to_login("/cart")
        return await show(context, "cart.html")

    @blueprint.post(f"/cart/<any({','.join(KINDS)}):name>")
    async def change(name: str) -> ResponseReturnValue:
        form = (await request.form).to_dict()
        back = safe_redirect(form.get("next", ""))
        if (login := await find_login(context)) is None:
            return to_login(back, form.get("sku", "") if name == "add" else "")
        await flash(await _submit_form(context, login, KINDS[name], form))
        return redirect(back, 303)

    return blueprint


async def add_chosen_product(context: HttpContext, login: Session, add: str) -> None:
    """Put product *add*, which was chosen before signing in, into the cart."""
    if submitted := op_of(Kind.ADD_LINE, {"sku": add, "qty": "1"}):
        await flash(await _submit(context, login, OutboxId(context.new_uuid()), submitted))


async def _submit_form(context: HttpContext, login: Session, kind: Kind, form: Form) -> Notice:
    """Submit the op of *form*. Its key is an outbox of one op, so the form is idempotent."""
    if (submitted := op_of(kind, form)) is None:
        return not_read(kind)
    try:
        outbox = OutboxId(uuid(form, "key"))
    except BadValue:
        return OLD_PAGE
    return await _submit(context, login, outbox, submitted)


async def _submit(
    context: HttpContext, login: Session, outbox: OutboxId, submitted: SubmitOp
) -> Notice:
    try:
        async with context.hub.borrow(login.account, outbox) as cart:
            (result,) = await submit_ops(cart, outbox, [submitted])
            voucher = cart.snapshot().cart.voucher
    except DatabaseUnavailable:
        return NOT_SAVED
    return notice_of(submitted.op, result, context.catalog.today, voucher)
