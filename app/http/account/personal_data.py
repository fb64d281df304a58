"""All that is kept of a person as JSON, for that person."""

from typing import Any

from app.domain.emails import shown_email
from app.protocol.orders import order_fields, time_text
from app.store.personal_data import PersonalData


def personal_fields(data: PersonalData) -> dict[str, Any]:
    """Return the fields of a download; times are in the format of RFC 3339, in UTC."""
    person = data.person
    return {
        "account": {
            "id": person.account,
            "email": shown_email(person.email),
            "is_confirmed": person.is_confirmed,
            "name": person.name,
            "language": person.language,
            "staff": person.staff,
            "registered_at": time_text(data.registered_at_s),
        },
        "addresses": [kept.address._asdict() for kept in data.addresses],
        "orders": [order_fields(order) for order in data.orders],
        "logins": [_with_times(login._asdict()) for login in data.logins],
        "devices": [{"used_at": time_text(used_at_s)} for used_at_s in data.devices],
        "passkeys": [_with_times(passkey._asdict()) for passkey in data.passkeys],
        "mails": [_with_times(mail._asdict()) for mail in data.mails],
        "waits_for": [place._asdict() for place in data.places],
    }


def _with_times(fields: dict[str, Any]) -> dict[str, Any]:
    """Return *fields*, in which those whose names end with _at_s become times."""
    return {
        name.removesuffix("_s") if name.endswith("_at_s") else name: time_text(value)
        if name.endswith("_at_s") and value is not None
        else value
        for name, value in fields.items()
    }
