"""Every server message is encoded as its sample."""

import json
from typing import get_args

import pytest

from app.protocol.encode import CachingEncoder, cart_fields, encode, fields_of, to_json
from app.protocol.messages import Pong, ServerMessage
from tests.protocol.samples import SAID_BY_THE_SHOP
from tests.protocol.server_messages import LINES, SAVED, SERVER_MESSAGES


def test_every_server_sample_has_a_value() -> None:
    assert SERVER_MESSAGES.keys() == SAID_BY_THE_SHOP.keys()


def test_every_kind_of_message_has_a_sample() -> None:
    assert {type(message) for message in SERVER_MESSAGES.values()} == set(get_args(ServerMessage))


@pytest.mark.parametrize("name", SERVER_MESSAGES)
def test_a_message_is_encoded_as_its_sample(name: str) -> None:
    encoded, sample = json.loads(encode(SERVER_MESSAGES[name])), SAID_BY_THE_SHOP[name]

    assert encoded.keys() == sample.keys()
    for field in sample:
        assert encoded[field] == sample[field], field


def test_the_lines_of_a_snapshot_are_in_the_order_of_the_view() -> None:
    lines = json.loads(encode(SERVER_MESSAGES["snapshot_of_every_state"]))["cart"]["lines"]

    assert [each["sku"] for each in lines] == [each.sku for each in LINES]


def test_a_frame_is_utf_8_on_one_line() -> None:
    text = encode(SERVER_MESSAGES["patch_note"]).decode()

    assert "Grüße 🍎" in text
    assert "\n" not in text


def test_a_verdict_and_a_cart_over_http_are_encoded_as_on_a_socket() -> None:
    snapshot = SAID_BY_THE_SHOP["snapshot_of_every_state"]
    cart = cart_fields(SERVER_MESSAGES["snapshot_of_every_state"].cart)  # type: ignore[union-attr]

    assert json.loads(
        to_json({"verdict": fields_of(SERVER_MESSAGES["ok_clamped"]), "cart": cart})
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
