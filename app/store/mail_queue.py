"""The queue of mails: each is claimed by one server at a time, which then says what came of it."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Update, case, delete, func, literal, or_, select, update

from app.domain.accounts import AccountId
from app.domain.languages import Language
from app.domain.mails import CLAIM_S, Mail, MailId, MailKind, MailState
from app.domain.orders import OrderNumber
from app.domain.paging import After, Start
from app.store.paging import newest_first
from app.store.tables import mails
from app.store.text_columns import JsonObject

PAGE_SIZE = 24
PAGE_KEY = (int, str)
"""The types of what a page of mails begins after: when one was written, and its id."""
KEPT_S = 30 * 24 * 3600
"""How long a mail that was sent or failed is kept, for staff to see what became of it."""
RESTORED = "the database was restored: it may have been sent before"


class ClaimedMail(NamedTuple):
    """A mail that one server is to deliver now, for the `tries`th time.

    `was_left`: another claim of it was never settled, so it may have been delivered already.
    """

    id: MailId
    mail: Mail
    message_id: str
    created_at_s: int
    tries: int
    was_left: bool


class Waiting(NamedTuple):
    """How many mails wait, since when the oldest does, and when the next is due; 0 for never."""

    mails: int
    since_s: int
    due_at_s: int

    def is_due(self, now_s: int) -> bool:
        """Say whether one of them can be claimed."""
        return bool(self.mails) and self.due_at_s <= now_s


NOTHING_WAITS = Waiting(0, 0, 0)


class ListedMail(NamedTuple):
    """A mail as staff see it: without what it says."""

    id: MailId
    kind: MailKind
    to: str
    order: OrderNumber | None
    state: MailState
    created_at_s: int
    next_try_at_s: int
    tries: int
    sent_at_s: int | None
    error: str
    can_retry: bool


class MailsPage(NamedTuple):
    """Some mails, the newest first, and where the next page begins if there is one."""

    mails: list[ListedMail]
    next_page: After | None


def load_waiting(connection: Connection) -> Waiting:
    """Return what waits."""
    query = select(func.count(), func.min(mails.c.created_at), func.min(mails.c.next_try_at))
    row = connection.execute(query.where(mails.c.state == MailState.WAITING)).one()
    return Waiting(*(value or 0 for value in row))


def claim_mail(connection: Connection, server: str, domain: str, now_s: int) -> ClaimedMail | None:
    """Claim the mail that is due first for *server*, or return None if none is due.

    At its first try it gets its Message-ID, at *domain*, which it keeps.
    """
    due = (
        select(mails)
        .where(mails.c.state == MailState.WAITING, mails.c.next_try_at <= now_s)
        .order_by(mails.c.next_try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if (row := connection.execute(due).first()) is None:
        return None
    message_id = row.message_id or f"<{row.id}@{domain}>"
    claimed = update(mails).where(mails.c.id == row.id)
    values = {"next_try_at": now_s + CLAIM_S, "tries": row.tries + 1, "message_id": message_id}
    connection.execute(claimed.values(claimed_by=server, **values))
    return ClaimedMail(
        MailId(row.id),
        _mail(row),
        message_id,
        row.created_at,
        row.tries + 1,
        row.claimed_by is not None,
    )


def release_claims(connection: Connection, server: str, now_s: int) -> None:
    """Have mails be due that *server* had claimed when it was killed."""
    left = update(mails).where(mails.c.state == MailState.WAITING, mails.c.claimed_by == server)
    connection.execute(left.values(next_try_at=now_s))


def mark_sent(connection: Connection, claimed: ClaimedMail, now_s: int) -> None:
    """Note that the mail server has taken a mail; what only its templates needed is erased."""
    sent = _settled(claimed).values(state=MailState.SENT, sent_at=now_s, values={}, last_error="")
    connection.execute(sent)


def mark_failed(connection: Connection, claimed: ClaimedMail, error: str) -> None:
    """Note that a mail is never sent; one that is about an order can be tried again."""
    connection.execute(_settled(claimed).values(**_failed(error)))


def put_off(connection: Connection, claimed: ClaimedMail, error: str, at_s: int) -> None:
    """Have a mail be tried again at *at_s*."""
    connection.execute(_settled(claimed).values(next_try_at=at_s, last_error=error))


def put_back(connection: Connection, claimed: ClaimedMail, error: str, at_s: int) -> None:
    """Have a mail be tried again at *at_s*, since it was not its fault: this was no try."""
    values = {"tries": claimed.tries - 1, "next_try_at": at_s, "last_error": error}
    connection.execute(_settled(claimed).values(values))


def retry_mail(connection: Connection, mail: MailId, now_s: int) -> bool:
    """Have a mail be tried now that waits, or that has failed; say whether that can be done."""
    values = {"state": MailState.WAITING, "next_try_at": now_s, "tries": 0, "claimed_by": None}
    again = update(mails).where(mails.c.id == mail, _can_retry()).values(values)
    return connection.execute(again).rowcount == 1


def retry_failed_mails(connection: Connection, now_s: int) -> int:
    """Have all mails be tried that have failed and can be tried; return how many these are."""
    values = {"state": MailState.WAITING, "next_try_at": now_s, "tries": 0}
    failed = update(mails).where(mails.c.state == MailState.FAILED, _can_retry()).values(values)
    return connection.execute(failed).rowcount


def hold_waiting_mails(connection: Connection) -> int:
    """Have no mail of a restored database be sent that may have been; return how many waited."""
    waiting = update(mails).where(mails.c.state == MailState.WAITING)
    return connection.execute(waiting.values(**_failed(RESTORED))).rowcount


def forget_old_mails(connection: Connection, now_s: int) -> None:
    """Delete mails of long ago, but none that waits."""
    is_old = mails.c.created_at < now_s - KEPT_S
    for state in (MailState.SENT, MailState.FAILED):
        connection.execute(delete(mails).where(mails.c.state == state, is_old))


def list_mails(connection: Connection, state: MailState, start: Start) -> MailsPage:
    """Return a page of the mails in *state*."""
    query = select(mails, _can_retry().label("can_retry")).where(mails.c.state == state)
    key = [mails.c.created_at, mails.c.id]
    rows, after = newest_first(connection, query, key, start, PAGE_SIZE)
    return MailsPage([_listed(row) for row in rows], after)


def find_mail(connection: Connection, mail: MailId) -> ListedMail | None:
    """Return a mail."""
    query = select(mails, _can_retry().label("can_retry")).where(mails.c.id == mail)
    row = connection.execute(query).one_or_none()
    return None if row is None else _listed(row)


def _can_retry() -> Any:
    """Say of a mail whether trying it now makes sense: if it waits, or has failed and is whole."""
    return or_(
        (mails.c.state == MailState.WAITING) & mails.c.claimed_by.is_(None),
        (mails.c.state == MailState.FAILED) & mails.c.order.is_not(None),
    )


def _settled(claimed: ClaimedMail) -> Update:
    """Return the end of a claim; it changes nothing if the claim was over, and is another's."""
    of_this_try = (mails.c.id == claimed.id, mails.c.tries == claimed.tries)
    is_waiting = mails.c.state == MailState.WAITING
    return update(mails).where(*of_this_try, is_waiting).values(claimed_by=None)


def _failed(error: str) -> dict[str, Any]:
    kept = case((mails.c.order.is_(None), literal({}, JsonObject)), else_=mails.c["values"])
    return {"state": MailState.FAILED, "values": kept, "last_error": error, "claimed_by": None}


def _mail(row: Row[Any]) -> Mail:
    return Mail(
        MailKind(row.kind),
        row.recipient,
        Language(row.language) if row.language else None,
        AccountId(row.account) if row.account else None,
        row.values,
        OrderNumber(row.order) if row.order else None,
    )


def _listed(row: Row[Any]) -> ListedMail:
    return ListedMail(
        MailId(row.id),
        MailKind(row.kind),
        row.recipient,
        OrderNumber(row.order) if row.order else None,
        MailState(row.state),
        row.created_at,
        row.next_try_at,
        row.tries,
        row.sent_at,
        row.last_error,
        bool(row.can_retry),
    )
