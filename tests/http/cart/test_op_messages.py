"""The notices that answer forms of the cart."""

import pytest

from app.domain.catalog import VoucherCode
from app.domain.ops import AddLine, BadOp, Kind, SetVoucher, Undo
from app.domain.verdicts import Clamped, Ok, RetryCode, RetryLater
from app.domain.vouchers import ShownVoucher, VoucherState
from app.http.cart.op_messages import NOT_SAVED, SENT_TWICE, TOO_FAST, not_read, notice_of
from app.protocol.messages import Need
from app.services.submit import DuplicateNumber, OpResult
from tests.examples import APPLES, CATALOG


@pytest.mark.parametrize(
    ("result", "kind", "text"),
    [
        (Ok(1, 1), "ok", "Added Gala apples, each."),
        (Ok(1, 1, Clamped(APPLES, 9, 3)), "warn", "Only 3 left, so your cart has 3."),
        (RetryLater(1, RetryCode.RATE, 100), "error", TOO_FAST),
        (RetryLater(1, RetryCode.BUSY, 100), "error", NOT_SAVED),
        (DuplicateNumber(1), "error", SENT_TWICE),
        (Need(1), "error", SENT_TWICE),
    ],
)
def test_every_result_has_its_sentence(result: OpResult, kind: str, text: str) -> None:
    assert notice_of(AddLine(APPLES, 1), result, CATALOG, None)[:2] == (kind, text)


@pytest.mark.parametrize("state", VoucherState)
def test_every_state_of_a_voucher_has_its_sentence(state: VoucherState) -> None:
    shown = ShownVoucher(VoucherCode("FIVER"), "£5 off", state)

    kind, text, *_ = notice_of(SetVoucher("fiver"), Ok(1, 1), CATALOG, shown)

    assert kind == ("ok" if state is VoucherState.OK else "warn")
    assert text.startswith("Voucher FIVER")


@pytest.mark.parametrize("kind", Kind)
def test_a_form_that_cannot_be_parsed_is_explained(kind: Kind) -> None:
    notice = not_read(kind)

    assert notice.kind == "error"
    assert "Nothing was changed" in notice.text or "Shorten it" in notice.text


def test_an_op_that_is_never_accepted_has_no_sentence() -> None:
    assert notice_of(Undo(), Ok(1, 1), CATALOG, None).text == "Your last change was undone."
    with pytest.raises(ValueError, match="no sentence"):
        notice_of(BadOp(), Ok(1, 1), CATALOG, None)
