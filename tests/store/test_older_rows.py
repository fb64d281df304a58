"""A cart stored by an older version is loaded, and its recorded verdicts are repeated."""

import json

import pytest
from sqlalchemy import Connection, Engine, text

from app.domain.outbox import OpRef
from app.protocol.decode import SubmitOp, decode
from app.protocol.encode import encode
from app.store.carts import load_cart
from app.store.database import run_query
from tests.examples import ADA, HERE
from tests.live.fakes import FakeTab
from tests.live.harness import CartHarness

pytestmark = pytest.mark.on_both

VERDICTS_AS_SENTENCES = (
    "N6Ogq91/\t0\tunknown_sku\tThe shop does not know a product “ghost”.\n"
    "iHLEIj0X\t1\n"
    "iHLEIj0X\t1\tqty_limit\tGala apples: at most 99 of one product.\n"
)
BODY = {
    "lines": {"gala-apples-1kg": [1, 99, 125]},
    "saved": {},
    "note": "",
    "voucher": "",
    "next_pos": 2,
    "steps": [[1, {"gala-apples-1kg": None}, {}, None, None]],
    "outboxes": [[HERE, 3, VERDICTS_AS_SENTENCES]],
    "tries": [],
    "used": {},
}


def store_as_an_older_version_did(connection: Connection) -> None:
    statement = text("UPDATE carts SET version = 1, rev = 1, body = :body WHERE account = :account")
    connection.execute(statement, {"body": json.dumps(BODY), "account": ADA})


def test_a_rejection_stored_as_a_sentence_is_repeated_with_that_sentence(engine: Engine) -> None:
    run_query(engine, store_as_an_older_version_did)
    around, tab = CartHarness(run_query(engine, load_cart, ADA)), FakeTab()

    again = decode('{"t":"op","n":1,"k":"line.add","sku":"ghost","qty":1}')
    assert isinstance(again, SubmitOp)
    around.cart.submit(OpRef(HERE, again.n, again.body), again.op, tab)

    sentence = "The shop does not know a product “ghost”."
    (verdict,) = (json.loads(encode(message)) for message in tab.received)
    assert verdict == {"t": "no", "n": 1, "code": "unknown_sku", "text": sentence, "rev": 0}
    assert around.writer.waiting == {}
