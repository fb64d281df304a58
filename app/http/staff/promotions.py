"""For staff: promotions are made and paused, and shoppers see them at once."""

from collections.abc import Mapping
from typing import Any, Final

from quart import Blueprint, Response, redirect
from quart.typing import ResponseReturnValue

from app.domain.catalog import Promotion, PromotionId, PromotionKind
from app.domain.errors import DatabaseUnavailable
from app.domain.promotions import goes_on
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import busy, not_found
from app.http.staff.edit_forms import NO_FAULTS, Faults
from app.http.staff.promotion_forms import read_promotion
from app.http.staff.typed_fields import label_field
from app.http.staff.vouchers import day_of
from app.i18n.languages import other_languages, spoken
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.made_up_labels import label_promotion
from app.store.promotion_edits import add_promotion, pause_promotion, resume_promotion

PAGE = "/staff/promotions"
KINDS: Final[Mapping[PromotionKind, str]] = {
    PromotionKind.LOWER_PRICE: N_("A lower price"),
    PromotionKind.FEWER_PAID: N_("Some of them free (3 for 2)"),
    PromotionKind.HALF_PRICE: N_("One of them at half price"),
    PromotionKind.BUNDLE: N_("A price for them together (2 for 3.00)"),
}


def staff_promotions_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of promotions, and the forms that add, pause and resume one."""
    blueprint = Blueprint("staff_promotions", __name__)

    @blueprint.get(PAGE)
    async def promotions() -> ResponseReturnValue:
        await context.refresh_catalog()
        return await _show(context, {}, NO_FAULTS, 200)

    @blueprint.post(PAGE)
    async def add() -> ResponseReturnValue:
        form = read_form()
        try:
            faults = await _add(context, form)
        except DatabaseUnavailable:
            return await _show(context, form, {"": busy().detail}, busy().status)
        return await _show(context, form, faults, 400) if faults else redirect(PAGE, 303)

    @blueprint.post(f"{PAGE}/<int:promotion>/pause")
    async def pause(promotion: int) -> ResponseReturnValue:
        known = await _find(context, promotion)
        if await context.database.write(pause_promotion, known.id):
            context.hub.request_refresh()
        flash(Notice("ok", _("“%(label)s” is paused.", label=_text(known))))
        return redirect(PAGE, 303)

    @blueprint.post(f"{PAGE}/<int:promotion>/resume")
    async def resume(promotion: int) -> ResponseReturnValue:
        known = await _find(context, promotion)
        if await context.database.write(resume_promotion, known.id):
            context.hub.request_refresh()
        flash(Notice("ok", _("“%(label)s” goes on.", label=_text(known))))
        return redirect(PAGE, 303)

    return blueprint


async def _add(context: HttpContext, form: Mapping[str, str]) -> Faults:
    """Add the promotion that *form* describes and flash a notice, or return its faults."""
    await context.refresh_catalog()
    read = read_promotion(form, context.catalog.today, context.zone)
    if not isinstance(read, Promotion):
        return read
    promotion = label_promotion(read, context.shop.currency)
    await context.database.write(add_promotion, promotion)
    context.hub.request_refresh()
    flash(Notice("ok", _("“%(label)s” is added.", label=_text(promotion))))
    return NO_FAULTS


async def _show(
    context: HttpContext, typed: Mapping[str, str], faults: Faults, status: int
) -> Response:
    page = await show(
        context,
        "staff/promotions.html",
        promotions=[_row(context, one) for one in context.catalog.today.planned],
        kinds=[(kind, _(text)) for kind, text in KINDS.items()],
        languages=[(label_field(each), spoken()[each]) for each in other_languages()],
        typed=typed,
        faults=faults,
    )
    return Response(page, status)


def _row(context: HttpContext, promotion: Promotion) -> dict[str, Any]:
    products = context.catalog.today.products
    now_s = context.now_s()
    return {
        "id": promotion.id,
        "label": _text(promotion),
        "kind": _(KINDS[promotion.kind]),
        "products": [
            (sku, products[sku].text(current_language()).name) for sku in sorted(promotion.skus)
        ],
        "first": day_of(promotion.starts, context.zone),
        "last": day_of(promotion.ends and promotion.ends - 1, context.zone),
        "is_paused": promotion.paused,
        "counts": goes_on(promotion, now_s),
        "state": _state(promotion, now_s),
    }


def _state(promotion: Promotion, now_s: float) -> str:
    if goes_on(promotion, now_s):
        return _("Goes on")
    is_over = promotion.ends is not None and promotion.ends <= now_s
    return _("Over") if is_over else _("Planned")


def _text(promotion: Promotion) -> str:
    return promotion.text(current_language())


async def _find(context: HttpContext, number: int) -> Promotion:
    await context.refresh_catalog()
    planned = context.catalog.today.planned
    found = next((each for each in planned if each.id == PromotionId(number)), None)
    if found is None:
        raise not_found()
    return found
