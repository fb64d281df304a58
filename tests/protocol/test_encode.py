"""Every server message is encoded as its sample."""

import json
from typing import get_args

import msgspec
import pytest

from app.domain.languages import ENGLISH
from app.domain.verdicts import No, Ok, RetryLater
from app.protocol.encode import CachingEncoder, cart_fields, encode, fields_of, to_json
from app.protocol.localize import refusal_of, verdict_message
from app.protocol.messages import Pong, Refusal, ServerMessage, Snapshot, WireMessage
from tests.protocol.samples import SAID_BY_THE_SHOP
from tests.protocol.server_messages import SERVER_MESSAGES
from tests.protocol.shown_lines import LINES, SAVED


def test_every_server_sample_has_a_value() -> None:
    assert SERVER_MESSAGES.keys() == SAID_BY_THE_SHOP.keys()


def test_every_kind_of_message_has_a_sample() -> None:
    kinds = {type(message) for message in SERVER_MESSAGES.values()}

    assert kinds | {Refusal} == set(get_args(ServerMessage))


@pytest.mark.parametrize("name", SERVER_MESSAGES)
def test_a_message_is_encoded_as_its_sample(name: str) -> None:
    encoded, sample = json.loads(encode(SERVER_MESSAGES[name])), SAID_BY_THE_SHOP[name]

    assert encoded.keys() == sample.keys()
    for field in sample:
        assert encoded[field] == sample[field], field


@pytest.mark.parametrize("name", SERVER_MESSAGES)
def test_a_sample_is_decoded_to_its_message(name: str) -> None:
    message = SERVER_MESSAGES[name]
    on_the_wire = refusal_of(message, ENGLISH) if isinstance(message, No | RetryLater) else message

    decoded = msgspec.json.decode(json.dumps(SAID_BY_THE_SHOP[name]), type=WireMessage)

    assert decoded == on_the_wire
    assert encode(decoded) == encode(message)
    assert json.loads(to_json(fields_of(message, ENGLISH))) == SAID_BY_THE_SHOP[name]


def test_the_verdict_of_a_refusal_is_its_message() -> None:
    verdicts = [each for each in SERVER_MESSAGES.values() if isinstance(each, Ok | No)]

    assert [encode(verdict_message(each, ENGLISH)) for each in verdicts] == [*map(encode, verdicts)]


def test_the_lines_of_a_snapshot_are_in_the_order_of_the_view() -> None:
    lines = json.loads(encode(SERVER_MESSAGES["snapshot_of_every_state"]))["cart"]["lines"]

    assert [each["sku"] for each in lines] == [each.sku for each in LINES]


def test_a_frame_is_utf_8_on_one_line() -> None:
    text = encode(SERVER_MESSAGES["patch_note"]).decode()

    assert "Grüße 🍎" in text
    assert "\n" not in text


def test_a_verdict_and_a_cart_over_http_are_encoded_as_on_a_socket() -> None:
    snapshot = SAID_BY_THE_SHOP["snapshot_of_every_state"]
    message = SERVER_MESSAGES["snapshot_of_every_state"]
    assert isinstance(message, Snapshot)
    cart = cart_fields(message.cart)

    assert json.loads(
        to_json({"verdict": fields_of(SERVER_MESSAGES["ok_clamped"], ENGLISH), "cart": cart})
    ) == {
        "verdict": SAID_BY_THE_SHOP["ok_clamped"],
        "cart": snapshot["cart"],
    }
    assert SAVED[0].sku == snapshot["cart"]["saved"][0]["sku"]


def test_a_message_to_several_tabs_is_encoded_once() -> None:
    encoder, message = CachingEncoder(), Pong(7)

    frame = encoder.encode(message)

    assert encoder.encode(message) is frame
    assert frame == encode(message)


def test_the_encoder_cache_distinguishes_messages() -> None:
    encoder = CachingEncoder()

    frames = [encoder.encode(Pong(number)) for number in (7, 8, 7)]

    assert frames == [encode(Pong(number)) for number in (7, 8, 7)]
