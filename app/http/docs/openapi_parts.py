"""What the operations of the OpenAPI document are made of: responses, problems and parameters."""

from typing import Any

from app.protocol.json_schema import TEXT, Schema, ref

JSON = "application/json"
PROBLEM = "application/problem+json"
FAULTS: dict[int, tuple[str, ...]] = {
    400: ("malformed", "weak_password", "nothing_typed", "same_email"),
    401: ("login_required", "wrong_login", "bad_passkey", "wrong_code"),
    403: ("foreign_origin", "account_disabled", "guest", "mfa_required", "not_recent"),
    404: ("not_found",),
    405: ("method_not_allowed",),
    408: ("too_slow",),
    409: (
        *("email_taken", "key_reused", "not_placed", "op_changed"),
        *("order_limit", "other_account", "own_account", "no_cards"),
        *("unconfirmed", "open_orders", "staff_account", "no_passkey", "last_passkey"),
        *("cloned_passkey", "passkey_exists", "too_many_passkeys"),
        *("stale", "empty", "price_rise", "short", "sold_out", "gone"),
        *("below_minimum", "not_allowed", "not_invited", "own_household"),
        *("household_full", "too_many_invitations", "not_sold_out", "too_many_places"),
    ),
    413: ("too_large",),
    415: ("not_json",),
    421: ("unknown_host",),
    429: ("throttled", "order_limit"),
    500: ("failed",),
    503: ("busy", "cards_away"),
}
"""The codes of problems, by HTTP status."""
ANYWHERE = (421, 500, 503)
WITH_BODY = (400, 403, 408, 413, 415)


def operation(
    name: str,
    answers: dict[int, str | None],
    *faults: int,
    login: bool = False,
    body: str | None = None,
    given: tuple[Schema, ...] = (),
) -> dict[str, Any]:
    """Return an operation: its responses and problems by status, its parameters and body."""
    refused = {*faults, *ANYWHERE, *(WITH_BODY if body else ()), *((401,) if login else ())}
    responses = {str(status): _answer(status, schema) for status, schema in answers.items()}
    responses |= {str(status): _refusal(status) for status in sorted(refused)}
    return {
        "operationId": name,
        "responses": responses,
        **({"security": [{"login": []}]} if login else {}),
        **({"requestBody": {"required": True, "content": _content(JSON, body)}} if body else {}),
        **({"parameters": list(given)} if given else {}),
    }


def _answer(status: int, schema: str | None) -> Schema:
    response = {"description": "Done." if status < 300 else "Refused."}  # noqa: PLR2004
    return {**response, "content": _content(JSON, schema)} if schema else response


def _refusal(status: int) -> Schema:
    codes = ", ".join(FAULTS[status])
    return {"description": f"Refused: {codes}.", "content": _content(PROBLEM, "Problem")}


def _content(kind: str, schema: str) -> Schema:
    return {kind: {"schema": ref(schema)}}


def in_path(name: str) -> tuple[Schema, ...]:
    """Return the parameter *name* of a path."""
    return ({"name": name, "in": "path", "required": True, "schema": TEXT},)
