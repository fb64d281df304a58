"""Orders as JSON (protocol.md §7)."""

from app.domain.catalog import Money
from app.domain.ops import AddLine, SetNote
from app.domain.orders import HostedPage, OrderState, Pay
from app.domain.payments import payment_of
from app.protocol.orders import order_fields
from tests.buying import HOME, NUMBER, placed
from tests.examples import MILK, after


def test_an_order_has_the_fields_of_the_protocol_with_its_time_in_utc() -> None:
    order = placed(after(AddLine(MILK, 2), SetNote("Ring twice."))).change.order
    (line,) = order.lines

    assert order_fields(order) == {
        "number": NUMBER,
        "state": "placed",
        "placed_at": "2027-01-15T08:00:00Z",
        "lines": [
            {
                "sku": MILK,
                "name": line.name,
                "unit": line.unit,
                "qty": 2,
                "price": line.price,
                "tax_rate": 0,
            }
        ],
        "totals": order.totals,
        "taxes": [{"rate": 0, "net": 640, "tax": 0}],
        "deliver": HOME._asdict(),
        "note": "Ring twice.",
        "pay": "on_delivery",
        "payment": None,
    }


def test_the_payment_of_an_order_says_where_to_pay_only_while_that_may_be_done() -> None:
    page = HostedPage("page-1", "https://pay.example/1")
    awaiting = placed(after(AddLine(MILK, 2)), pay=Pay.CARD, page=page).change.order
    payment = payment_of(awaiting, page)
    cancelled = awaiting._replace(state=OrderState.CANCELLED)

    now = order_fields(awaiting, payment)
    later = order_fields(cancelled, payment)

    assert (now["state"], now["pay"]) == ("awaiting_payment", "card")
    assert now["payment"] == {
        "state": "created",
        "url": page.url,
        "expires_at": "2027-01-15T08:15:00Z",
        "authorised": 0,
        "captured": 0,
        "refunded": 0,
    }
    assert (later["payment"]["url"], later["payment"]["expires_at"]) == (None, None)


def test_a_line_says_what_a_promotion_took_off_it_only_if_one_did() -> None:
    order = placed(after(AddLine(MILK, 2))).change.order
    reduced = order._replace(lines=(order.lines[0]._replace(off=Money(145), deal="2 for 1"),))

    (line,) = order_fields(reduced)["lines"]

    assert (line["off"], line["deal"]) == (145, "2 for 1")
