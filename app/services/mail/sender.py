"""Sends what waits: claims a mail, delivers it, and notes what came of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from app.domain.mails import CLAIM_S, MOST_TRIES, pause_after
from app.domain.orders import Order
from app.live.histogram import Histogram
from app.services.mail.message import Sender, make_message
from app.services.mail.templates import MailTemplates
from app.services.mail.transport import ServerUnavailable, Transport, TryLater, Undeliverable
from app.store.database import Database
from app.store.mail_queue import (
    NOTHING_WAITS,
    ClaimedMail,
    Waiting,
    claim_mail,
    forget_old_mails,
    load_waiting,
    mark_failed,
    mark_sent,
    put_back,
    put_off,
    release_claims,
)
from app.store.orders import find_order_by_number

log = logging.getLogger(__name__)

POLL_EVERY_S: Final = 5.0
"""How soon a mail is found that another process has written."""
DELIVERY_S: Final = CLAIM_S / 2
"""How long a delivery may take as a whole: less than what it is claimed for."""
FIRST_PAUSE_S: Final = 5
LONGEST_PAUSE_S: Final = 300
"""How long a mail server that is away is left alone: doubled each time, up to the longest."""
JITTER: Final = 1000
LONGEST_ERROR: Final = 500


@dataclass(slots=True)
class MailStats:
    """What this server has done since it started, and what waits in the database."""

    sent: int = 0
    failed: int = 0
    tries: int = 0
    left: int = 0
    """Mails that were claimed before by a server which never said what became of them."""
    outages: int = 0
    waiting: Waiting = NOTHING_WAITS
    deliveries: Histogram = field(default_factory=Histogram)


class MailSender:
    """Delivers mails one after the other; `run` is a job that is repeated for as long as a server.

    *name* is the server's, by which it knows its own claims again. *draw* returns a random number
    from 0 to below its argument.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the server
        self,
        database: Database,
        transport: Transport,
        templates: MailTemplates,
        sender: Sender,
        *,
        name: str,
        now_s: Callable[[], float],
        steady_s: Callable[[], float],
        draw: Callable[[int], int],
    ):
        self.stats = MailStats()
        self._database = database
        self._transport = transport
        self._templates = templates
        self._sender = sender
        self._name = name
        self._now_s = now_s
        self._steady_s = steady_s
        self._draw = draw
        self._written = asyncio.Event()
        self._has_begun = False
        self._outages_in_a_row = 0
        self._resumes_at_s = float("-inf")
        self._unsettled: Callable[[], Awaitable[None]] | None = None

    def wake(self) -> None:
        """Have `run` look for mails now: one was written."""
        self._written.set()

    async def run(self) -> None:
        """Send what is due, and wait for more."""
        self._written.clear()
        await self.send_due()
        await self._wait()

    async def send_due(self) -> None:
        """Send what is due."""
        if not self._has_begun:
            await self._database.write(release_claims, self._name, self._now())
            await self._database.write(forget_old_mails, self._now())
            self._has_begun = True
        await self._settle()
        try:
            await self._send_each()
        finally:
            await self._transport.close()

    async def _send_each(self) -> None:
        while (await self._look()).is_due(self._now()) and not self._rests_s():
            domain = self._sender.domain
            claimed = await self._database.write(claim_mail, self._name, domain, self._now())
            if claimed is None:
                return
            try:
                await self._send(claimed)
            except ServerUnavailable as error:
                await self._pause(claimed, error)
                return
            self._outages_in_a_row = 0

    def _rests_s(self) -> float:
        """Return how long the mail server is left alone yet."""
        return max(0.0, self._resumes_at_s - self._steady_s())

    async def _look(self) -> Waiting:
        self.stats.waiting = await self._database.read(load_waiting)
        return self.stats.waiting

    async def _wait(self) -> None:
        """Wait until a mail is written here, or is due, but no longer than until the next poll."""
        waiting = self.stats.waiting
        wait_s = POLL_EVERY_S
        if waiting.mails:
            wait_s = min(wait_s, max(0.0, waiting.due_at_s - self._now_s(), self._rests_s()))
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._written.wait()

    async def _send(self, claimed: ClaimedMail) -> None:
        """Deliver a mail, or note why not. Raises ServerUnavailable."""
        self.stats.tries += 1
        self.stats.left += claimed.was_left
        order = await self._order_of(claimed)
        began_s = self._steady_s()
        try:
            await self._deliver(claimed, order)
        except TryLater as error:
            await self._put_off(claimed, error)
        except Undeliverable as error:
            await self._fail(claimed, str(error))
        else:
            await self._settle(partial(self._database.write, mark_sent, claimed, self._now()))
            self.stats.sent += 1
            self.stats.deliveries.add([self._steady_s() - began_s])
            log.info("mail sent", extra=_about(claimed))

    async def _deliver(self, claimed: ClaimedMail, order: Order | None) -> None:
        try:
            rendered = self._templates.render(claimed.mail, order)
            message = make_message(claimed, rendered, self._sender)
        except Exception as error:  # what is wrong with one mail must not stop the others
            log.exception("a mail cannot be written", extra=_about(claimed))
            raise Undeliverable(f"it cannot be written: {type(error).__name__}") from error
        try:
            async with asyncio.timeout(DELIVERY_S):
                await self._transport.deliver(message)
        except TimeoutError as error:
            raise TryLater("the server took too long") from error
        except (TryLater, Undeliverable, ServerUnavailable):
            raise
        except Exception as error:
            log.exception("a mail could not be delivered", extra=_about(claimed))
            raise TryLater(f"it failed: {type(error).__name__}") from error

    async def _order_of(self, claimed: ClaimedMail) -> Order | None:
        if claimed.mail.order is None:
            return None
        return await self._database.read(find_order_by_number, claimed.mail.order)

    async def _put_off(self, claimed: ClaimedMail, error: TryLater) -> None:
        if claimed.tries >= MOST_TRIES:
            await self._fail(claimed, f"given up: {error}")
            return
        at_s = self._now() + pause_after(claimed.tries, self._draw(JITTER) / JITTER)
        await self._settle(partial(self._database.write, put_off, claimed, _short(error), at_s))
        log.info("mail put off", extra=_about(claimed) | {"error": _short(error)})

    async def _fail(self, claimed: ClaimedMail, error: str) -> None:
        await self._settle(partial(self._database.write, mark_failed, claimed, _short(error)))
        self.stats.failed += 1
        log.warning("mail failed", extra=_about(claimed) | {"error": _short(error)})

    async def _pause(self, claimed: ClaimedMail, error: ServerUnavailable) -> None:
        """Leave the server alone for a while; the mails that wait are not to blame."""
        self.stats.outages += 1
        whole_s = min(FIRST_PAUSE_S << min(self._outages_in_a_row, 16), LONGEST_PAUSE_S)
        pause_s = whole_s * (1 - self._draw(JITTER) / JITTER / 4)
        self._outages_in_a_row += 1
        self._resumes_at_s = self._steady_s() + pause_s
        log.warning("the mail server cannot be used", extra={"error": _short(error)})
        text = f"the mail server cannot be used: {_short(error)}"
        at_s = int(self._now() + pause_s)
        await self._settle(partial(self._database.write, put_back, claimed, text, at_s))

    async def _settle(self, note: Callable[[], Awaitable[None]] | None = None) -> None:
        """Note what came of a claim: *note*, or one that an outage of the database kept back."""
        self._unsettled = note or self._unsettled
        if self._unsettled:
            await self._unsettled()
            self._unsettled = None

    def _now(self) -> int:
        return int(self._now_s())


def _short(error: object) -> str:
    """Return what the server said on one line of bounded length."""
    return " ".join(str(error).split())[:LONGEST_ERROR]


def _about(claimed: ClaimedMail) -> dict[str, object]:
    """Return what a log may say of a mail: not to whom it goes, nor what it says."""
    return {"mail": claimed.id, "kind": str(claimed.mail.kind), "tries": claimed.tries}
