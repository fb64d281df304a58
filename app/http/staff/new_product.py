"""The form that adds a product to the catalogue, with its first inventory."""

from collections.abc import Mapping

from quart import Blueprint, Response, redirect
from quart.typing import ResponseReturnValue

from app.domain.catalog import Product
from app.domain.edits import LONGEST_REASON, NotEdited
from app.domain.errors import DatabaseUnavailable
from app.domain.product_text import Known, read_product
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import busy
from app.http.core.session import require_login
from app.http.staff.edit_forms import Faults, faults_of, read_reason, too_long
from app.http.staff.picture_names import PICTURE_NAMES
from app.http.staff.translations import language_fields
from app.i18n.languages import other_languages
from app.i18n.translate import current_language, current_translator
from app.i18n.translate import gettext as _
from app.services.product_fault_texts import fault_text
from app.store.product_edits import Editor, add_product

PICTURES = "img/products"
BLANK = {"stock": "0", "sold": "yes", "popular": "no"}


def staff_new_product_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of the form."""
    blueprint = Blueprint("staff_new_product", __name__)

    @blueprint.get("/staff/new-product")
    async def blank() -> ResponseReturnValue:
        return await _show(context, {**BLANK, "reason": _usual_reason()}, {}, 200)

    @blueprint.post("/staff/new-product")
    async def add() -> ResponseReturnValue:
        form = read_form()
        product, faults = _read(context, form)
        if product is None:
            return await _show(context, form, faults, 400)
        try:
            return await _add(context, product, form)
        except DatabaseUnavailable:
            return await _show(context, form, {"": busy().detail}, busy().status)

    return blueprint


def _read(context: HttpContext, form: Mapping[str, str]) -> tuple[Product | None, Faults]:
    """Return the product that *form* describes, or `None` and all that is wrong with it."""
    slugs = [category.slug for category in context.categories]
    known = Known(slugs, context.assets.named(PICTURES), other_languages(), context.shop.currency)
    read = read_product(form, known)
    found = [] if isinstance(read, Product) else read
    lookup = current_translator().lookup
    faults = {fault.column: fault_text(fault, lookup) for fault in found}
    if len(read_reason(form)) > LONGEST_REASON:
        faults["reason"] = too_long()
    return (read if isinstance(read, Product) and not faults else None), faults


async def _add(
    context: HttpContext, product: Product, form: Mapping[str, str]
) -> ResponseReturnValue:
    reason = read_reason(form) or _usual_reason()
    editor = Editor((await require_login(context)).account, reason, int(context.now_s()))
    done = await context.database.write(add_product, product, editor)
    if done is NotEdited.TAKEN:
        return await _show(context, form, faults_of(done, product), 409)
    if isinstance(done, NotEdited):
        taken = _("There is already a product “%(sku)s”. Choose another SKU.", sku=product.sku)
        return await _show(context, form, {"sku": taken}, 409)
    context.hub.request_refresh()
    text = product.text(current_language())
    flash(Notice("ok", _("%(name)s, %(unit)s: added.", name=text.name, unit=text.unit)))
    return redirect(f"/staff/products/{product.sku}", 303)


def _usual_reason() -> str:
    return _("New in the range")


def _looks(context: HttpContext) -> list[tuple[str, str]]:
    """Return the pictures that there are and what they show, in the order of those words."""
    names = context.assets.named(PICTURES)
    looks = [(name, _(PICTURE_NAMES[name])) for name in names]
    return sorted(looks, key=lambda look: look[1].casefold())


async def _show(
    context: HttpContext, typed: Mapping[str, str], faults: Faults, status: int
) -> Response:
    page = await show(
        context,
        "staff/new_product.html",
        typed=typed,
        faults=faults,
        languages=language_fields(),
        kinds=[(one.slug, one.text(current_language())) for one in context.categories],
        looks=_looks(context),
    )
    return Response(page, status)
