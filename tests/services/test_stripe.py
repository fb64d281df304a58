"""The adapter to Stripe, against an imitation of ours and, where it can, localstripe."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import pytest

from app.domain.catalog import Money
from app.domain.languages import Language
from app.domain.orders import HostedPage, OrderNumber
from app.domain.payments import Dispute, Payment, PaymentState, ProviderStatus
from app.services.payments.provider import PageRequest, ProviderRefused, ProviderUnavailable
from app.services.payments.stripe import Stripe
from app.services.payments.stripe_amounts import StripeAmounts
from app.services.payments.stripe_calls import CallLimits, StripeAccount, StripeAddresses
from tests.stripe_api.account import Card
from tests.stripe_api.account import StripeAccount as ImitatedAccount
from tests.stripe_api.faults import Fault, Outage
from tests.stripe_api.localstripe import KEY as LOCALSTRIPE_KEY
from tests.stripe_api.localstripe import hold, open_localstripe
from tests.stripe_api.server import KEY, StripeServer

NUMBER, OTHER = OrderNumber("7QK4-M2XD"), OrderNumber("PC3V-H9ZW")
POUNDS = StripeAmounts("GBP", 2)
PAYABLE_UNTIL_S = int(time.time()) + 900
PAGE = HostedPage("cs_unknown", "")
ONCE = CallLimits(retries=0)
"""A call is not made again by the package, so that a test need not wait for it."""


class Held(NamedTuple):
    """An adapter to one of the imitations, and what holds an amount on a card there."""

    stripe: Stripe
    hold: Callable[[int], str]

    def payment(self, amount: int) -> Payment:
        """Return a payment of which *amount* is held."""
        return paid(self.hold(amount))


def paid(reference: str, page: HostedPage = PAGE, number: OrderNumber = NUMBER) -> Payment:
    """Return a payment that the shopper has completed."""
    return Payment(number, page, Money(1000), "GBP", 0, PaymentState.AUTHORISED, reference)


@pytest.fixture(scope="module")
def localstripe() -> Iterator[str]:
    """Return the address of localstripe, which all tests of this file share."""
    with open_localstripe() as address:
        yield address


@pytest.fixture
def server() -> Iterator[StripeServer]:
    """Return the imitation."""
    with StripeServer() as opened:
        yield opened


@pytest.fixture
async def stripe(server: StripeServer) -> AsyncIterator[Stripe]:
    """Return the adapter to the imitation."""
    adapter = Stripe(
        StripeAccount(KEY), POUNDS, StripeAddresses(server.origin, server.origin), ONCE
    )
    yield adapter
    await adapter.disconnect()


@pytest.fixture(params=["imitation", pytest.param("localstripe", marks=pytest.mark.short)])
async def held(request: pytest.FixtureRequest) -> AsyncIterator[Held]:
    """Return the adapter to either imitation."""
    if request.param == "imitation":
        server: StripeServer = request.getfixturevalue("server")
        address, key, hold_on_card = server.origin, KEY, partial(_hold, server)
    else:
        address = request.getfixturevalue("localstripe")
        key, hold_on_card = LOCALSTRIPE_KEY, partial(hold, address)
    adapter = Stripe(StripeAccount(key), POUNDS, StripeAddresses(address), ONCE)
    yield Held(adapter, hold_on_card)
    await adapter.disconnect()


def _hold(server: StripeServer, amount: int) -> str:
    intent = {"amount": str(amount), "currency": "gbp", "capture_method": "manual"}
    return str(server.account.create_intent(intent)["id"])


def page_request(amount: int = 1000) -> PageRequest:
    """Return what the shop asks for when an order is placed."""
    return PageRequest(
        NUMBER,
        Money(amount),
        "GBP",
        Language("zh-Hant"),
        PAYABLE_UNTIL_S,
        "https://shop.example/orders/7QK4-M2XD/paid",
        "https://shop.example/orders/7QK4-M2XD/back",
    )


def captured(payment: Payment, of: int, amount: int, refunded: int = 0) -> ProviderStatus:
    """Return the status of a payment of which *amount* was captured."""
    money = Money(of), Money(amount), Money(refunded)
    return ProviderStatus(PaymentState.CAPTURED, payment.reference, *money)


async def test_a_held_amount_is_captured_in_part_and_refunded_once_for_each_key(held: Held) -> None:
    payment = held.payment(1000)
    assert (await held.stripe.status(payment)).state is PaymentState.AUTHORISED

    assert await held.stripe.capture(payment, Money(700)) == captured(payment, 1000, 700)
    for _ in range(2):
        refunded = await held.stripe.refund(payment, Money(200), "7QK4-M2XD:refund:1")
        assert refunded == captured(payment, 1000, 700, 200)
    await held.stripe.refund(payment, Money(500), "7QK4-M2XD:refund:2")

    assert await held.stripe.status(payment) == captured(payment, 1000, 700, 700)


async def test_a_held_amount_is_released(held: Held) -> None:
    payment = held.payment(1000)

    voided = await held.stripe.void(payment)

    assert voided == ProviderStatus(PaymentState.VOIDED, payment.reference)
    assert await held.stripe.status(payment) == voided


async def test_what_cannot_be_done_is_refused(held: Held) -> None:
    payment = held.payment(1000)

    with pytest.raises(ProviderRefused):
        await held.stripe.capture(payment, Money(1001))
    with pytest.raises(ProviderRefused):
        await held.stripe.status(payment._replace(reference="pi_unknown"))

    assert (await held.stripe.status(payment)).state is PaymentState.AUTHORISED


async def test_a_page_is_made_paid_and_known_by_its_payment(
    server: StripeServer, stripe: Stripe
) -> None:
    page = await stripe.begin(page_request())
    payment = paid("", page)
    session = server.account.sessions[page.id]
    assert page.url == f"{stripe.page_origin}/c/pay/{page.id}"
    assert (session["client_reference_id"], session["amount_total"]) == (NUMBER, 1000)
    assert await stripe.begin(page_request()) == page

    assert await stripe.status(payment) == ProviderStatus(PaymentState.CREATED)
    assert server.account.pay(page.id, Card.DECLINED) == "generic_decline"
    assert await stripe.status(payment) == ProviderStatus(PaymentState.CREATED)
    assert server.account.pay(page.id, Card.ASKS) == "confirm"
    assert server.account.pay(page.id, Card.ASKS, confirmed=True) == ""

    status = await stripe.status(payment)
    assert (status.state, status.authorised) == (PaymentState.AUTHORISED, 1000)
    assert server.account.intents[status.reference]["metadata"] == {"order": NUMBER}


async def test_a_page_that_is_closed_cannot_be_paid_on_and_one_that_was_paid_stays_so(
    server: StripeServer, stripe: Stripe
) -> None:
    page = await stripe.begin(page_request())
    server.account.pay(page.id, Card.POOR)

    assert await stripe.close(paid("", page)) == ProviderStatus(PaymentState.EXPIRED)
    assert server.account.pay(page.id, Card.GOOD) == "session_expired"

    other = await stripe.begin(page_request()._replace(number=OTHER))
    server.account.pay(other.id, Card.GOOD)
    assert (await stripe.close(paid("", other, OTHER))).state is PaymentState.AUTHORISED


async def test_the_calls_that_come_too_late_tell_what_became_of_the_payment(
    server: StripeServer, stripe: Stripe
) -> None:
    taken, released = paid(_hold(server, 1000)), paid(_hold(server, 1000), number=OTHER)
    await stripe.capture(taken, Money(1000))
    await stripe.void(released)
    server.forget_keys()

    assert await stripe.void(taken) == captured(taken, 1000, 1000)
    assert await stripe.capture(taken, Money(1000)) == captured(taken, 1000, 1000)
    assert (await stripe.capture(released, Money(1))).state is PaymentState.VOIDED
    with pytest.raises(ProviderRefused):
        await stripe.void(paid(""))


@pytest.mark.parametrize("fault", Fault)
async def test_a_call_is_done_once_whatever_happens_to_it(
    server: StripeServer, stripe: Stripe, fault: Fault
) -> None:
    """Each call is made with faults at first, then without, and again when its key is forgotten."""

    async def until_done(act: Callable[[], object]) -> None:
        server.faults.next.extend([fault, fault])
        for _ in range(4):
            with suppress(ProviderUnavailable):
                await act()  # type: ignore[misc]
        server.faults.next.clear()
        await act()  # type: ignore[misc]
        server.forget_keys()
        await act()  # type: ignore[misc]

    payment = paid(_hold(server, 1000))
    await until_done(lambda: stripe.capture(payment, Money(700)))
    await until_done(lambda: stripe.refund(payment, Money(200), "7QK4-M2XD:refund:1"))

    assert server.account.kept(payment.reference) == 500
    released = paid(_hold(server, 1000))
    await until_done(lambda: stripe.void(released))
    assert server.account.intents[released.reference]["status"] == "canceled"
    page = await stripe.begin(page_request())
    await until_done(lambda: stripe.close(paid("", page)))
    assert server.account.session(page.id)["status"] == "expired"
    assert all(call.key for call in server.calls if call.method == "POST")


async def test_a_provider_that_is_away_is_unavailable_and_so_is_one_with_a_wrong_key(
    server: StripeServer, stripe: Stripe
) -> None:
    hurried = Stripe(
        StripeAccount(KEY), POUNDS, StripeAddresses(server.origin), CallLimits(answer_s=0.3)
    )
    for outage in (Outage.REFUSES, Outage.HANGS):
        server.faults.outage = outage
        with pytest.raises(ProviderUnavailable):
            await hurried.begin(page_request())
    await hurried.disconnect()
    server.faults.outage = Outage.NONE

    stranger = Stripe(StripeAccount("sk_test_wrong"), POUNDS, StripeAddresses(server.origin))
    with pytest.raises(ProviderUnavailable):
        await stranger.begin(page_request())
    await stranger.disconnect()
    with pytest.raises(ProviderRefused):
        await stripe.begin(page_request(amount=29))


async def test_what_changes_later_is_seen_and_names_its_payment(
    server: StripeServer, stripe: Stripe
) -> None:
    payment, account = paid(_hold(server, 1000)), server.account
    await stripe.capture(payment, Money(1000))
    await stripe.refund(payment, Money(200), "7QK4-M2XD:refund:1")
    (refund,) = account.refunds
    account.fail_refund(refund)

    status = await stripe.status(payment)
    assert (status.refunded, status.refunds_failed) == (0, 200)
    assert status.failed_keys == {"7QK4-M2XD:refund:1"}
    assert await stripe.refund(payment, Money(200), "7QK4-M2XD:refund:1") == status
    again = await stripe.refund(payment, Money(200), "7QK4-M2XD:refund:1.2")
    assert (again.refunded, again.refunds_failed) == (200, 200)

    dispute = account.open_dispute(payment.reference)
    assert (await stripe.status(payment)).dispute is Dispute.OPEN
    account.close_dispute(dispute, "lost")
    assert (await stripe.status(payment)).dispute is Dispute.LOST
    about = [event["data"]["object"].get("payment_intent") for event in server.webhooks.sent]
    assert about[-4:] == [payment.reference] * 4


@pytest.mark.parametrize("end", [ImitatedAccount.lapse, ImitatedAccount.lose_hold])
async def test_a_hold_that_ends_before_it_is_captured_is_released(
    server: StripeServer, stripe: Stripe, end: Callable[[ImitatedAccount, str], None]
) -> None:
    payment = paid(_hold(server, 1000))._replace(authorised=Money(1000))
    end(server.account, payment.reference)

    captured = await stripe.capture(payment, Money(1000))

    assert (captured.state, captured.captured) == (PaymentState.VOIDED, 0)
