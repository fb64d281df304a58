"""A cart stored by an older version is loaded, and its recorded verdicts are repeated.

`older_bodies.json` has bodies as released versions wrote them, with the ops that were sent and the
verdicts that they got.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from app.domain.cart import Cart
from app.domain.ops import Undo
from app.domain.outbox import OpRef
from app.domain.position import position
from app.protocol.decode import SubmitOp, decode
from app.protocol.encode import encode
from app.store.cart_body import decode_cart, encode_body
from app.store.carts import load_cart
from app.store.queries import run_query
from tests.examples import ADA, APPLES, HERE, MILK, NOON, THERE, after
from tests.live.fakes import FakeTab
from tests.live.harness import CartHarness

pytestmark = pytest.mark.on_both

OLDER = json.loads(Path(__file__).with_name("older_bodies.json").read_text("utf-8"))
each_version = pytest.mark.parametrize("older", OLDER, ids=[one["version"] for one in OLDER])
VERDICTS_AS_SENTENCES = (
    "N6Ogq91/\t0\tunknown_sku\tWe have no product called “ghost”.\n"
    "iHLEIj0X\t1\n"
    "iHLEIj0X\t1\tqty_limit\tGala apples: you can have at most 99 of one product.\n"
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


def older_cart(older: dict[str, Any]) -> Cart:
    """Return a cart as it was stored under version 3."""
    return decode_cart(ADA, older["epoch"], 3, older["rev"], older["body"])


def store_as_an_older_version_did(connection: Connection) -> None:
    statement = text("UPDATE carts SET version = 1, rev = 1, body = :body WHERE account = :account")
    connection.execute(statement, {"body": json.dumps(BODY), "account": ADA})


def test_a_rejection_stored_as_a_sentence_is_repeated_with_that_sentence(engine: Engine) -> None:
    run_query(engine, store_as_an_older_version_did)
    around, tab = CartHarness(run_query(engine, load_cart, ADA)), FakeTab()

    again = decode(b'{"t":"op","n":1,"k":"line.add","sku":"ghost","qty":1}')
    assert isinstance(again, SubmitOp)
    around.cart.submit(OpRef(HERE, again.n, again.body), again.op, tab)

    sentence = "We have no product called “ghost”."
    (verdict,) = (json.loads(encode(message)) for message in tab.received)
    assert verdict == {
        "t": "no",
        "n": 1,
        "code": "unknown_sku",
        "args": [],
        "text": sentence,
        "rev": 0,
    }
    assert around.writer.waiting == {}


@each_version
def test_the_body_of_an_older_version_is_the_same_cart(older: dict[str, Any]) -> None:
    cart = older_cart(older)

    assert position(cart) == older["at"]
    assert [*cart.outboxes] == [THERE, HERE]
    assert (cart.next_pos, cart.tries, cart.used) == (4, (NOON,), {"FIVER": 1})
    assert decode_cart(ADA, cart.epoch, 3, cart.rev, encode_body(cart)) == cart


@each_version
def test_every_op_in_an_older_body_gets_its_verdict_again_in_todays_words(
    older: dict[str, Any],
) -> None:
    around = CartHarness(older_cart(older))

    for sent in older["verdicts"]:
        tab, again = FakeTab(), decode(sent["frame"].encode())
        assert isinstance(again, SubmitOp)
        around.cart.submit(OpRef(sent["outbox"], again.n, again.body), again.op, tab)
        (verdict,) = (json.loads(encode(message)) for message in tab.received)
        words = {name: verdict[name] for name in ("args", "text") if name in verdict}
        assert words.keys() == set() or words["text"]
        assert sent["verdict"] | words == verdict
    assert around.writer.waiting == {}


@each_version
def test_what_an_older_version_did_can_be_undone(older: dict[str, Any]) -> None:
    cart = after(Undo(), Undo(), cart=older_cart(older))

    assert {sku: line.qty for sku, line in cart.lines.items()} == {APPLES: 2, MILK: 5}
    assert cart.saved == {}
