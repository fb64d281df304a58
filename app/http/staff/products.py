"""What is on the shelf, for staff: found, and changed where it stands in the list."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.catalog import Product, Sku
from app.domain.edits import NotEdited
from app.domain.errors import DatabaseUnavailable
from app.domain.money import plain_pounds, pounds
from app.http.catalog.search import LONGEST_QUERY, find_any
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.page import show
from app.http.core.problems import busy, not_found
from app.http.core.session import require_login
from app.http.staff.access import asked_page, back_to
from app.http.staff.edit_forms import NO_FAULTS, EditRequest, Faults, faults_of, read_edit
from app.http.staff.edit_log import entry_fields
from app.store.cart_reports import CartCount, count_held
from app.store.catalog import load_catalog_changes
from app.store.product_edits import (
    Editor,
    Entry,
    edit_product,
    find_product,
    list_edits,
    newest_edits,
)

PAGE = "/staff/products"
NOBODY = CartCount(0, 0)
SAME = "Nothing was changed: that is how it is already."
MOVED = (
    "Nothing was changed: somebody else edited this product meanwhile. What you typed is still"
    " here. Compare it with how the product is now, and save again if it is still right."
)


class FormError(NamedTuple):
    """A form that was refused: with what status and words, what was typed, what is wrong."""

    status: int
    text: str
    typed: Mapping[str, str]
    faults: Faults = NO_FAULTS


def staff_products_blueprint(context: HttpContext) -> Blueprint:
    """Return the list of products and the page of each, with forms that change them."""
    blueprint = Blueprint("staff_products", __name__)

    @blueprint.get(PAGE)
    async def products() -> ResponseReturnValue:
        q, page = request.args.get("q", "")[:LONGEST_QUERY], asked_page()
        moves = await context.database.read(load_catalog_changes, -1)
        found = find_any(moves.catalog.products.values(), dict(context.categories), q, page)
        if page > 1 and not found.products:
            raise not_found()
        return await show(
            context,
            "staff/products.html",
            sought=q,
            products=await _all_about(context, found.products),
            count=found.total,
            next_page=found.next_page,
        )

    @blueprint.get(f"{PAGE}/<sku>")
    async def product(sku: str) -> ResponseReturnValue:
        return await _show(context, await _find(context, sku), None)

    @blueprint.post(f"{PAGE}/<sku>")
    async def edit(sku: str) -> ResponseReturnValue:
        form = await request.form
        slip = await _edit(context, await _find(context, sku), form)
        if slip is None:
            return redirect(back_to(PAGE, form.get("next", "")), 303)
        return await _show(context, await _find(context, sku), slip)

    return blueprint


async def _edit(
    context: HttpContext, product: Product, form: Mapping[str, str]
) -> FormError | None:
    """Change *product* as *form* says and leave a notice, or return why not."""
    asked = read_edit(product.sku, form)
    if not isinstance(asked, EditRequest):
        return FormError(
            400, "Nothing was changed. Mend what is marked, and save again.", form, asked
        )
    editor = Editor((await require_login(context)).account, asked.reason, int(context.now_s()))
    try:
        done = await context.database.write(edit_product, asked.edit, editor)
    except DatabaseUnavailable:
        return FormError(busy().status, busy().detail, form)
    if done is NotEdited.SAME:
        await flash(Notice("warn", SAME))
        return None
    if isinstance(done, NotEdited):
        faults = faults_of(done, await _find(context, product.sku))
        return FormError(409, "Nothing was changed." if faults else MOVED, form, faults)
    context.hub.request_refresh()
    await flash(Notice("ok", _now(done)))
    return None


def _now(product: Product) -> str:
    away = "" if product.sold else ", off the shelf"
    return (
        f"{product.name}, {product.unit}: {pounds(product.price)}, {product.stock} in stock{away}."
    )


async def _show(context: HttpContext, product: Product, slip: FormError | None) -> Response:
    """Show one product; of a form that came too late, with all that was done meanwhile."""
    log = await context.database.read(list_edits, product.sku, 1)
    page = await show(
        context,
        "staff/product.html",
        product=(await _all_about(context, [product]))[0],
        slip=slip,
        entries=[entry_fields(entry) for entry in log.entries],
        meanwhile=[entry_fields(entry) for entry in _meanwhile(log.entries, slip)],
        back=back_to(PAGE, slip.typed.get("next", "") if slip else ""),
    )
    return Response(page, slip.status if slip else 200)


def _meanwhile(entries: Collection[Entry], slip: FormError | None) -> list[Entry]:
    seen = slip.typed.get("version", "") if slip and slip.text == MOVED else ""
    return [entry for entry in entries if seen.isdecimal() and entry.version > int(seen)]


async def _find(context: HttpContext, sku: str) -> Product:
    if (product := await context.database.read(find_product, Sku(sku))) is None:
        raise not_found()
    return product


async def _all_about(context: HttpContext, products: Collection[Product]) -> list[dict[str, Any]]:
    """Return what templates show of *products*: also who holds them, and who edited them last."""
    held = await context.database.read(count_held)
    newest = await context.database.read(newest_edits, [product.sku for product in products])
    return [
        {
            "sku": product.sku,
            "slug": product.slug,
            "name": product.name,
            "unit": product.unit,
            "category": product.category,
            "image": product.image,
            "price": product.price,
            "plain_price": plain_pounds(product.price),
            "stock": product.stock,
            "sold": product.sold,
            "version": product.version,
            "held": held.get(product.sku, NOBODY),
            "newest": entry_fields(newest[product.sku]) if product.sku in newest else None,
        }
        for product in products
    ]
