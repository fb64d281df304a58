"""Edits of products by staff, in another process than the tested one."""

from sqlalchemy import Connection

from app.domain.catalog import Money, Product, Sku
from app.domain.edits import NotEdited
from app.store import product_edits
from app.store.product_edits import Editor, find_product
from tests.examples import NOON

BY_COMMAND = Editor(None, "shop product set", NOON)


def set_product(
    connection: Connection, sku: Sku, price: Money | None, stock: int | None
) -> Product:
    """Set the price, the stock or both of an existing product; return the changed product."""
    given = {"price": price, "stock": stock}
    values = {name: value for name, value in given.items() if value is not None}
    done = product_edits.set_product(connection, sku, values, BY_COMMAND)
    assert done is not NotEdited.UNKNOWN, sku
    product = find_product(connection, sku)
    assert product
    return product
