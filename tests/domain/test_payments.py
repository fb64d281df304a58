"""What is to be done about a payment, from what is known of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalog import Money
from app.domain.ops import AddLine
from app.domain.orders import HostedPage, OrderNumber, OrderState, Pay
from app.domain.payments import (
    RECHECK_EVERY_S,
    Dispute,
    Payment,
    PaymentState,
    ProviderStatus,
    Step,
    amount_to_capture,
    is_paid,
    learn,
    next_recheck_at,
    next_step,
    payment_of,
    refundable,
    retry_after_s,
)
from app.domain.refunds import REFUNDS_FAIL_WITHIN_S, Refund, RefundState, promised, refund_key
from tests.buying import placed
from tests.examples import MILK, after

CREATED = Payment(
    OrderNumber("7QK4-M2XD"), HostedPage("page", "https://pay.example/"), Money(900), "GBP", 100
)
AUTHORISED = CREATED._replace(state=PaymentState.AUTHORISED, authorised=Money(900))
CAPTURED = AUTHORISED._replace(state=PaymentState.CAPTURED, captured=Money(900))
UNPAID = (PaymentState.EXPIRED, PaymentState.FAILED, PaymentState.VOIDED)
PACKED_OR_LATER = (OrderState.PACKED, OrderState.ON_THE_WAY, OrderState.DELIVERED)

some_status = st.builds(
    ProviderStatus,
    st.sampled_from(PaymentState),
    st.sampled_from(["", "pi-1"]),
    *[st.integers(0, 900).map(Money)] * 4,
    dispute=st.sampled_from(Dispute),
)


def step(order: OrderState, payment: Payment, wanted: int = 0, now_s: int = 99) -> Step | None:
    refunds = [refund(wanted, RefundState.WANTED)] if wanted else []
    return next_step(order, payment, refunds, now_s)


def refund(amount: int, state: RefundState, at_s: int = 0) -> Refund:
    return Refund(CREATED.order, 1, Money(amount), "Bruised.", None, at_s, state)


def test_an_order_that_awaits_payment_is_asked_about_until_its_time_is_over() -> None:
    assert step(OrderState.AWAITING_PAYMENT, CREATED) is Step.ASK
    assert step(OrderState.AWAITING_PAYMENT, CREATED, now_s=100) is Step.CLOSE
    assert step(OrderState.AWAITING_PAYMENT, AUTHORISED) is Step.ASK
    for state in UNPAID:
        assert step(OrderState.AWAITING_PAYMENT, CREATED._replace(state=state)) is Step.CANCEL


def test_money_is_taken_when_an_order_is_packed_and_not_before() -> None:
    assert step(OrderState.PLACED, AUTHORISED) is None
    for order in PACKED_OR_LATER:
        assert step(order, AUTHORISED, wanted=899) is Step.CAPTURE
        assert step(order, AUTHORISED, wanted=900) is Step.VOID
        assert step(order, CAPTURED) is None
        assert step(order, CAPTURED, wanted=1) is Step.REFUND


def test_a_cancelled_order_gives_back_whatever_there_is() -> None:
    assert step(OrderState.CANCELLED, CREATED) is Step.CLOSE
    assert step(OrderState.CANCELLED, AUTHORISED) is Step.VOID
    assert step(OrderState.CANCELLED, CAPTURED) is Step.REFUND
    for state in (*UNPAID, PaymentState.REFUNDED):
        assert step(OrderState.CANCELLED, CREATED._replace(state=state)) is None


@pytest.mark.parametrize("order", OrderState)
def test_the_provider_is_asked_first_if_it_told_something(order: OrderState) -> None:
    assert step(order, CAPTURED._replace(heard=2, asked=1)) is Step.ASK


def test_what_is_captured_is_less_by_the_refunds_until_then_and_stays_so() -> None:
    assert amount_to_capture(AUTHORISED, Money(250)) == 650
    assert amount_to_capture(AUTHORISED, Money(950)) == 0
    assert amount_to_capture(AUTHORISED._replace(capturing=Money(800)), Money(250)) == 800


def test_never_more_goes_back_than_was_taken() -> None:
    assert refundable(CREATED, Money(0)) == 0
    assert refundable(AUTHORISED, Money(200)) == 700
    assert refundable(AUTHORISED._replace(capturing=Money(600)), Money(0)) == 600
    assert refundable(CAPTURED._replace(refunded=Money(300)), Money(200)) == 600
    assert refundable(CAPTURED, Money(1000)) == 0
    assert promised([refund(10**nr, state) for nr, state in enumerate(RefundState)]) == 11011


def test_a_refund_that_failed_is_not_given_back_and_is_left_to_staff() -> None:
    done = ProviderStatus(PaymentState.CAPTURED, "pi-1", Money(900), Money(900), Money(900))
    failed = done._replace(refunded=Money(0), refunds_failed=Money(900))

    for news in ([done, failed], [failed, done]):
        payment = CREATED
        for status in news:
            payment = learn(payment, status)
        assert (payment.state, payment.refunded) == (PaymentState.CAPTURED, 0)
    known = [refund(900, RefundState.FAILED)]
    assert next_step(OrderState.CANCELLED, CAPTURED, known, 0) is None
    assert next_step(OrderState.PACKED, CAPTURED, known, 0) is None


def test_each_attempt_at_a_refund_has_a_key_of_its_own() -> None:
    first = refund(900, RefundState.WANTED)

    keys = [refund_key(first._replace(failures=failures)) for failures in range(3)]

    assert keys == ["7QK4-M2XD:refund:1", "7QK4-M2XD:refund:1.2", "7QK4-M2XD:refund:1.3"]


def test_the_provider_is_asked_again_about_what_may_change_without_a_word() -> None:
    disputed = CAPTURED._replace(dispute=Dispute.OPEN)
    old, new = refund(1, RefundState.DONE), refund(1, RefundState.DONE, at_s=9)
    ends_s = REFUNDS_FAIL_WITHIN_S

    assert next_recheck_at(AUTHORISED, [], 5) == 5 + RECHECK_EVERY_S
    assert next_recheck_at(disputed, [], 5) == 5 + RECHECK_EVERY_S
    assert next_recheck_at(CAPTURED, [old, new], ends_s) == ends_s + RECHECK_EVERY_S
    assert next_recheck_at(CAPTURED, [old], ends_s) is None
    assert next_recheck_at(CAPTURED, [refund(1, RefundState.FAILED)], 5) is None


def test_a_payment_is_of_the_orders_total_and_ends_after_a_quarter_of_an_hour() -> None:
    page = CREATED.page
    order = placed(after(AddLine(MILK, 2)), pay=Pay.CARD, page=page).change.order

    payment = payment_of(order, page)

    assert (payment.amount, payment.currency) == (order.totals.total, order.totals.currency)
    assert payment.expires_at_s == order.placed_at_s + 15 * 60


def test_a_payment_that_is_partly_given_back_is_captured_and_one_wholly_is_refunded() -> None:
    status = ProviderStatus(PaymentState.AUTHORISED, "pi-1", Money(900), Money(800), Money(799))

    partly = learn(AUTHORISED, status)
    wholly = learn(partly, status._replace(refunded=Money(800)))

    assert (partly.state, partly.reference) == (PaymentState.CAPTURED, "pi-1")
    assert wholly.state is PaymentState.REFUNDED
    assert is_paid(partly)
    assert not is_paid(wholly)


def test_a_payment_of_which_nothing_is_taken_only_goes_forward() -> None:
    held = ProviderStatus(PaymentState.AUTHORISED, "pi-1", Money(900))
    late = ProviderStatus(PaymentState.CREATED)

    authorised = learn(CREATED._replace(failures=3), held)

    assert authorised == AUTHORISED._replace(reference="pi-1")
    assert learn(authorised, late) == authorised


@given(statuses=st.lists(some_status, min_size=1, max_size=5), data=st.data())
def test_what_is_known_in_the_end_does_not_depend_on_the_order_of_the_news(
    statuses: list[ProviderStatus], data: st.DataObject
) -> None:
    ends = []
    for news in (statuses, [*data.draw(st.permutations(statuses)), *statuses]):
        payment = CREATED
        for status in news:
            payment = learn(payment, status)
        ends.append(payment)

    assert ends[0]._replace(reference="") == ends[1]._replace(reference="")


def test_failures_are_followed_by_ever_longer_waits_up_to_a_minute() -> None:
    assert [retry_after_s(failures) for failures in (1, 2, 3, 4, 5, 99)] == [5, 10, 20, 40, 60, 60]
