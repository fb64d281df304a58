"""Decoding the server's messages."""

import json
from typing import Any

import msgspec
import pytest

from app.client.decode import ServerMessage, UnknownMessage, answer_of, decode, decode_body
from app.client.errors import ServerProtocolError
from app.client.responses import OpsResponse
from app.domain.orders import OrderNumber, OrderState
from app.domain.position import SnapshotReason
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater
from app.protocol.encode import encode
from app.protocol.messages import Need, OrderMoved, PatchMessage, Pong, Snapshot, Welcome
from tests.client.samples import SERVER_MESSAGES, sample


def decoded(fields: dict[str, Any]) -> ServerMessage:
    return decode(json.dumps(fields))


@pytest.mark.parametrize("name", SERVER_MESSAGES)
def test_every_message_is_decoded_without_loss(name: str) -> None:
    message = decoded(SERVER_MESSAGES[name])
    assert not isinstance(message, UnknownMessage)
    assert json.loads(encode(message)) == SERVER_MESSAGES[name]


def test_verdicts_are_the_shops_own() -> None:
    assert decoded(sample("ok")) == Ok(18, 42)
    assert decoded(sample("ok_clamped")) == Ok(18, 42, Clamped("gala-apples-1kg", 9, 5))  # type: ignore[arg-type]
    assert decoded(sample("no_rate")) == RetryLater(20, RetryCode.RATE, 400)
    assert decoded(sample("no_gone")) == No(
        19, Code.GONE, ("Mango",), 42, "We no longer sell Mango."
    )


def test_a_welcome_has_the_missed_verdicts() -> None:
    welcome = decoded(sample("welcome_with_verdicts"))
    assert isinstance(welcome, Welcome)
    assert welcome.why is SnapshotReason.BEHIND
    assert [*map(answer_of, welcome.verdicts)] == [
        Ok(18, 42),
        No(19, Code.SOLD_OUT, ("Gala apples",), 42, "Gala apples: no more available."),
    ]


def test_a_voucher_that_is_not_mentioned_is_not_one_taken_off() -> None:
    kept, off = decoded(sample("patch_set")), decoded(sample("patch_voucher_off"))
    assert isinstance(kept, PatchMessage)
    assert isinstance(off, PatchMessage)
    assert kept.voucher is msgspec.UNSET
    assert off.voucher is None


def test_orders_are_decoded() -> None:
    packed = OrderMoved(OrderNumber("7QK4-M2XD"), OrderState.PACKED)
    assert decoded(sample("order_packed")) == packed


def test_unknown_fields_are_ignored_and_unknown_messages_named() -> None:
    assert decoded({"t": "pong", "id": 7, "mood": "good"}) == Pong(7)
    assert decoded({"t": "weather", "rain": True}) == UnknownMessage("weather")


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "7",
        "{}",
        '{"t":7}',
        '{"t":"pong"}',
        '{"t":"pong","id":"7"}',
        '{"t":"tabs","n":1.5}',
        '{"t":"ok","n":1}',
        '{"t":"ok","n":1,"rev":2,"warn":{"code":"melted","sku":"ice","asked":2,"got":1}}',
        '{"t":"no","n":1,"code":"because","text":"Because.","rev":2}',
        '{"t":"no","n":1,"code":"gone","text":"Gone."}',
        '{"t":"no","n":1,"code":"busy"}',
        '{"t":"no","n":1,"code":"rate","rev":2}',
        json.dumps(sample("welcome_first", mode="perhaps")),
        json.dumps(sample("welcome_first", why="mood")),
        b'{"t":"order","number":"\xff","state":"packed"}',
    ],
)
def test_what_the_protocol_does_not_allow_is_an_error(frame: str | bytes) -> None:
    with pytest.raises(ServerProtocolError):
        decode(frame)


def test_a_long_frame_is_truncated_in_the_error() -> None:
    with pytest.raises(ServerProtocolError) as fault:
        decode('{"t":"pong","id":"' + "7" * 9000 + '"}')
    assert "expected `int`" in str(fault.value).lower()
    assert len(str(fault.value)) < 400


def test_answers_over_http_hold_the_same_values() -> None:
    fields = {"verdicts": [sample("ok"), sample("no_busy"), sample("need")], "at": "7c.2", "rev": 2}
    answered = decode_body(OpsResponse, json.dumps(fields).encode())
    assert answered.verdicts == [Ok(18, 42), RetryLater(20, RetryCode.BUSY, 1000), Need(18)]
    cart = {name: value for name, value in sample("snapshot_empty").items() if name != "t"}
    assert decode_body(Snapshot, json.dumps(cart).encode()) == decoded(sample("snapshot_empty"))
    with pytest.raises(ServerProtocolError):
        decode_body(Snapshot, b'{"at":"7c1d.0.0"}')
