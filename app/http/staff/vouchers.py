"""For staff: vouchers are made and paused, and their use is seen."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.catalog import Money, Voucher
from app.domain.errors import DatabaseUnavailable
from app.domain.periods import day_at
from app.domain.vouchers import VoucherState, normalise_code, voucher_state
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import busy, not_found
from app.http.staff.edit_forms import NO_FAULTS, Faults
from app.http.staff.typed_fields import label_field
from app.http.staff.voucher_forms import read_voucher
from app.i18n.formats import day
from app.i18n.languages import other_languages, spoken
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.made_up_labels import label_voucher
from app.store.vouchers import VoucherUse, add_voucher, list_vouchers, pause_voucher, resume_voucher

PAGE = "/staff/vouchers"
STATES: Final[Mapping[VoucherState, str]] = {
    VoucherState.OK: N_("Valid"),
    VoucherState.NOT_YET: N_("Not yet valid"),
    VoucherState.EXPIRED: N_("Over"),
    VoucherState.USED: N_("Used up"),
    VoucherState.USED_UP: N_("Used up"),
}
"""What staff call the state of a voucher that is not paused, for a cart that is large enough.

One that no account may use has the state that it has for an account which has used it.
"""


def staff_vouchers_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of vouchers, and the forms that add, pause and resume one."""
    blueprint = Blueprint("staff_vouchers", __name__)

    @blueprint.get(PAGE)
    async def vouchers() -> ResponseReturnValue:
        return await _show(context, {}, NO_FAULTS)

    @blueprint.post(PAGE)
    async def add() -> ResponseReturnValue:
        form = read_form()
        try:
            faults = await _add(context, form)
        except DatabaseUnavailable:
            return await _page(context, form, {"": busy().detail}, None), busy().status
        return (await _show(context, form, faults), 400) if faults else redirect(PAGE, 303)

    @blueprint.post(f"{PAGE}/<code>/pause")
    async def pause(code: str) -> ResponseReturnValue:
        known = await _find(context, code)
        if await context.database.write(pause_voucher, known.code):
            context.hub.request_refresh()
        flash(Notice("ok", _("%(code)s is paused: carts no longer count it.", code=known.code)))
        return redirect(PAGE, 303)

    @blueprint.post(f"{PAGE}/<code>/resume")
    async def resume(code: str) -> ResponseReturnValue:
        known = await _find(context, code)
        if await context.database.write(resume_voucher, known.code):
            context.hub.request_refresh()
        flash(Notice("ok", _("%(code)s counts again.", code=known.code)))
        return redirect(PAGE, 303)

    return blueprint


async def _add(context: HttpContext, form: Mapping[str, str]) -> Faults:
    """Add the voucher that *form* describes and flash a notice, or return its faults."""
    read = read_voucher(form, context.shop.currency, context.zone)
    if not isinstance(read, Voucher):
        return read
    voucher = label_voucher(read, context.shop.currency)
    if not await context.database.write(add_voucher, voucher):
        return {"code": _("There is a voucher %(code)s already.", code=voucher.code)}
    context.hub.request_refresh()
    said = _("%(code)s is honoured: %(label)s.", code=voucher.code, label=_text(voucher))
    flash(Notice("ok", said))
    return NO_FAULTS


async def _show(context: HttpContext, typed: Mapping[str, str], faults: Faults) -> str:
    used = await context.database.read(list_vouchers, context.shop.currency.code)
    return await _page(context, typed, faults, used)


async def _page(
    context: HttpContext,
    typed: Mapping[str, str],
    faults: Faults,
    used: Sequence[VoucherUse] | None,
) -> str:
    """Return the page with the list of vouchers, unless that cannot be had."""
    return await show(
        context,
        "staff/vouchers.html",
        vouchers=used and [_row(one, context.now_s(), context.zone) for one in used],
        languages=[(label_field(each), spoken()[each]) for each in other_languages()],
        typed=typed,
        faults=faults,
    )


def _row(use: VoucherUse, now_s: float, zone: tzinfo) -> dict[str, Any]:
    voucher = use.voucher
    return {
        "code": voucher.code,
        "label": _text(voucher),
        "state": _(STATES[_state(voucher, now_s)]),
        "is_paused": voucher.paused,
        "counts": _state(voucher, now_s) is VoucherState.OK,
        "first": day_of(voucher.starts, zone),
        "last": day_of(voucher.ends and voucher.ends - 1, zone),
        "uses_left": voucher.uses_left,
        "uses_each": voucher.uses_each,
        "orders": use.orders,
        "discount": use.discount,
    }


def _state(voucher: Voucher, now_s: float) -> VoucherState:
    """Return whether *voucher* applies to a cart that is large enough for it."""
    return voucher_state(voucher, 0, Money(voucher.minimum), now_s)


def day_of(at_s: int | None, zone: tzinfo) -> str:
    """Return the day of a moment in *zone*; empty for none."""
    return "" if at_s is None else day(day_at(at_s, zone).first)


def _text(voucher: Voucher) -> str:
    return voucher.text(current_language())


async def _find(context: HttpContext, typed: str) -> Voucher:
    await context.refresh_catalog()
    found = context.catalog.today.vouchers.get(normalise_code(typed))
    if found is None:
        raise not_found()
    return found
