"""The OpenAPI document, compared with the routes and with real answers."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.domain.addresses import Address
from app.domain.placing import RejectReason
from app.http.core.error_texts import ERROR_TEXTS
from app.http.core.problem_texts import BY_STATUS
from app.http.docs.openapi import HTTP_SCHEMAS, describe_http
from app.http.docs.openapi_parts import FAULTS
from app.protocol.asyncapi import describe_socket
from app.protocol.schemas import SCHEMAS
from tests.http.harness import HttpHarness
from tests.http.order_helpers import APPLES, order, wanted
from tests.schemas import misfits

ROOT = Path(__file__).parents[3]
SHOWN_TO_PEOPLE = "/api/how-it-works"
"""Endpoints of one page, which are no part of the contract."""
ALL_SCHEMAS = {**SCHEMAS, **HTTP_SCHEMAS}


def routes(harness: HttpHarness) -> set[tuple[str, str]]:
    """Return path and method of everything under /api/."""
    return {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in harness.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") and not rule.rule.startswith(SHOWN_TO_PEOPLE)
    }


def test_every_route_is_described_and_no_other(harness: HttpHarness) -> None:
    paths = describe_http()["paths"]

    assert routes(harness) == {
        (path, method.upper()) for path, methods in paths.items() for method in methods
    }


def test_every_error_code_is_described_under_its_status() -> None:
    source = "".join(path.read_text() for path in (ROOT / "app/http").rglob("*.py"))
    raised = {
        (int(status), code) for status, code in re.findall(r'Problem\((\d+), "(\w+)"', source)
    }
    usual = {(status, each.code) for status, each in BY_STATUS.items()}
    told = {(each.status, each.code) for each in ERROR_TEXTS.values()}
    obstacles = {(409, str(why)) for why in RejectReason}

    assert raised | usual | told | obstacles == {
        (status, code) for status, codes in FAULTS.items() for code in codes
    }


def test_the_schema_of_an_address_has_the_same_fields_as_the_code() -> None:
    assert tuple(SCHEMAS["Address"]["properties"]) == Address._fields


@pytest.mark.parametrize(
    ("path", "document"),
    [("/openapi.json", describe_http()), ("/asyncapi.json", describe_socket())],
)
async def test_the_documents_are_public_and_cacheable(
    harness: HttpHarness, path: str, document: dict[str, Any]
) -> None:
    answer = await harness.visitor().get(path)

    assert await answer.get_json() == document
    assert answer.cache_control.public
    assert "Set-Cookie" not in answer.headers


def schema_of(path: str, method: str, status: int) -> dict[str, Any]:
    """Return the schema of an answer."""
    answers = describe_http()["paths"][path][method]["responses"]
    (content,) = answers[str(status)]["content"].values()
    schema: dict[str, Any] = content["schema"]
    return schema


async def test_real_answers_match_their_schemas(harness: HttpHarness) -> None:
    ada = await harness.ada()
    op = {"n": 1, "k": "line.add", "sku": APPLES, "qty": 1}
    outbox = "a91e04d7-52b8-4f1c-9e36-7c0a5d8b2e14"
    login = {"email": "ada@shop.example", "password": "wrong, but long"}
    answers: list[tuple[str, str, Any]] = [
        ("/api/session", "post", await harness.visitor().send("/api/session", login)),
        ("/api/cart/ops", "post", await ada.send("/api/cart/ops", {"outbox": outbox, "ops": [op]})),
        ("/api/cart/ops", "post", await ada.send("/api/cart/ops", {"outbox": "", "ops": []})),
        ("/api/cart", "get", await ada.get("/api/cart")),
        ("/api/products", "get", await ada.get("/api/products")),
        ("/api/products/{sku}", "get", await ada.get(f"/api/products/{APPLES}")),
        ("/api/products/{sku}", "get", await ada.get("/api/products/ghost")),
        ("/api/orders", "post", await order(ada, {})),
        ("/api/orders", "post", await order(ada, await wanted(ada, total=1))),
        ("/api/orders", "post", await order(ada, await wanted(ada))),
        ("/api/orders", "get", await ada.get("/api/orders")),
        ("/api/orders/{number}", "get", await ada.get("/api/orders/none")),
    ]

    assert {
        f"{method} {path}: {answer.status_code}": wrong
        for path, method, answer in answers
        if (
            wrong := misfits(
                await answer.get_json(force=True),
                schema_of(path, method, answer.status_code),
                ALL_SCHEMAS,
            )
        )
    } == {}
