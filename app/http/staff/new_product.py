"""The form that adds a product to the catalogue, with its first inventory."""

from collections.abc import Mapping

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.catalog import Product
from app.domain.edits import LONGEST_REASON, NotEdited
from app.domain.errors import DatabaseUnavailable
from app.domain.product_text import COLUMNS, Known, read_product
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.page import show
from app.http.core.problems import busy
from app.http.core.session import require_login
from app.http.staff.edit_forms import Faults, read_reason
from app.store.product_edits import Editor, add_product

PICTURES = "img/products"
BLANK = {"stock": "0", "sold": "yes", "popular": "no", "reason": "New in the range"}


def staff_new_product_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of the form."""
    blueprint = Blueprint("staff_new_product", __name__)

    @blueprint.get("/staff/new-product")
    async def blank() -> ResponseReturnValue:
        return await _show(context, BLANK, {}, 200)

    @blueprint.post("/staff/new-product")
    async def add() -> ResponseReturnValue:
        form = await request.form
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
    known = Known(
        [category.slug for category in context.categories], context.assets.named(PICTURES)
    )
    read = read_product({name: form.get(name, "") for name in COLUMNS}, known)
    if isinstance(read, Product):
        return read, {}
    return None, {fault.column: f"{fault.text[:1].upper()}{fault.text[1:]}." for fault in read}


async def _add(
    context: HttpContext, product: Product, form: Mapping[str, str]
) -> ResponseReturnValue:
    reason = read_reason(form)[:LONGEST_REASON] or BLANK["reason"]
    editor = Editor((await require_login(context)).account, reason, int(context.now_s()))
    done = await context.database.write(add_product, product, editor)
    if isinstance(done, NotEdited):
        taken = f"There is a product “{product.sku}” already. Choose another SKU."
        return await _show(context, form, {"sku": taken}, 409)
    context.hub.request_refresh()
    await flash(Notice("ok", f"{product.name}, {product.unit}: new on the shelf."))
    return redirect(f"/staff/products/{product.sku}", 303)


async def _show(
    context: HttpContext, typed: Mapping[str, str], faults: Faults, status: int
) -> Response:
    page = await show(
        context,
        "staff/new_product.html",
        typed=typed,
        faults=faults,
        kinds=[(category.slug, category.name) for category in context.categories],
        looks=[(name, name) for name in sorted(context.assets.named(PICTURES))],
    )
    return Response(page, status)
