"""What staff read of a payment by card."""

from app.domain.payment_troubles import Trouble
from app.domain.payments import Dispute, PaymentState
from app.domain.refunds import RefundState
from app.i18n.translate import noop as N_

LABELS = {
    PaymentState.CREATED: N_("Not paid yet"),
    PaymentState.EXPIRED: N_("Not paid in time"),
    PaymentState.FAILED: N_("Refused"),
    PaymentState.AUTHORISED: N_("Held on the card"),
    PaymentState.VOIDED: N_("Released"),
    PaymentState.CAPTURED: N_("Taken"),
    PaymentState.REFUNDED: N_("Given back"),
}
REFUND_LABELS = {
    RefundState.WANTED: N_("on its way"),
    RefundState.DONE: N_("given back"),
    RefundState.DEDUCTED: N_("not taken in the first place"),
    RefundState.FAILED: N_("returned by the customer's bank"),
    RefundState.ELSEWHERE: N_("given back in another way"),
}
TROUBLES = {
    Trouble.LAPSED: N_("Nothing is held on the card any more"),
    Trouble.REFUND_FAILED: N_("A refund has come back"),
    Trouble.DISPUTED: N_("The cardholder disputes the payment"),
}
"""What staff read of each trouble in a list of them."""
DISPUTES = {
    Dispute.WON: N_("The cardholder disputed this payment, and the bank has decided for the shop."),
    Dispute.LOST: N_(
        "The cardholder disputed this payment, and the bank has decided against the shop: the money"
        " went back by the bank."
    ),
}
