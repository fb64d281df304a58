"""Decoding the server's messages."""

import json
from typing import Any

import msgspec
import pytest

from app.client.decode import ServerMessage, decode, decode_body
from app.client.errors import ServerProtocolError
from app.client.messages import (
    Line,
    Need,
    OpsResponse,
    Order,
    Patch,
    Pong,
    Snapshot,
    UnknownMessage,
    Welcome,
)
from app.domain.position import SnapshotReason
from app.domain.totals import ShownLine
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater
from app.protocol.encode import fields_of
from tests.client.samples import SERVER_MESSAGES, sample


def decoded(fields: dict[str, Any]) -> ServerMessage:
    return decode(json.dumps(fields))


def as_fields(message: ServerMessage) -> Any:
    """Return *message* as JSON fields; verdicts are encoded by the server's encoder."""
    if isinstance(message, Ok | No | RetryLater):
        return fields_of(message)
    return msgspec.to_builtins(message)


def without_defaults(fields: dict[str, Any]) -> dict[str, Any]:
    left_out: dict[str, Any] = {"saved": {}, "lines": {}}
    left_out |= dict.fromkeys(("note", "totals", "why", "warn"))
    return {
        name: without_defaults(value) if isinstance(value, dict) else value
        for name, value in fields.items()
        if name not in left_out or value != left_out[name]
    }


@pytest.mark.parametrize("name", SERVER_MESSAGES)
def test_every_message_is_decoded_without_loss(name: str) -> None:
    fields = SERVER_MESSAGES[name]
    read_back = json.loads(json.dumps(as_fields(decoded(fields))))
    if name.startswith("welcome"):
        read_back["verdicts"] = fields["verdicts"]
    if name == "patch_order":
        assert read_back["by"] == {"k": "order", "tab": None, "outbox": None, "n": None}
    assert without_defaults(read_back) == without_defaults(fields)
    assert not isinstance(decoded(fields), UnknownMessage)


def test_a_line_has_the_fields_of_the_servers_line() -> None:
    assert Line.__struct_fields__ == ShownLine._fields


def test_verdicts_are_the_shops_own() -> None:
    assert decoded(sample("ok")) == Ok(18, 42)
    assert decoded(sample("ok_clamped")) == Ok(18, 42, Clamped("gala-apples-1kg", 9, 5))  # type: ignore[arg-type]
    assert decoded(sample("no_rate")) == RetryLater(20, RetryCode.RATE, 400)
    assert decoded(sample("no_gone")) == No(19, Code.GONE, (), 42, "Mangoes are no longer sold.")


def test_a_welcome_has_the_missed_verdicts() -> None:
    welcome = decoded(sample("welcome_with_verdicts"))
    assert isinstance(welcome, Welcome)
    assert welcome.why is SnapshotReason.BEHIND
    assert welcome.verdicts == [
        Ok(18, 42),
        No(19, Code.SOLD_OUT, (), 42, "Gala apples are sold out."),
    ]


def test_a_voucher_that_is_not_mentioned_is_not_one_taken_off() -> None:
    kept, off = decoded(sample("patch_set")), decoded(sample("patch_voucher_off"))
    assert isinstance(kept, Patch)
    assert isinstance(off, Patch)
    assert kept.voucher is msgspec.UNSET
    assert off.voucher is None


def test_orders_are_decoded() -> None:
    assert decoded(sample("order_packed")) == Order("7QK4-M2XD", "packed")


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
