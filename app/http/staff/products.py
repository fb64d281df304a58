"""For staff: catalogue and inventory. Products are found, and edited in the list or on a page."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.catalog import Product, Sku
from app.domain.edits import NotEdited
from app.domain.errors import DatabaseUnavailable
from app.domain.money import plain_amount
from app.domain.product_translations import write_texts
from app.domain.taxes import plain_rate
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import busy, not_found
from app.http.core.session import require_login
from app.http.staff.access import back_to
from app.http.staff.carts import counted
from app.http.staff.conflicts import typed_over
from app.http.staff.edit_forms import (
    HOLD_RULES,
    NO_FAULTS,
    EditRequest,
    Faults,
    faults_of,
    large_change,
    read_edit,
    read_version,
)
from app.http.staff.edit_log import entry_fields
from app.http.staff.list_queries import requested_start, require_items
from app.http.staff.translations import language_fields
from app.i18n.formats import current_currency, money, number
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.product_lists import PAGE_KEY
from app.services.searches import LONGEST_QUERY
from app.store.cart_reports import NOT_HELD
from app.store.product_edits import Editor, edit_product, find_product
from app.store.product_log import Entry, list_edits, newest_edits

PAGE = "/staff/products"
UNCHANGED = N_("Nothing was changed: it is like that already.")
INVALID = N_("Nothing was changed. Please correct the marked fields and save again.")
CONFLICT = N_(
    "Nothing was changed: somebody else edited this product meanwhile. What you typed is still"
    " here. Compare it with how the product is now, and save again if it is still right."
)
ASKED = N_("Nothing has been changed yet. Please check it, and save again if it is right.")


class FormError(NamedTuple):
    """A form that was refused: HTTP status, sentence, what was typed, faults by field.

    A `question` asks about a large change; the form is saved if it comes again with it.
    """

    status: int
    text: str
    typed: Mapping[str, str]
    faults: Faults = NO_FAULTS
    question: str = ""


def staff_products_blueprint(context: HttpContext) -> Blueprint:
    """Return the list of products and the page of each; both have forms that edit."""
    blueprint = Blueprint("staff_products", __name__)

    @blueprint.get(PAGE)
    async def products() -> ResponseReturnValue:
        q, start = request.args.get("q", "")[:LONGEST_QUERY], requested_start(*PAGE_KEY)
        await context.refresh_catalog()
        revision = context.catalog.revision
        found = await context.search.find_any(q, start)
        require_items(start, found.products)
        return await show(
            context,
            "staff/products.html",
            sought=q,
            products=await _with_holders(context, found.products),
            count=found.total,
            next_page=found.after,
            revision=revision,
        )

    @blueprint.get(f"{PAGE}/<sku>")
    async def product(sku: str) -> ResponseReturnValue:
        return await _show(context, await _find(context, sku), None)

    @blueprint.post(f"{PAGE}/<sku>")
    async def edit(sku: str) -> ResponseReturnValue:
        form = read_form()
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
        return FormError(400, _(INVALID), form, parsed)
    if (question := large_change(product, parsed.edit)) and form.get("sure") != question:
        return FormError(409, _(ASKED), form, question=question)
    editor = Editor((await require_login(context)).account, parsed.reason, int(context.now_s()))
    try:
        result = await context.database.write(edit_product, parsed.edit, editor)
    except DatabaseUnavailable:
        return FormError(busy().status, busy().detail, form)
    if result is NotEdited.SAME:
        flash(Notice("warn", _(UNCHANGED)))
        return None
    if isinstance(result, NotEdited):
        faults = faults_of(result, await _find(context, product.sku))
        return FormError(409, _("Nothing was changed.") if faults else _(CONFLICT), form, faults)
    context.hub.request_refresh()
    flash(Notice("ok", _sentence(result)))
    return None


def _sentence(product: Product) -> str:
    text = product.text(current_language())
    values = {
        "name": text.name,
        "unit": text.unit,
        "price": money(product.price),
        "stock": number(product.stock),
    }
    if product.sold:
        return _("%(name)s, %(unit)s: %(price)s, %(stock)s in stock.", **values)
    return _("%(name)s, %(unit)s: %(price)s, %(stock)s in stock, not on sale.", **values)


async def _show(context: HttpContext, product: Product, error: FormError | None) -> Response:
    """Render one product; after a conflict (optimistic locking), with the edits made meanwhile."""
    log = await context.database.read(list_edits, product.sku, 1)
    meanwhile = _meanwhile(log.entries, error)
    page = await show(
        context,
        "staff/product.html",
        product=(await _with_holders(context, [product]))[0],
        languages=language_fields(),
        texts=write_texts(product.texts),
        hold_rules={rule: _(text) for rule, text in HOLD_RULES.items()},
        refused=error,
        typed=typed_over(error.typed, meanwhile) if error else {},
        entries=[entry_fields(entry) for entry in log.entries],
        meanwhile=[entry_fields(entry) for entry in meanwhile],
        back=back_to(PAGE, error.typed.get("next", "") if error else ""),
    )
    return Response(page, error.status if error else 200)


def _meanwhile(entries: Collection[Entry], error: FormError | None) -> list[Entry]:
    seen = error.typed.get("version", "") if error and error.text == _(CONFLICT) else ""
    version = read_version(seen)
    return [] if version is None else [entry for entry in entries if entry.version > version]


async def _find(context: HttpContext, sku: str) -> Product:
    if (product := await context.database.read(find_product, Sku(sku))) is None:
        raise not_found()
    return product


async def _with_holders(
    context: HttpContext, products: Collection[Product]
) -> list[dict[str, Any]]:
    """Return *products* as templates show them, with who holds them and their last edits."""
    report = await context.cart_reports.latest()
    newest = await context.database.read(newest_edits, [product.sku for product in products])
    return [
        {
            "sku": product.sku,
            "slug": product.slug,
            "name": product.text(current_language()).name,
            "unit": product.text(current_language()).unit,
            "category": product.category,
            "image": product.image,
            "price": product.price,
            "plain_price": plain_amount(product.price, current_currency()),
            "tax": product.tax,
            "plain_tax": plain_rate(product.tax),
            "stock": product.stock,
            "hold": product.hold,
            "on_hold": product.on_hold,
            "waiting": product.waiting,
            "sold": product.sold,
            "barcode": product.barcode or "",
            "low": "" if product.low is None else product.low,
            "version": product.version,
            "held": report.held.get(product.sku, NOT_HELD) if report else None,
            "counted": counted(context, report),
            "newest": entry_fields(newest[product.sku]) if product.sku in newest else None,
        }
        for product in products
    ]
