"""Orders as JSON (protocol.md §7)."""

from app.domain.ops import AddLine, SetNote
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
            {"sku": MILK, "name": line.name, "unit": line.unit, "qty": 2, "price": line.price}
        ],
        "totals": order.totals,
        "deliver": HOME._asdict(),
        "note": "Ring twice.",
    }
