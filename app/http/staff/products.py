"""For staff: catalogue and inventory. Products are found, and edited in the list or on a page."""

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
from app.http.staff.access import back_to, requested_page
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
NOT_HELD = CartCount(0, 0)
UNCHANGED = "Nothing was changed: that is how it is already."
CONFLICT = (
    "Nothing was changed: somebody else edited this product meanwhile. What you typed is still"
    " here. Compare it with how the product is now, and save again if it is still right."
)


class FormError(NamedTuple):
    """A form that was refused: HTTP status, sentence, what was typed, faults by field."""

    status: int
    text: str
    typed: Mapping[str, str]
    faults: Faults = NO_FAULTS


def staff_products_blueprint(context: HttpContext) -> Blueprint:
    """Return the list of products and the page of each; both have forms that edit."""
    blueprint = Blueprint("staff_products", __name__)

    @blueprint.get(PAGE)
    async def products() -> ResponseReturnValue:
        q, page = request.args.get("q", "")[:LONGEST_QUERY], requested_page()
        changes = await context.database.read(load_catalog_changes, -1)
        found = find_any(changes.catalog.products.values(), dict(context.categories), q, page)
        if page > 1 and not found.products:
            raise not_found()
        return await show(
            context,
            "staff/products.html",
            sought=q,
            products=await _with_holders(context, found.products),
            count=found.total,
            next_page=found.next_page,
        )

    @blueprint.get(f"{PAGE}/<sku>")
    async def product(sku: str) -> ResponseReturnValue:
        return await _show(context, await _find(context, sku), None)

    @blueprint.post(f"{PAGE}/<sku>")
    async def edit(sku: str) -> ResponseReturnValue:
        form = await request.form
        error = await _edit(context, await _find(context, sku), form)
        if error is None:
            return redirect(back_to(PAGE, form.get("next", "")), 303)
        return await _show(context, await _find(context, sku), error)

    return blueprint


async def _edit(
    context: HttpContext, product: Product, form: Mapping[str, str]
) -> FormError | None:
    """Edit *product* as *form* says and flash a notice, or return the form with its error."""
    parsed = read_edit(product.sku, form)
    if not isinstance(parsed, EditRequest):
        return FormError(
            400, "Nothing was changed. Mend what is marked, and save again.", form, parsed
        )
    editor = Editor((await require_login(context)).account, parsed.reason, int(context.now_s()))
    try:
        result = await context.database.write(edit_product, parsed.edit, editor)
    except DatabaseUnavailable:
        return FormError(busy().status, busy().detail, form)
    if result is NotEdited.SAME:
        await flash(Notice("warn", UNCHANGED))
        return None
    if isinstance(result, NotEdited):
        faults = faults_of(result, await _find(context, product.sku))
        return FormError(409, "Nothing was changed." if faults else CONFLICT, form, faults)
    context.hub.request_refresh()
    await flash(Notice("ok", _sentence(result)))
    return None


def _sentence(product: Product) -> str:
    away = "" if product.sold else ", off the shelf"
    return (
        f"{product.name}, {product.unit}: {pounds(product.price)}, {product.stock} in stock{away}."
    )


async def _show(context: HttpContext, product: Product, error: FormError | None) -> Response:
    """Render one product; after a conflict (optimistic locking), with the edits made meanwhile."""
    log = await context.database.read(list_edits, product.sku, 1)
    page = await show(
        context,
        "staff/product.html",
        product=(await _with_holders(context, [product]))[0],
        refused=error,
        entries=[entry_fields(entry) for entry in log.entries],
        meanwhile=[entry_fields(entry) for entry in _meanwhile(log.entries, error)],
        back=back_to(PAGE, error.typed.get("next", "") if error else ""),
    )
    return Response(page, error.status if error else 200)


def _meanwhile(entries: Collection[Entry], error: FormError | None) -> list[Entry]:
    seen = error.typed.get("version", "") if error and error.text == CONFLICT else ""
    return [entry for entry in entries if seen.isdecimal() and entry.version > int(seen)]


async def _find(context: HttpContext, sku: str) -> Product:
    if (product := await context.database.read(find_product, Sku(sku))) is None:
        raise not_found()
    return product


async def _with_holders(
    context: HttpContext, products: Collection[Product]
) -> list[dict[str, Any]]:
    """Return *products* as templates show them, with who holds them and their last edits."""
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
            "held": held.get(product.sku, NOT_HELD),
            "newest": entry_fields(newest[product.sku]) if product.sku in newest else None,
        }
        for product in products
    ]
