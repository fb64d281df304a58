"""The hosted Checkout page, at which a browser pays: plain forms, as no script is needed."""

from collections.abc import Mapping
from html import escape
from typing import Any

from tests.stripe_api.account import Object, StripeAccount

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><h1>{title}</h1>{body}</html>"""
CARD_FORM = """<p role="alert">{problem}</p><form method="post">
<label>Card number <input name="number" autocomplete="off" required value="{number}"></label>
<button>Pay {amount}</button></form><p><a href="{back}">Back</a></p>"""
BANK_FORM = """<p>Your bank asks whether this payment is yours.</p><form method="post">
<input type="hidden" name="number" value="{number}">
<button name="bank" value="yes">Complete</button> <button name="bank" value="no">Fail</button>
</form>"""
PROBLEMS = {
    "": "",
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "incorrect_number": "Your card number is invalid.",
    "not_confirmed": "We are unable to authenticate your payment method.",
}


def show(session: Object) -> str:
    """Return the page of a session."""
    if session["status"] != "open":
        return PAGE.format(title=f"This session is {session['status']}", body="")
    return _card_page(session, "", "")


def submit(account: StripeAccount, session: Object, form: Mapping[str, Any]) -> tuple[str, str]:
    """Take what was typed; return where the browser goes, or else the page that it gets."""
    number = str(form.get("number", "")).replace(" ", "")
    if form.get("bank") == "no":
        return "", _card_page(session, "not_confirmed", number)
    problem = account.pay(session["id"], number, confirmed=form.get("bank") == "yes")
    if not problem:
        return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]), ""
    if problem == "confirm":
        return "", PAGE.format(title="Your bank", body=BANK_FORM.format(number=escape(number)))
    if problem not in PROBLEMS:
        return "", show(account.session(session["id"]))
    return "", _card_page(session, problem, number)


def _card_page(session: Object, problem: str, number: str) -> str:
    body = CARD_FORM.format(
        problem=PROBLEMS[problem],
        number=escape(number),
        amount=f"{session['currency'].upper()} {session['amount_total']}",
        back=escape(session["cancel_url"] or ""),
    )
    return PAGE.format(title="Pay by card", body=body)
