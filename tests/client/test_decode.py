"""What the shop says, read by a client."""

import json
from typing import Any

import msgspec
import pytest

from app.client.decode import Heard, read, read_body
from app.client.errors import Misheard
from app.client.state import Line, Patch, Snapshot
from app.client.told import Answered, Need, Order, Pong, Unknown, Welcome
from app.domain.position import SnapshotReason
from app.domain.totals import ShownLine
from app.domain.verdicts import Clamped, Code, No, Ok, RetryCode, RetryLater
from app.protocol.encode import fields_of
from tests.client.samples import SAID_BY_THE_SHOP, sample


def heard(fields: dict[str, Any]) -> Heard:
    return read(json.dumps(fields))


def spelled(news: Heard) -> Any:
    """Return *news* as JSON has it; verdicts are spelled by the shop's own writer."""
    if isinstance(news, Ok | No | RetryLater):
        return fields_of(news)
    return msgspec.to_builtins(news)


def without_what_is_left_out(fields: dict[str, Any]) -> dict[str, Any]:
    left_out: dict[str, Any] = {"saved": {}, "lines": {}}
    left_out |= dict.fromkeys(("note", "totals", "why", "warn"))
    return {
        name: without_what_is_left_out(value) if isinstance(value, dict) else value
        for name, value in fields.items()
        if name not in left_out or value != left_out[name]
    }


@pytest.mark.parametrize("name", SAID_BY_THE_SHOP)
def test_every_message_is_read_with_nothing_lost(name: str) -> None:
    said = SAID_BY_THE_SHOP[name]
    read_back = json.loads(json.dumps(spelled(heard(said))))
    if name.startswith("welcome"):
        read_back["verdicts"] = said["verdicts"]
    if name == "patch_order":
        assert read_back["by"] == {"k": "order", "tab": None, "outbox": None, "n": None}
    assert without_what_is_left_out(read_back) == without_what_is_left_out(said)
    assert not isinstance(heard(said), Unknown)


def test_a_line_is_heard_as_the_shop_shows_it() -> None:
    assert Line.__struct_fields__ == ShownLine._fields


def test_verdicts_are_the_shops_own() -> None:
    assert heard(sample("ok")) == Ok(18, 42)
    assert heard(sample("ok_clamped")) == Ok(18, 42, Clamped("gala-apples-1kg", 9, 5))  # type: ignore[arg-type]
    assert heard(sample("no_rate")) == RetryLater(20, RetryCode.RATE, 400)
    assert heard(sample("no_gone")) == No(19, Code.GONE, (), 42, "Mangoes are no longer sold.")


def test_a_welcome_tells_the_verdicts_that_were_missed() -> None:
    welcome = heard(sample("welcome_with_verdicts"))
    assert isinstance(welcome, Welcome)
    assert welcome.why is SnapshotReason.BEHIND
    assert welcome.verdicts == [
        Ok(18, 42),
        No(19, Code.SOLD_OUT, (), 42, "Gala apples are sold out."),
    ]


def test_a_voucher_that_is_not_mentioned_is_not_one_taken_off() -> None:
    kept, off = heard(sample("patch_set")), heard(sample("patch_voucher_off"))
    assert isinstance(kept, Patch)
    assert isinstance(off, Patch)
    assert kept.voucher is msgspec.UNSET
    assert off.voucher is None


def test_orders_are_heard_of() -> None:
    assert heard(sample("order_packed")) == Order("7QK4-M2XD", "packed")


def test_unknown_fields_are_ignored_and_unknown_messages_named() -> None:
    assert heard({"t": "pong", "id": 7, "mood": "good"}) == Pong(7)
    assert heard({"t": "weather", "rain": True}) == Unknown("weather")


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
def test_what_the_protocol_does_not_allow_is_misheard(frame: str | bytes) -> None:
    with pytest.raises(Misheard):
        read(frame)


def test_a_long_fault_is_shown_from_its_start() -> None:
    with pytest.raises(Misheard) as fault:
        read('{"t":"pong","id":"' + "7" * 9000 + '"}')
    assert "expected `int`" in str(fault.value).lower()
    assert len(str(fault.value)) < 400


def test_answers_over_http_hold_the_same_values() -> None:
    fields = {"verdicts": [sample("ok"), sample("no_busy"), sample("need")], "at": "7c.2", "rev": 2}
    answered = read_body(Answered, json.dumps(fields).encode())
    assert answered.verdicts == [Ok(18, 42), RetryLater(20, RetryCode.BUSY, 1000), Need(18)]
    cart = {name: value for name, value in sample("snapshot_empty").items() if name != "t"}
    assert read_body(Snapshot, json.dumps(cart).encode()) == heard(sample("snapshot_empty"))
    with pytest.raises(Misheard):
        read_body(Snapshot, b'{"at":"7c1d.0.0"}')
