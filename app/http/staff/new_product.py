"""A new product on the shelf."""

from collections.abc import Mapping

from quart import Blueprint, Response, redirect, request
from quart.typing import ResponseReturnValue

from app.domain.catalog import Product
from app.domain.edits import LONGEST_REASON, NotEdited
from app.domain.product_text import COLUMNS, Known, read_product
from app.http.core.context import Desk
from app.http.core.flash import Notice, leave
from app.http.core.page import show
from app.http.core.problems import busy
from app.http.core.session import need_login
from app.http.staff.edit_forms import Faults, read_reason
from app.store.database import NotNow
from app.store.product_edits import Editor, add_product

PICTURES = "img/products"
BLANK = {"stock": "0", "sold": "yes", "popular": "no", "reason": "New in the range"}


def staff_new_product_door(desk: Desk) -> Blueprint:
    """Return the form of a new product."""
    door = Blueprint("staff_new_product", __name__)

    @door.get("/staff/new-product")
    async def blank() -> ResponseReturnValue:
        return await _show(desk, BLANK, {}, 200)

    @door.post("/staff/new-product")
    async def add() -> ResponseReturnValue:
        form = await request.form
        product, faults = _read(desk, form)
        if product is None:
            return await _show(desk, form, faults, 400)
        try:
            return await _add(desk, product, form)
        except NotNow:
            return await _show(desk, form, {"": busy().detail}, busy().status)

    return door


def _read(desk: Desk, form: Mapping[str, str]) -> tuple[Product | None, Faults]:
    """Return the product that *form* describes, or `None` and all that is wrong with it."""
    known = Known([category.slug for category in desk.categories], desk.assets.named(PICTURES))
    read = read_product({name: form.get(name, "") for name in COLUMNS}, known)
    if isinstance(read, Product):
        return read, {}
    return None, {fault.column: f"{fault.text[:1].upper()}{fault.text[1:]}." for fault in read}


async def _add(desk: Desk, product: Product, form: Mapping[str, str]) -> ResponseReturnValue:
    reason = read_reason(form)[:LONGEST_REASON] or BLANK["reason"]
    editor = Editor((await need_login(desk)).account, reason, int(desk.now_s()))
    done = await desk.database.write(add_product, product, editor)
    if isinstance(done, NotEdited):
        taken = f"There is a product “{product.sku}” already. Choose another SKU."
        return await _show(desk, form, {"sku": taken}, 409)
    desk.hub.shop.stir()
    await leave(Notice("ok", f"{product.name}, {product.unit}: new on the shelf."))
    return redirect(f"/staff/products/{product.sku}", 303)


async def _show(desk: Desk, typed: Mapping[str, str], faults: Faults, status: int) -> Response:
    page = await show(
        desk,
        "staff/new_product.html",
        typed=typed,
        faults=faults,
        kinds=[(category.slug, category.name) for category in desk.categories],
        looks=[(name, name) for name in sorted(desk.assets.named(PICTURES))],
    )
    return Response(page, status)
