"""What one commit changed in a cart."""

from app.domain.cart import Patch
from app.domain.ops import AddLine, Kind, SaveLine
from app.domain.orders import OrderNumber, OrderState
from app.protocol.changes import CartChange, CommittedChange, committed_change
from app.protocol.messages import BY_ORDER, By, OrderMoved, TabId
from tests.examples import APPLES, HERE, THERE, ruling_on

FIRST = By(TabId("tab"), HERE, 1, Kind.ADD_LINE)
SECOND = By(None, THERE, 7, Kind.SAVE_LINE)
PLACED = OrderMoved(OrderNumber("7QK4-M2XD"), OrderState.PLACED)


def test_a_single_change_is_the_commit() -> None:
    patch = Patch(7, {APPLES: None})

    change = committed_change([CartChange(patch, FIRST)])

    assert change == CommittedChange(patch, (FIRST,))
    assert change.patch is patch


def test_the_changes_of_a_commit_are_one_patch_with_their_senders_in_order() -> None:
    added = ruling_on(AddLine(APPLES, 1))
    saved = ruling_on(SaveLine(APPLES), added.cart)
    assert added.patch
    assert saved.patch

    change = committed_change([CartChange(added.patch, FIRST), CartChange(saved.patch, SECOND)])

    assert change == CommittedChange(
        Patch(2, {APPLES: None}, saved.patch.saved, revs=2), (FIRST, SECOND)
    )
    assert change.patch.prev == 0


def test_an_order_is_sent_with_the_commit_that_placed_it() -> None:
    emptied = Patch(9, {APPLES: None}, note="")

    alone = committed_change([CartChange(emptied, BY_ORDER, PLACED)])
    after_an_op = committed_change(
        [CartChange(Patch(8, note="Hi"), FIRST), CartChange(emptied, BY_ORDER, PLACED)]
    )

    assert alone == CommittedChange(emptied, (BY_ORDER,), (PLACED,))
    assert after_an_op == CommittedChange(
        Patch(9, {APPLES: None}, note="", revs=2), (FIRST, BY_ORDER), (PLACED,)
    )
