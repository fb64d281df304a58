"""The steps of a payment by card, and of a mail, at which a test build of the shop can crash.

A call of a provider or of a mail server has a moment before it and one when its answer has come.
A transaction has one before it, one when all is written, and one after its commit.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from app.services.mail.smtp import SmtpTransport
from app.services.payments.guarded import CALLS
from app.services.payments.stripe import Stripe
from app.store import payment_work
from app.store.database import Database
from app.store.mail_queue import claim_mail, mark_sent
from app.store.payment_status import take_status
from app.store.payment_work import claim_work, finish_refund
from app.store.payments import note_event
from app.store.refunds import add_refund
from tests.proof.graft import graft

PassStep = Callable[[], None]

TRANSACTIONS: Final[tuple[Callable[..., object], ...]] = (
    claim_work,
    add_refund,
    finish_refund,
    take_status,
    note_event,
    claim_mail,
    mark_sent,
)


def _at_call(owner: type, name: str, pass_step: PassStep, *, before: bool) -> None:
    """Count calls of the method *name*, before each or when its answer has come."""

    async def around(original: Any, *args: Any, **kwargs: Any) -> Any:
        if before:
            pass_step()
        answer = await original(*args, **kwargs)
        if not before:
            pass_step()
        return answer

    graft(owner, name, around)


def _at_transaction(query: Callable[..., object], pass_step: PassStep, *, before: bool) -> None:
    """Count transactions of *query*, before each or after its commit."""

    async def around(original: Any, database: Database, asked: Any, *args: Any) -> Any:
        if asked is query and before:
            pass_step()
        done = await original(database, asked, *args)
        if asked is query and not before:
            pass_step()
        return done

    graft(Database, "write", around)


def _in_transaction(query: Callable[..., object], pass_step: PassStep) -> None:
    """Count transactions of *query* in which all is written, and nothing is committed."""

    def written(*args: Any) -> Any:
        done = query(*args)
        pass_step()
        return done

    def around(original: Any, database: Database, asked: Any, *args: Any) -> Any:
        return original(database, written if asked is query else asked, *args)

    graft(Database, "write", around)


def _steps_of_call(owner: type, name: str) -> dict[str, Callable[[PassStep], None]]:
    return {
        f"before-{name}-call": partial(_at_call, owner, name, before=True),
        f"after-{name}-call": partial(_at_call, owner, name, before=False),
    }


def _steps_of_transaction(query: Callable[..., object]) -> dict[str, Callable[[PassStep], None]]:
    name = query.__name__
    return {
        f"before-{name}": partial(_at_transaction, query, before=True),
        f"in-{name}": partial(_in_transaction, query),
        f"after-{name}": partial(_at_transaction, query, before=False),
    }


def _all_steps() -> dict[str, Callable[[PassStep], None]]:
    steps = _steps_of_call(SmtpTransport, "deliver")
    for name in CALLS:
        steps |= _steps_of_call(Stripe, name)
    for query in TRANSACTIONS:
        steps |= _steps_of_transaction(query)
    return steps


def _forget_claims() -> None:
    """Claim work for ever: nobody takes a step again that was not finished."""

    def around(original: Any, connection: Any, payment: Any, _next_check_at: int | None) -> None:
        original(connection, payment, None)

    graft(payment_work, "save_payment", around)


PAYMENT_STEPS: Final = _all_steps()
"""By the names under which `SHOP_CRASH_AT` has them."""
PAYMENT_BUGS: Final = {"claims-forgotten": _forget_claims}
"""By the names under which `SHOP_BUG` has them; each breaks the recovery of a step."""
