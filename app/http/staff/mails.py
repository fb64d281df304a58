"""For staff: mails that wait, have failed or were sent; those that can be are tried again."""

from typing import Any

from quart import Blueprint, redirect
from quart.typing import ResponseReturnValue

from app.domain.mails import MailId, MailKind, MailState
from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.forms import read_form
from app.http.core.page import show
from app.http.core.problems import not_found
from app.http.staff.access import back_to
from app.http.staff.list_queries import requested_start, requested_state, require_items
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.store.mail_queue import PAGE_KEY, ListedMail, find_mail, list_mails, retry_mail

PAGE = "/staff/mails"
STATES = {
    MailState.WAITING: N_("Waiting"),
    MailState.FAILED: N_("Failed"),
    MailState.SENT: N_("Sent"),
}
KINDS = {
    MailKind.ORDER_PLACED: N_("Order placed"),
    MailKind.ORDER_CHANGED: N_("Order changed"),
    MailKind.ORDER_ON_ITS_WAY: N_("Order on its way"),
    MailKind.ORDER_CANCELLED: N_("Order cancelled"),
    MailKind.ORDER_REFUNDED: N_("Money back"),
    MailKind.REFUND_FAILED: N_("Money came back"),
    MailKind.PAYMENT_LAPSED: N_("Payment lapsed"),
    MailKind.PAY_ON_DELIVERY: N_("Paid on delivery instead"),
    MailKind.PASSKEY_ADDED: N_("Passkey added"),
    MailKind.PASSKEY_REMOVED: N_("Passkey removed"),
    MailKind.PASSKEYS_RESET: N_("Passkeys reset"),
    MailKind.RECOVERY_USED: N_("Recovery code used"),
    MailKind.RECOVERY_RENEWED: N_("New recovery codes"),
    MailKind.CONFIRM_ADDRESS: N_("Confirm the address"),
    MailKind.ALREADY_REGISTERED: N_("Already registered"),
    MailKind.FORGOTTEN: N_("Forgotten password"),
    MailKind.NO_ACCOUNT: N_("No account"),
    MailKind.CREDENTIAL_CHANGED: N_("Password changed"),
    MailKind.CREDENTIAL_SET: N_("Password set by staff"),
    MailKind.NEW_DEVICE: N_("New device"),
    MailKind.ADDRESS_CHANGING: N_("Address is changing"),
    MailKind.CONFIRM_NEW_ADDRESS: N_("Confirm the new address"),
    MailKind.ADDRESS_CHANGED: N_("Address changed"),
    MailKind.ADDRESS_SET: N_("Address changed by staff"),
    MailKind.ACCOUNT_DISABLED: N_("Account disabled"),
    MailKind.ACCOUNT_ENABLED: N_("Account enabled"),
    MailKind.ROLE_CHANGED: N_("Role changed"),
    MailKind.ACCOUNT_DELETED: N_("Account deleted"),
    MailKind.FREE_AGAIN: N_("Free again"),
    MailKind.SOLD_NO_LONGER: N_("Sold no longer"),
    MailKind.INVITATION: N_("Invitation to a cart"),
}
"""What staff call each kind."""


def staff_mails_blueprint(context: HttpContext) -> Blueprint:
    """Return the page of mails, and the form that has one tried again."""
    blueprint = Blueprint("staff_mails", __name__)

    @blueprint.get(PAGE)
    async def mails() -> ResponseReturnValue:
        state = requested_state(MailState) or MailState.WAITING
        start = requested_start(*PAGE_KEY)
        found = await context.database.read(list_mails, state, start)
        require_items(start, found.mails)
        return await show(
            context,
            "staff/mails.html",
            mails=[_fields(mail) for mail in found.mails],
            next_page=found.next_page,
            state=state,
            states=STATES,
        )

    @blueprint.post(f"{PAGE}/<mail>/retry")
    async def retry(mail: str) -> ResponseReturnValue:
        form = read_form()
        if (found := await context.database.read(find_mail, MailId(mail))) is None:
            raise not_found()
        flash(await _retry(context, found))
        return redirect(back_to(PAGE, form.get("next", "")), 303)

    return blueprint


async def _retry(context: HttpContext, mail: ListedMail) -> Notice:
    if await context.database.write(retry_mail, mail.id, int(context.now_s())):
        return Notice("ok", _("The mail will be tried again now."))
    return Notice("warn", _("Nothing was done: this mail cannot be tried again."))


def _fields(mail: ListedMail) -> dict[str, Any]:
    return mail._asdict() | {"label": _(KINDS[mail.kind])}
