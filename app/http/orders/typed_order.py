"""What is typed on the checkout page beside the address: applied with the order."""

from collections.abc import Mapping
from typing import NamedTuple

from app.domain.ops import Kind
from app.http.cart.op_forms import op_of
from app.http.cart.op_messages import not_read, notice_of
from app.http.core.context import HttpContext
from app.http.core.flash import Notice
from app.http.core.used_cart import UsedCart
from app.services.checkout import CheckoutRequest
from app.services.typed_ops import submit_typed

Form = Mapping[str, str]


class Applied(NamedTuple):
    """The request after what was typed is in the cart; and what to tell instead of placing it."""

    request: CheckoutRequest
    notice: Notice | None = None


async def apply_typed(
    context: HttpContext, used: UsedCart, form: Form, request: CheckoutRequest
) -> Applied:
    """Put the note and the voucher of *form* into the cart that is *used*.

    After a voucher the order is not placed: its total is another one, or the code was refused.
    """
    if (note := form.get("text")) is not None:
        request, notice = await _apply(context, used, Kind.SET_NOTE, {"text": note}, request)
        if notice and notice.kind == "error":
            return Applied(request, notice)
    if code := form.get("code", "").strip():
        return await _apply(context, used, Kind.SET_VOUCHER, {"code": code}, request)
    return Applied(request)


async def _apply(
    context: HttpContext, used: UsedCart, kind: Kind, fields: Form, request: CheckoutRequest
) -> Applied:
    if (submitted := op_of(kind, fields)) is None:
        return Applied(request, not_read(kind))
    typed = await submit_typed(context.hub, used, request.key, request.at, submitted)
    if typed is None:
        return Applied(request)
    notice = notice_of(submitted.op, typed.result, context.catalog.today, typed.voucher)
    return Applied(request._replace(at=typed.at), notice)
