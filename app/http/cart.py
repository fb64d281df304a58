"""The cart as a page, with a form for every op: all of it works without a script."""

from collections.abc import Mapping
from urllib.parse import urlencode

from quart import Blueprint, redirect, request
from quart.typing import ResponseReturnValue, ResponseTypes

from app.domain.ops import Kind
from app.domain.outbox import OutboxId
from app.domain.sessions import Session
from app.http.answer import ask
from app.http.desk import Desk
from app.http.forms import Form, op_of
from app.http.login import find_login
from app.http.notices import Notice, leave
from app.http.own_paths import own_path
from app.http.page import show
from app.http.words import NOT_SAVED, OLD_PAGE, not_read, notice_of
from app.live.ports import Away
from app.protocol.decode import Asked
from app.protocol.json import BadValue, uuid

KINDS: Mapping[str, Kind] = {
    "add": Kind.ADD_LINE,
    "set": Kind.SET_LINE,
    "save": Kind.SAVE_LINE,
    "unsave": Kind.UNSAVE_LINE,
    "accept": Kind.ACCEPT_LINE,
    "note": Kind.SET_NOTE,
    "voucher": Kind.SET_VOUCHER,
    "undo": Kind.UNDO,
}


def cart_door(desk: Desk) -> Blueprint:
    """Return the cart and its forms."""
    door = Blueprint("cart", __name__)

    @door.get("/cart")
    async def cart() -> ResponseReturnValue:
        if await find_login(desk) is None:
            return to_login("/cart")
        return await show(desk, "cart.html")

    @door.post(f"/cart/<any({','.join(KINDS)}):name>")
    async def change(name: str) -> ResponseReturnValue:
        form = (await request.form).to_dict()
        back = own_path(form.get("next", ""))
        if (login := await find_login(desk)) is None:
            return to_login(back, form.get("sku", "") if name == "add" else "")
        await leave(await _carry_out(desk, login, KINDS[name], form))
        return redirect(back, 303)

    return door


def to_login(back: str, add: str = "") -> ResponseTypes:
    """Send somebody to sign in, then *back*, with what they wanted to *add* kept."""
    query = {"next": back} | ({"add": add} if add else {})
    return redirect(f"/login?{urlencode(query)}", 303)


async def add_wanted(desk: Desk, login: Session, add: str) -> None:
    """Put what somebody wanted before they signed in into their cart."""
    if asked := op_of(Kind.ADD_LINE, {"sku": add, "qty": "1"}):
        await leave(await _put(desk, login, OutboxId(desk.new_uuid()), asked))


async def _carry_out(desk: Desk, login: Session, kind: Kind, form: Form) -> Notice:
    """Do what *form* asks for; its key is an outbox of one op, so sent twice it is done once."""
    if (asked := op_of(kind, form)) is None:
        return not_read(kind)
    try:
        outbox = OutboxId(uuid(form, "key"))
    except BadValue:
        return OLD_PAGE
    return await _put(desk, login, outbox, asked)


async def _put(desk: Desk, login: Session, outbox: OutboxId, asked: Asked) -> Notice:
    try:
        async with desk.hub.borrow(login.account, outbox) as cart:
            (told,) = await ask(cart, outbox, [asked])
            voucher = cart.snapshot().cart.voucher
    except Away:
        return NOT_SAVED
    return notice_of(asked.op, told, desk.hub.shop.shelf.today, voucher)
