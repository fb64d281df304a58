"""The cart page, with a form for each op, so that it works without a script."""

from collections.abc import Mapping

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.accounts import AccountId
from app.domain.errors import DatabaseUnavailable
from app.domain.members import OWNER
from app.domain.ops import Kind
from app.domain.outbox import OutboxId, outbox_of
from app.domain.sessions import Session
from app.domain.told_orders import DismissOrder
from app.http.cart.op_forms import Form, op_of, whole_number
from app.http.cart.op_messages import (
    NO_CODE,
    NOT_SAVED,
    NOT_SHARED,
    OLD_PAGE,
    not_read,
    notice_of,
    refused,
)
from app.http.core.cart_cookie import choose_cart
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.form_account import FIELD
from app.http.core.forms import read_form
from app.http.core.kept_fields import keep_typed, take_typed
from app.http.core.page import show
from app.http.core.safe_redirect import safe_redirect
from app.http.core.session import find_login, to_login
from app.http.core.used_cart import end_shared_cart, form_cart, use_own_cart
from app.protocol.decode import SubmitOp
from app.protocol.json import BadValue, uuid
from app.services.households import NotAMember, require_member
from app.services.submit import submit_ops

KINDS: Mapping[str, Kind] = {
    "add": Kind.ADD_LINE,
    "set": Kind.SET_LINE,
    "save": Kind.SAVE_LINE,
    "unsave": Kind.UNSAVE_LINE,
    "discard": Kind.DISCARD_LINE,
    "accept": Kind.ACCEPT_LINE,
    "note": Kind.SET_NOTE,
    "voucher": Kind.SET_VOUCHER,
    "undo": Kind.UNDO,
    "suggest": Kind.SUGGEST_LINE,
}
OF_SUGGESTIONS: Mapping[str, Kind] = {
    "accept": Kind.ACCEPT_SUGGESTION,
    "decline": Kind.DECLINE_SUGGESTION,
}


def cart_blueprint(context: HttpContext) -> Blueprint:
    """Return the cart page and its forms."""
    blueprint = Blueprint("cart", __name__)

    @blueprint.get("/cart")
    async def cart() -> ResponseReturnValue:
        if (login := await find_login(context)) is None:
            return to_login("/cart")
        shared = await context.households.shared_with(login.account)
        return await show(context, "cart.html", typed=take_typed(login), shared=shared)

    @blueprint.post(f"/cart/<any({','.join(KINDS)}):name>")
    async def change(name: str) -> ResponseReturnValue:
        return await _change(context, KINDS[name], read_form())

    @blueprint.post(f"/cart/suggestion/<any({','.join(OF_SUGGESTIONS)}):name>")
    async def answer_suggestion(name: str) -> ResponseReturnValue:
        return await _change(context, OF_SUGGESTIONS[name], read_form())

    @blueprint.post("/cart/ordered")
    async def dismiss_order() -> ResponseReturnValue:
        return await _dismiss_order(context, read_form())

    @blueprint.post("/cart/choose")
    async def choose() -> ResponseReturnValue:
        return await _choose(context, read_form())

    return blueprint


async def _change(context: HttpContext, kind: Kind, form: Form) -> ResponseReturnValue:
    back = safe_redirect(form.get("next", ""))
    if (login := await find_login(context)) is None:
        return to_login(back, form.get("sku", "") if kind is Kind.ADD_LINE else "")
    notice = await _submit_form(context, login, kind, form)
    if notice.kind == "error":
        keep_typed({**form, FIELD: login.account})
    flash(notice)
    return redirect(back, 303)


async def _choose(context: HttpContext, form: Form) -> ResponseReturnValue:
    """Have the next pages show another cart: the own, or one that is shared with the account."""
    back = safe_redirect(form.get("next", ""))
    if (login := await find_login(context)) is None:
        return to_login(back)
    owner = AccountId(form.get("choose", ""))
    try:
        is_own = not owner or not await context.households.sender(login.account, owner)
        choose_cart(OWNER if is_own else owner)
    except NotAMember:
        end_shared_cart(login)
    return redirect(back, 303)


async def _dismiss_order(context: HttpContext, form: Form) -> ResponseReturnValue:
    """Tell the account no longer that somebody else of the household ordered."""
    back = safe_redirect(form.get("next", ""))
    if (login := await find_login(context)) is None:
        return to_login(back)
    rev = whole_number(form, "rev") or 0
    try:
        owner, by = await form_cart(context, login)
        await context.households.change(owner, DismissOrder(rev, by))
    except NotAMember:
        end_shared_cart(login)
    return redirect(back, 303)


async def add_chosen_product(context: HttpContext, login: Session, add: str, key: str) -> None:
    """Put product *add*, which was chosen before signing in, into the cart: once for each *key*."""
    if submitted := op_of(Kind.ADD_LINE, {"sku": add, "qty": "1"}):
        try:
            outbox = OutboxId(uuid({"key": key}, "key"))
        except BadValue:
            outbox = OutboxId(context.new_uuid())
        flash(await _submit(context, login, outbox, submitted))


async def _submit_form(context: HttpContext, login: Session, kind: Kind, form: Form) -> Notice:
    """Submit the op of *form*. Its key is an outbox of one op, so the form is idempotent."""
    if (submitted := op_of(kind, form)) is None:
        return not_read(kind)
    if kind is Kind.SET_VOUCHER and "op_key" in form and not form.get("code", "").strip():
        return refused(NO_CODE)
    try:
        outbox = OutboxId(uuid(form, "op_key" if "op_key" in form else "key"))
    except BadValue:
        return refused(OLD_PAGE)
    return await _submit(context, login, outbox, submitted)


async def _submit(
    context: HttpContext, login: Session, outbox: OutboxId, submitted: SubmitOp
) -> Notice:
    try:
        owner, by = await form_cart(context, login)
        outbox = outbox_of(by, outbox)
        async with context.hub.borrow(owner, outbox) as cart:
            require_member(cart.saved.household, by)
            (result,) = await submit_ops(cart, outbox, [submitted], by)
            voucher = cart.snapshot(by).cart.voucher
    except DatabaseUnavailable:
        return refused(NOT_SAVED)
    except NotAMember:
        use_own_cart(login)
        return refused(NOT_SHARED)
    return notice_of(submitted.op, result, context.catalog.today, voucher)
