"""Help by staff: who asked for it, who helped, and what became of what was suggested.

Whether somebody may see a cart is in the body of that cart; what is here lets staff find it, ends
what nobody attends any more, and is the log.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, case, exists, insert, select, update

from app.domain.accounts import AccountId
from app.domain.catalog import Sku
from app.domain.help import Help, HelpEnd, HelpId, SavedHelp, Suggested
from app.domain.help_care import OpenHelp
from app.store.carts import readable_lines
from app.store.households import is_member
from app.store.tables import accounts, carts, helps, sessions

MOST_SHOWN = 20
"""So many that are over are shown."""
_helper = accounts.alias("helper")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[Sku, Suggested]).decode


class PastHelp(NamedTuple):
    """A help that is over, and the name of the cart's owner."""

    help: Help
    owner: str


def save_help(connection: Connection, saved: SavedHelp) -> None:
    """Write *saved* down: a new row, or what became of it."""
    help_ = saved.help
    values = {
        "helper": help_.helper,
        "name": help_.name,
        "taken_at": help_.taken_at_s,
        "ended": help_.ended or "",
        "ended_at": help_.ended_at_s,
        "suggested": _encode(help_.suggested).decode(),
    }
    if not help_.ended:
        values["helper_seen_at"] = help_.taken_at_s
    if connection.execute(update(helps).where(helps.c.id == help_.id).values(values)).rowcount:
        return
    new = {
        "id": help_.id,
        "cart": saved.cart,
        "asked_by": help_.asked_by,
        "asked_at": help_.asked_at_s,
        "shopper_seen_at": help_.asked_at_s,
        "helper_seen_at": help_.taken_at_s,
    }
    connection.execute(insert(helps).values(values | new))


def list_open(connection: Connection, now_s: int) -> list[OpenHelp]:
    """Return what waits or goes on, oldest first."""
    asker = case((helps.c.asked_by == "", helps.c.cart), else_=helps.c.asked_by)
    is_signed_in = exists().where(sessions.c.account == asker, sessions.c.ends_at > now_s)
    query = (
        select(
            helps,
            accounts.c.name.label("owner"),
            accounts.c.disabled,
            is_signed_in.label("is_signed_in"),
            _helper.c.staff.label("is_staff"),
            _helper.c.disabled.label("is_helper_disabled"),
        )
        .join(accounts, accounts.c.id == helps.c.cart)
        .outerjoin(_helper, _helper.c.id == helps.c.helper)
        .where(helps.c.ended == "")
        .order_by(helps.c.asked_at, helps.c.id)
    )
    return [_open(row) for row in connection.execute(query)]


def find_open(connection: Connection, id_: HelpId, now_s: int) -> OpenHelp | None:
    """Return the help *id_*, if it waits or goes on."""
    return next((one for one in list_open(connection, now_s) if one.help.id == id_), None)


def list_past(connection: Connection) -> list[PastHelp]:
    """Return the newest that are over, newest first."""
    query = (
        select(helps, accounts.c.name.label("owner"))
        .join(accounts, accounts.c.id == helps.c.cart)
        .where(helps.c.ended != "")
        .order_by(helps.c.asked_at.desc(), helps.c.id)
        .limit(MOST_SHOWN)
    )
    return [PastHelp(_help(row), row.owner) for row in connection.execute(query)]


def count_units(connection: Connection, whose: Sequence[AccountId]) -> dict[AccountId, int]:
    """Return how many units are in these carts, as far as they can be read."""
    rows = connection.execute(select(carts).where(carts.c.account.in_(whose)))
    return {
        AccountId(row.account): sum(line.qty for line in lines.values())
        for row, lines in readable_lines(rows)
    }


def note_seen(
    connection: Connection, shoppers: Iterable[HelpId], helpers: Iterable[HelpId], now_s: int
) -> None:
    """Note that the shoppers, and the helpers, of these are connected just now."""
    for column, seen in (("shopper_seen_at", shoppers), ("helper_seen_at", helpers)):
        if ids := [*seen]:
            query = update(helps).where(helps.c.id.in_(ids), helps.c.ended == "")
            connection.execute(query.values({column: now_s}))


def is_helper(connection: Connection, cart: AccountId, account: AccountId) -> bool:
    """Say whether *account*, one of staff, helps with *cart*, as far as is saved.

    A disabled owner's cart is shown to nobody.
    """
    query = (
        select(helps.c.id)
        .join(_helper, _helper.c.id == helps.c.helper)
        .join(accounts, accounts.c.id == helps.c.cart)
        .where(helps.c.cart == cart, helps.c.helper == account, helps.c.ended == "")
        .where(_helper.c.staff, ~_helper.c.disabled, ~accounts.c.disabled)
    )
    return connection.execute(query).first() is not None


def may_show(connection: Connection, cart: AccountId, account: AccountId) -> bool:
    """Say whether *account* may ask for *cart*: a member of the household, or who helps."""
    return is_member(connection, cart, account) or is_helper(connection, cart, account)


def _open(row: Row[Any]) -> OpenHelp:
    may_help = not row.helper or (row.is_staff and not row.is_helper_disabled)
    return OpenHelp(
        AccountId(row.cart),
        _help(row),
        row.owner,
        row.shopper_seen_at,
        row.helper_seen_at,
        bool(may_help and row.is_signed_in and not row.disabled),
    )


def _help(row: Row[Any]) -> Help:
    return Help(
        HelpId(row.id),
        AccountId(row.asked_by),
        row.asked_at,
        AccountId(row.helper),
        row.name,
        row.taken_at,
        _decode(row.suggested),
        HelpEnd(row.ended) if row.ended else None,
        row.ended_at,
    )
