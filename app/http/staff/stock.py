"""For staff: find a product by its code or name, and receive, write off and count its stock."""

from collections.abc import Mapping, Sequence
from typing import Any

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.barcodes import find_barcode
from app.domain.catalog import Product, Sku
from app.domain.errors import DatabaseUnavailable
from app.domain.stock import LOW_STOCK, NotMoved, StockAct
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import busy, not_found
from app.http.core.session import require_login
from app.http.staff.edit_forms import NO_FAULTS, Faults
from app.http.staff.stock_dates import add_stock_dates
from app.http.staff.stock_forms import (
    REASONS,
    done_text,
    faults_of,
    lacking_text,
    read_act,
    read_change,
)
from app.http.staff.stock_log import add_stock_log, movement_fields
from app.i18n.translate import current_language
from app.i18n.translate import gettext as _
from app.services.searches import LONGEST_QUERY
from app.store.movements import Filter, list_movements
from app.store.product_edits import Editor, find_product
from app.store.stock import find_by_code, list_low, move_stock

PAGE = "/staff/stock"


def staff_stock_blueprint(context: HttpContext) -> Blueprint:
    """Return the page that finds a product and lists what is low, its page, dates, and the log."""
    blueprint = Blueprint("staff_stock", __name__)

    @blueprint.get(PAGE)
    async def stock() -> ResponseReturnValue:
        q = request.args.get("q", "")[:LONGEST_QUERY].strip()
        if not q:
            return await _show_low(context)
        barcode = find_barcode(q)
        sku = await context.database.read(find_by_code, q.casefold(), barcode)
        if sku is not None:
            return redirect(f"/staff/stock/{sku}", 303)
        await context.refresh_catalog()
        found = await context.search.find_any(q, 1)
        return await _show_found(context, q, found.products, found.total)

    @blueprint.get(f"{PAGE}/<sku>")
    async def product(sku: str) -> ResponseReturnValue:
        return await _show_product(context, await _find(context, sku), {}, NO_FAULTS, 200)

    @blueprint.post(f"{PAGE}/<sku>")
    async def change(sku: str) -> ResponseReturnValue:
        form, found = read_form(), await _find(context, sku)
        try:
            faults = await _change(context, found, form)
        except DatabaseUnavailable:
            return await _show_product(context, found, form, {"": busy().detail}, busy().status)
        if faults:
            return await _show_product(context, await _find(context, sku), form, faults, 400)
        return redirect(PAGE, 303)

    add_stock_dates(blueprint, context)
    add_stock_log(blueprint, context)
    return blueprint


async def _change(context: HttpContext, product: Product, form: Mapping[str, str]) -> Faults:
    """Change the stock of *product* as *form* says and flash a notice, or return its faults."""
    read = read_change(product.sku, form)
    if isinstance(read, Mapping):
        return read
    editor = Editor((await require_login(context)).account, read.reason, int(context.now_s()))
    result = await context.database.write(move_stock, read.change, editor)
    if isinstance(result, NotMoved):
        return faults_of(result, await _find(context, product.sku))
    context.hub.request_refresh()
    flash(Notice("ok", done_text(read.change, result)))
    if lacking := lacking_text(result.product):
        flash(Notice("warn", lacking))
    return NO_FAULTS


async def _show_low(context: HttpContext) -> str:
    low, count = await context.database.read(list_low)
    rows = [_row(product) for product in low]
    return await show(context, "staff/stock.html", sought="", rows=rows, count=count)


async def _show_found(
    context: HttpContext, q: str, found: Sequence[Product], count: int
) -> Response:
    rows = [_row(product) for product in found]
    page = await show(context, "staff/stock.html", sought=q, rows=rows, count=count)
    return Response(page)


async def _show_product(
    context: HttpContext, product: Product, typed: Mapping[str, str], faults: Faults, status: int
) -> Response:
    log = await context.database.read(list_movements, Filter(product.sku), 1)
    page = await show(
        context,
        "staff/stock_product.html",
        product=_row(product),
        acts=[*StockAct],
        reasons={act: [_(reason) for reason in REASONS[act]] for act in StockAct},
        sent=read_act(typed) if typed else None,
        typed=typed,
        faults=faults,
        entries=[movement_fields(entry) for entry in log.entries],
        next_page=log.next_page,
    )
    return Response(page, status)


def _row(product: Product) -> dict[str, Any]:
    text = product.text(current_language())
    return {
        "sku": product.sku,
        "name": text.name,
        "unit": text.unit,
        "category": product.category,
        "image": product.image,
        "barcode": product.barcode or "",
        "stock": product.stock,
        "on_hold": product.on_hold,
        "waiting": product.waiting,
        "sold": product.sold,
        "low": LOW_STOCK if product.low is None else product.low,
    }


async def _find(context: HttpContext, sku: str) -> Product:
    if (product := await context.database.read(find_product, Sku(sku))) is None:
        raise not_found()
    return product
