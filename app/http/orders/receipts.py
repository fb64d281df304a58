"""The receipt of an order: a page to print, and a PDF file."""

from quart import Blueprint, Response, request
from quart.typing import ResponseReturnValue

from app.domain.orders import Order
from app.http.core.context import HttpContext
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.core.session import find_login, to_login
from app.http.orders.own import own_order
from app.http.orders.receipt_sheets import receipt_of
from app.services.client_network import client_network
from app.services.receipts.sheets import Receipt
from app.store.invoices import documents_of


def receipts_blueprint(context: HttpContext) -> Blueprint:
    """Return the receipts of the signed-in customer's orders."""
    blueprint = Blueprint("receipts", __name__)

    @blueprint.get("/orders/<number>/receipt")
    async def receipt(number: str) -> ResponseReturnValue:
        if await find_login(context) is None:
            return to_login(f"/orders/{number}/receipt")
        order = await own_order(context, number)
        shown = await find_receipt(context, order)
        return await show(context, "receipt.html", order=order, receipt=shown)

    @blueprint.get("/orders/<number>/receipt.pdf")
    async def receipt_file(number: str) -> ResponseReturnValue:
        if await find_login(context) is None:
            return to_login(f"/orders/{number}/receipt")
        order = await own_order(context, number)
        return await printed(context, order)

    return blueprint


async def find_receipt(context: HttpContext, order: Order) -> Receipt:
    """Return the receipt of *order*. Raises Problem 404 if it has no invoice: it is not placed.

    Nor have orders that are older than invoices.
    """
    documents = await context.database.read(documents_of, order.number)
    if not documents:
        raise not_found()
    return receipt_of(order, documents, context.catalog.today, context.shop)


async def printed(context: HttpContext, order: Order) -> Response:
    """Return the receipt of *order* as a file. Raises QueueFull, NotPrinted and Problem 404."""
    receipt = await find_receipt(context, order)
    address = client_network(request.remote_addr or "")
    file = await context.printer.print(receipt, address)
    headers = {"Content-Disposition": f'inline; filename="receipt-{order.number}.pdf"'}
    return Response(file, content_type="application/pdf", headers=headers)
