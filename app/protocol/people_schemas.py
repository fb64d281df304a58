"""The fields of what tabs are told of people: who shares a cart, and who of staff helps with it."""

from typing import Final

from app.domain.devices import Device
from app.domain.help import HelpEnd
from app.domain.members import Role
from app.protocol.json_schema import TEXT, Schema, array, one_of, record

_PERSON: Final[dict[str, Schema]] = {
    "account": TEXT,
    "name": TEXT,
    "here": array(one_of(Device)),
    "role": one_of(Role),
}
HOUSEHOLD: Final[dict[str, Schema]] = {
    "people": array(record(_PERSON, ("role",))),
    "shares_saved": {"type": "boolean"},
}
HELP: Final[dict[str, Schema]] = {
    "state": one_of(("waiting", "on", "over")),
    "helper": TEXT,
    "name": TEXT,
    "why": one_of(HelpEnd),
}
