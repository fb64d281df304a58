"""Households over HTTP, described for machines (protocol.md §7)."""

from typing import Any

from app.domain.members import MOST_MEMBERS, Role
from app.http.docs.openapi_parts import operation
from app.protocol.json_schema import TEXT, Schema, array, one_of, open_record, record

CART = {"name": "cart", "in": "query", "schema": TEXT}
"""The owner of the cart that a request is about; the own one without it."""
_TIME: Schema = {"type": "string", "format": "date-time"}
_BOOLEAN: Schema = {"type": "boolean"}
_INVITATION = {"invitation": TEXT, "role": one_of(Role), "expires_at": _TIME}
_MEMBER = {"account": TEXT, "name": TEXT, "role": one_of(Role)}
_SHARED = {"cart": TEXT, "name": TEXT, "role": one_of(Role)}
HOUSEHOLD_SCHEMAS: dict[str, Schema] = {
    "Household": record(
        {
            "members": array(record(_MEMBER), MOST_MEMBERS),
            "shares_saved": _BOOLEAN,
            "invitations": array(record({**_INVITATION, "email": TEXT}, optional=("email",))),
            "carts": array(record(_SHARED)),
        }
    ),
    "NewInvitation": record({"token": TEXT, **_INVITATION}),
    "Joined": record({"cart": TEXT}),
    "Invite": open_record({"role": one_of(Role)}),
    "Withdraw": open_record({"invitation": TEXT}),
    "Join": open_record({"token": TEXT}),
    "RemoveMember": open_record({"cart": TEXT, "account": TEXT}),
    "ChangeRole": open_record({"account": TEXT, "role": one_of(Role)}),
    "ShareSaved": open_record({"shared": _BOOLEAN}),
}


def household_paths() -> dict[str, Any]:
    """Return the operations on households."""
    return {
        "/api/household": {"get": operation("household", {200: "Household"}, login=True)},
        "/api/household/invitations": {"post": _change("invite", "Invite", {201: "NewInvitation"})},
        "/api/household/withdraw": {"post": _change("withdraw", "Withdraw")},
        "/api/household/join": {"post": _change("join", "Join", {200: "Joined"})},
        "/api/household/remove": {"post": _change("remove", "RemoveMember")},
        "/api/household/role": {"post": _change("role", "ChangeRole")},
        "/api/household/saved": {"post": _change("saved", "ShareSaved")},
    }


def _change(name: str, body: str, answers: dict[int, str | None] | None = None) -> dict[str, Any]:
    known = answers or {200: "Household"}
    return operation(name, known, 404, 409, login=True, body=body)
