"""Reads forms, and has each happen once.

A form has one value for each field, and no files. It carries the key of its page: sent again within
`REMEMBERED_S`, because a button was pressed twice or a browser sent it again, it is answered as the
first time, or waits for that answer. A form whose answer was no redirect has changed nothing, and
is tried again.
"""

import asyncio
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from quart import Quart, Response, g, redirect, request
from quart.typing import ResponseReturnValue

from app.http.core.context import HttpContext
from app.http.core.flash import Notice, flash
from app.http.core.problems import Problem
from app.http.core.session import remember_login
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.auth import StartedSession
from app.services.client_network import client_network

Form = Mapping[str, str]

PAGE_KEY = "page_key"
NOT_FORMS = ("/api/", "/webhooks/")
REMEMBERED_S = 10.0
MOST_REMEMBERED = 10_000
SEE_OTHER = 303
UNREADABLE = N_("We could not read this form. Nothing was changed. Reload the page and try again.")


class Outcome(NamedTuple):
    """Where a form led, what was said there, and the session that it began."""

    location: str
    notices: tuple[Notice, ...]
    started: StartedSession | None


class SentForm(NamedTuple):
    """A form that is being handled or was: digests of its place and of all of it, its outcome.

    The place is its page and where it is sent to. The outcome is `None` if it changed nothing.
    """

    place: bytes
    whole: bytes
    until_s: float
    outcome: asyncio.Future[Outcome | None]


class SentForms:
    """The newest form of each place; what was sent before it is no repeat any more."""

    def __init__(self, now_s: Callable[[], float]):
        self._now_s = now_s
        self._sent: dict[bytes, SentForm] = {}

    def find(self, place: bytes, whole: bytes) -> asyncio.Future[Outcome | None] | None:
        """Return the outcome of the same form, which may be awaited, if it was sent recently."""
        self._forget()
        found = self._sent.get(place)
        return found.outcome if found and found.whole == whole else None

    def begin(self, place: bytes, whole: bytes) -> SentForm:
        """Remember that a form is being handled."""
        future = asyncio.get_running_loop().create_future()
        form = SentForm(place, whole, self._now_s() + REMEMBERED_S, future)
        self._sent.pop(place, None)
        if len(self._sent) < MOST_REMEMBERED:
            self._sent[place] = form
        return form

    def settle(self, form: SentForm, outcome: Outcome | None) -> None:
        """Take the outcome of a form; one that changed nothing is forgotten."""
        form.outcome.set_result(outcome)
        if outcome is None and self._sent.get(form.place) is form:
            del self._sent[form.place]

    def _forget(self) -> None:
        now_s = self._now_s()
        while self._sent:
            form = next(iter(self._sent.values()))
            if form.until_s > now_s or not form.outcome.done():
                return
            del self._sent[form.place]


def handle_forms(app: Quart, context: HttpContext) -> None:
    """Have *app* read every form before it is handled, and handle it once."""
    sent = SentForms(context.now_s)
    app.jinja_env.globals["page_key"] = _page_key

    @app.before_request
    async def begin() -> ResponseReturnValue | None:
        if request.method != "POST" or request.path.startswith(NOT_FORMS):
            return None
        g.form = await _read()
        if not g.form.get(PAGE_KEY):
            return None
        place, whole = _digests(g.form)
        while earlier := sent.find(place, whole):
            if outcome := await asyncio.shield(earlier):
                return _repeat(outcome)
        g.sent_form = sent.begin(place, whole)
        return None

    @app.after_request
    async def end(response: Response) -> Response:
        if form := g.pop("sent_form", None):
            sent.settle(form, _outcome(response))
        return response

    @app.teardown_request
    async def give_up(_error: BaseException | None) -> None:
        if form := g.pop("sent_form", None):
            sent.settle(form, None)


def read_form() -> Form:
    """Return the fields of the request's form; a request without a form has none."""
    form: Form = g.get("form", {})
    return form


def add_page_key(context: HttpContext) -> str:
    """Return the key that all forms of the page carry which is being made."""
    if PAGE_KEY not in g:
        g.page_key = context.new_uuid()
    key: str = g.page_key
    return key


def _page_key() -> str:
    """Return the key of the page; empty on one that is the same for all visitors."""
    key: str = g.get(PAGE_KEY, "")
    return key


async def _read() -> Form:
    """Return the form in the body. Raises Problem 400 or 413."""
    form, files = await request.form, await request.files
    if files or (request.content_length and not form):
        raise Problem(400, "malformed", _(UNREADABLE))
    fields: dict[str, str] = {}
    for name, value in form.items(multi=True):
        if fields.setdefault(name, value) != value:
            raise Problem(400, "malformed", _twice(name))
    return fields


def _twice(name: str) -> str:
    return _(
        "“%(field)s” was sent twice with different values. Nothing was changed."
        " Reload the page and try again.",
        field=name[:40],
    )


def _digests(form: Form) -> tuple[bytes, bytes]:
    """Return the digests of a form's place and of all of it."""
    place = (client_network(request.remote_addr or ""), request.path, form[PAGE_KEY])
    return _digest(place), _digest((place, sorted(form.items())))


def _digest(value: object) -> bytes:
    return blake2b(repr(value).encode(errors="surrogatepass"), digest_size=16).digest()


def _outcome(response: Response) -> Outcome | None:
    # A sign-out also clears the browser's storage; it is the same when it is handled again.
    if response.status_code != SEE_OTHER or "Clear-Site-Data" in response.headers:
        return None
    return Outcome(response.location or "/", tuple(g.get("flashed", ())), g.get("started"))


def _repeat(outcome: Outcome) -> ResponseReturnValue:
    for notice in outcome.notices:
        flash(notice)
    if outcome.started:
        remember_login(outcome.started)
    return redirect(outcome.location, SEE_OTHER)
