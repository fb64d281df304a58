"""What a client says, as text."""

import json
from typing import Any, assert_never

import pytest

from app.client import encode as say
from app.domain.ops import BadOp
from app.domain.outbox import OutboxId
from app.protocol.decode import ClientMessage, Hello, Ping, Resync, SubmitOp, Watch, read
from tests.client.samples import SAID_BY_CLIENTS


def said_again(message: ClientMessage) -> str:
    """Say as a client what the shop understood."""
    match message:
        case Hello(tab, gen, outbox, at, pend):
            return say.hello(tab, gen, outbox, at, list(pend))
        case SubmitOp(n, op):
            assert not isinstance(op, BadOp)
            return say.op(n, say.body(op))
        case Watch(skus):
            return say.watch(skus)
        case Resync():
            return say.RESYNC
        case Ping(number):
            return say.ping(number)
        case _:
            assert_never(message)


@pytest.mark.parametrize("name", SAID_BY_CLIENTS)
def test_every_message_is_said_as_in_its_sample(name: str) -> None:
    fields = SAID_BY_CLIENTS[name]
    always: dict[str, Any] = {"at": None, "pend": []} if fields["t"] == "hello" else {}
    assert json.loads(said_again(read(json.dumps(fields)))) == {**always, **fields}


def test_ops_over_http_are_the_same_but_for_their_type() -> None:
    asked = [SAID_BY_CLIENTS[name] for name in ("op_line_add", "op_line_set", "op_voucher_off")]
    messages = [read(json.dumps(fields)) for fields in asked]
    bodies = [(one.n, say.body(one.op)) for one in messages if isinstance(one, SubmitOp)]  # type: ignore[arg-type]
    assert json.loads(say.ops(OutboxId("a91e"), bodies)) == {
        "outbox": "a91e",
        "ops": [{name: fields[name] for name in fields if name != "t"} for fields in asked],
    }


def test_text_that_is_no_unicode_is_refused_before_it_gets_a_number() -> None:
    with pytest.raises(UnicodeEncodeError):
        say.to_json({"text": "\ud800"})
