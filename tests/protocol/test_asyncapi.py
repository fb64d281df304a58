"""The AsyncAPI document agrees with the samples and the code."""

from typing import Any, get_args

import pytest

from app.domain.languages import ENGLISH
from app.domain.limits import Limits
from app.domain.ops import Kind
from app.domain.totals import ShownLine, Totals
from app.domain.vouchers import ShownVoucher
from app.http.docs.openapi import describe_http
from app.protocol.asyncapi import CLOSE_CODES, FROM_CLIENT, FROM_SERVER, describe_socket
from app.protocol.asyncapi_streams import OF_STREAMS, SENT_TO_STREAMS
from app.protocol.decode import _MESSAGES
from app.protocol.encode import fields_of
from app.protocol.messages import Refusal, ServerMessage
from app.protocol.op_table import OPS
from app.protocol.schemas import SCHEMAS
from app.server.websocket import NOT_UTF8, TOO_LARGE
from app.ws.close_codes import CloseCode
from app.ws.routes import EVENTS_PATH
from tests.protocol.samples import SAID_BY_CLIENTS, SAID_BY_THE_SHOP, Fields
from tests.protocol.server_messages import SERVER_MESSAGES
from tests.schemas import misfits

VERDICTS = ".verdicts[]."
"""Verdicts have samples of their own."""
RFC_6455 = {1000, 1001, 1002}


def described(schema: dict[str, Any], at: str = "") -> set[str]:
    """Return the path of every field that *schema* describes."""
    if "$ref" in schema:
        return described(SCHEMAS[schema["$ref"].rpartition("/")[2]], at)
    inner = [described(one, at) for one in schema.get("anyOf", ())]
    inner += [
        described(each, f"{at}.{name}") for name, each in schema.get("properties", {}).items()
    ]
    inner += [described(each, f"{at}[]") for each in _inside(schema)]
    return {at}.union(*inner)


def _inside(schema: dict[str, Any]) -> list[dict[str, Any]]:
    others = [schema.get("items"), schema.get("additionalProperties")]
    return [each for each in others if isinstance(each, dict)]


def shown(value: object, schema: dict[str, Any], at: str = "") -> set[str]:
    """Return the path of every field in *value*; values by SKU are those of *schema*."""
    if "$ref" in schema:
        return shown(value, SCHEMAS[schema["$ref"].rpartition("/")[2]], at)
    found = [shown(value, one, at) for one in schema.get("anyOf", ())]
    if isinstance(value, dict):
        fields, others = schema.get("properties", {}), schema.get("additionalProperties")
        found += [
            shown(value[name], fields[name], f"{at}.{name}") for name in value if name in fields
        ]
        if isinstance(others, dict):
            found += [shown(each, others, f"{at}[]") for each in value.values()]
    elif isinstance(value, list) and "items" in schema:
        found += [shown(each, schema["items"], f"{at}[]") for each in value]
    return {at}.union(*found)


@pytest.mark.parametrize("name", SAID_BY_THE_SHOP)
def test_server_samples_match_their_schemas_and_every_field_is_described(name: str) -> None:
    said = SAID_BY_THE_SHOP[name]

    assert misfits(said, FROM_SERVER[said["t"]], SCHEMAS) == []


@pytest.mark.parametrize("name", SAID_BY_CLIENTS)
def test_client_samples_match_their_schemas(name: str) -> None:
    said = SAID_BY_CLIENTS[name]

    assert misfits(said, FROM_CLIENT[said["t"]], SCHEMAS) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("op_line_add", {"qty": 100}),
        ("op_line_add", {"k": "line.steal"}),
        ("hello_first", {"gen": 0}),
        ("ping", {"id": "7"}),
        ("ping", {"id": True}),
        ("watch", {"skus": ["Milk"]}),
        ("watch", {"skus": ["milk-2l"] * 201}),
        ("op_note_set", {"text": "x" * 501}),
    ],
)
def test_messages_that_the_decoder_refuses_do_not_match_their_schemas(
    name: str, change: Fields
) -> None:
    said = SAID_BY_CLIENTS[name]

    assert misfits(said | change, FROM_CLIENT[said["t"]], SCHEMAS) != []


def test_an_undescribed_field_is_detected() -> None:
    assert misfits({"t": "hb", "mood": 1}, FROM_SERVER["hb"], SCHEMAS) == [
        "it.mood is not described"
    ]
    assert misfits({"t": "tabs"}, FROM_SERVER["tabs"], SCHEMAS) == ["it.n is missing"]


@pytest.mark.parametrize("t", [*FROM_CLIENT, *FROM_SERVER])
def test_every_described_field_is_in_a_sample(t: str) -> None:
    schema = {**FROM_CLIENT, **FROM_SERVER}[t]
    samples = (*SAID_BY_CLIENTS.values(), *SAID_BY_THE_SHOP.values())

    found = set().union(*(shown(said, schema) for said in samples if said["t"] == t))

    assert {at for at in described(schema) - found if not at.startswith(VERDICTS)} == set()


def test_every_type_of_message_and_every_op_is_described() -> None:
    encoded = {str(fields_of(message, ENGLISH)["t"]) for message in SERVER_MESSAGES.values()}

    kinds = {type(message) for message in SERVER_MESSAGES.values()}
    assert kinds | {Refusal} == set(get_args(ServerMessage))
    assert FROM_SERVER.keys() == encoded
    assert FROM_CLIENT.keys() == _MESSAGES.keys()
    assert {op["properties"]["k"]["const"] for op in FROM_CLIENT["op"]["anyOf"]} == OPS.keys()
    assert OPS.keys() == set(Kind)


def test_schemas_have_the_same_fields_as_the_code() -> None:
    limits = FROM_SERVER["welcome"]["properties"]["limits"]["properties"]

    assert tuple(SCHEMAS["Line"]["properties"]) == ShownLine.__struct_fields__
    assert tuple(SCHEMAS["Totals"]["properties"]) == Totals.__struct_fields__
    assert tuple(SCHEMAS["Voucher"]["properties"]) == ShownVoucher.__struct_fields__
    assert tuple(limits) == tuple(Limits.__dataclass_fields__)


def test_exactly_the_close_codes_of_the_code_are_described() -> None:
    assert CLOSE_CODES.keys() == {*CloseCode, NOT_UTF8, TOO_LARGE, *RFC_6455}


def test_channels_and_messages_of_the_document_match() -> None:
    document = describe_socket()
    messages = document["components"]["messages"]

    channels = {name: set(each["messages"]) for name, each in document["channels"].items()}
    assert channels == {
        "cart": {*FROM_CLIENT, *FROM_SERVER},
        "events": {*FROM_SERVER, *OF_STREAMS},
        "frames": {"frames"},
    }
    assert {name: each["payload"] for name, each in messages.items()} == {
        **FROM_CLIENT,
        **FROM_SERVER,
        **OF_STREAMS,
        "frames": SENT_TO_STREAMS,
    }
    for operation in document["operations"].values():
        channel = operation["channel"]["$ref"].rpartition("/")[2]
        said = {each["$ref"].rpartition("/")[2] for each in operation["messages"]}
        assert said <= channels[channel]


def test_event_streams_are_described_at_their_addresses() -> None:
    document = describe_socket()
    methods = {
        document["channels"][operation["channel"]["$ref"].rpartition("/")[2]]["address"]: binding
        for operation in document["operations"].values()
        if (binding := operation.get("bindings", {}).get("http", {}).get("method"))
    }

    assert methods == {EVENTS_PATH: "GET", "/api/cart/frames": "POST"}
    assert "post" in describe_http()["paths"]["/api/cart/frames"]
