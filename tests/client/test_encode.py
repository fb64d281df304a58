"""Encoding the client's messages."""

import json
from typing import Any, assert_never

import pytest

from app.client import encode
from app.domain.ops import BadOp
from app.domain.outbox import OutboxId
from app.protocol.decode import ClientMessage, Hello, Ping, Resync, SubmitOp, Watch, decode
from tests.client.samples import CLIENT_MESSAGES

Fields = dict[str, Any]


def encode_again(message: ClientMessage) -> str:
    """Encode as a client what the server decoded."""
    match message:
        case Hello():
            return encode.hello(message)
        case SubmitOp(n, op):
            assert not isinstance(op, BadOp)
            return encode.op(n, encode.op_body(op))
        case Watch(skus):
            return encode.watch(skus)
        case Resync():
            return encode.RESYNC
        case Ping(number):
            return encode.ping(number)
        case _:
            assert_never(message)


@pytest.mark.parametrize("name", CLIENT_MESSAGES)
def test_every_message_is_encoded_as_in_its_sample(name: str) -> None:
    fields = CLIENT_MESSAGES[name]
    always: Fields = {"at": None, "pend": []} if fields["t"] == "hello" else {}
    assert json.loads(encode_again(decode(json.dumps(fields).encode()))) == {**always, **fields}


def test_ops_over_http_are_the_same_but_for_their_type() -> None:
    samples = [CLIENT_MESSAGES[name] for name in ("op_line_add", "op_line_set", "op_voucher_off")]
    messages = [decode(json.dumps(fields).encode()) for fields in samples]
    bodies = [(one.n, encode.op_body(one.op)) for one in messages if isinstance(one, SubmitOp)]  # type: ignore[arg-type]
    assert json.loads(encode.ops(OutboxId("a91e"), bodies)) == {
        "outbox": "a91e",
        "ops": [{name: fields[name] for name in fields if name != "t"} for fields in samples],
    }


def test_a_lone_surrogate_cannot_be_encoded() -> None:
    with pytest.raises(UnicodeEncodeError):
        encode.to_json({"text": "\ud800"})
