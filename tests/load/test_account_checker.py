"""Which broken promises the account checker reports."""

from app.domain.catalog import Sku
from app.domain.verdicts import Clamped, Code, No, Ok, Verdict
from app.load.account_checker import AccountChecker, PatchContents
from app.load.model import Contents, SentOp
from tests.examples import APPLES, MILK

HERE, THERE = "aaaa", "bbbb"
BEN, CLEO = "u-ben", "u-cleo"


class Harness:
    """A checker, and its reports."""

    def __init__(self, rev: int = 0, contents: Contents | None = None):
        self.reports: list[str] = []
        self.checker = AccountChecker(rev, contents or {}, self.reports.append)

    def sent(self, n: int, qty: int, outbox: str = HERE, sku: str = APPLES) -> None:
        self.checker.on_sent(outbox, SentOp(n, "line.set", sku, qty))

    def answered(self, *verdicts: Verdict, outbox: str = HERE) -> None:
        for verdict in verdicts:
            self.checker.on_verdict(outbox, verdict)

    def patched(self, prev: int, rev: int, changes: Contents) -> None:
        self.checker.on_patch(PatchContents(prev, rev, changes))

    def finish(self, rev: int, contents: Contents) -> list[str]:
        self.checker.finish(rev, contents)
        return self.reports


def test_verdicts_that_agree_with_the_cart_are_not_reported() -> None:
    harness = Harness(3, {("line", MILK): 1})
    harness.sent(1, 2)
    harness.sent(2, 9)
    harness.answered(Ok(1, 4), Ok(2, 5, Clamped(APPLES, 9, 5)))

    assert harness.finish(5, {("line", MILK): 1, ("line", APPLES): 5}) == []


def test_verdicts_of_two_outboxes_are_applied_in_the_order_of_revisions() -> None:
    harness = Harness()
    harness.sent(1, 2, HERE)
    harness.sent(1, 7, THERE)
    harness.answered(Ok(1, 2), outbox=THERE)
    harness.answered(Ok(1, 1), outbox=HERE)

    assert harness.finish(2, {("line", APPLES): 7}) == []


def test_a_change_and_a_line_that_are_called_somebody_elses_are_reported() -> None:
    harness = Harness()
    harness.checker.add_outbox(HERE, BEN)
    harness.sent(1, 2)
    harness.answered(Ok(1, 1))

    harness.checker.on_source((HERE, 1), 1)
    harness.checker.finish(1, {("line", APPLES): 2}, {("line", APPLES): CLEO})

    made, lines = harness.reports
    assert made == f"op ('{HERE}', 1) of “{BEN}” is called one of “”"
    line = "line", APPLES
    assert lines == f"lines are called those of { ({line: CLEO}) }, and are { ({line: BEN}) }"


def test_two_equal_ops_may_share_a_revision() -> None:
    harness = Harness()
    harness.sent(1, 2, HERE)
    harness.sent(1, 2, THERE)
    harness.answered(Ok(1, 1), outbox=HERE)
    harness.answered(Ok(1, 1), outbox=THERE)

    assert harness.finish(1, {("line", APPLES): 2}) == []


def test_a_rejected_op_leaves_the_cart_unchanged() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.answered(No(1, Code.SOLD_OUT, (), 0, "There are no more."))

    assert harness.finish(0, {}) == []


def test_an_accepted_op_that_is_not_in_the_cart_is_reported() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.answered(Ok(1, 1))

    assert harness.finish(1, {}) == ["the cart is , but the answers make line gala-apples-1kg=2"]


def test_a_cart_behind_the_verdicts_is_reported() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.answered(Ok(1, 1))

    assert harness.finish(0, {}) == ["the cart is at revision 0, but 1 was answered"]


def test_a_revision_without_an_op_is_reported() -> None:
    assert Harness().finish(1, {}) == ["revision 1 was made by no op that was answered ok"]


def test_an_op_that_made_two_revisions_is_reported() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.checker.on_source((HERE, 1), 1)
    harness.checker.on_source((HERE, 1), 2)

    assert harness.reports == [f"op {(HERE, 1)} was applied again: it made revisions 1 and 2"]


def test_a_revision_of_two_ops_is_reported() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.sent(2, 3)
    harness.checker.on_source((HERE, 1), 1)
    harness.checker.on_source((HERE, 2), 1)

    assert "made by" in harness.reports[0]


def test_a_patch_that_says_another_revision_than_the_verdict_is_reported() -> None:
    harness = Harness()
    harness.sent(1, 2, HERE)
    harness.sent(1, 7, THERE)
    harness.answered(Ok(1, 2), outbox=HERE)
    harness.checker.on_source((HERE, 1), 1)

    assert "was answered at revision 2, but a patch says that it made 1" in harness.reports[0]


def test_a_patch_of_several_ops_has_the_cart_after_the_last() -> None:
    harness = Harness(3, {("line", MILK): 1})
    harness.sent(1, 2)
    harness.sent(2, 5)
    harness.sent(3, 0, sku=MILK)
    harness.answered(Ok(1, 4), Ok(2, 5), Ok(3, 6))
    harness.patched(3, 6, {("line", APPLES): 5, ("line", MILK): 0})

    assert harness.finish(6, {("line", APPLES): 5}) == []


def test_a_patch_with_a_wrong_quantity_is_reported_once_its_ops_are_answered() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.patched(0, 1, {("line", APPLES): 3})
    assert harness.reports == []

    harness.answered(Ok(1, 1))
    assert harness.reports == [
        "the patch 0 → 1 makes line gala-apples-1kg=3, but the answers make line gala-apples-1kg=2"
    ]


def test_a_patch_that_leaves_out_a_change_is_reported() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.sent(2, 1, sku=MILK)
    harness.answered(Ok(1, 1), Ok(2, 2))
    harness.patched(0, 2, {("line", MILK): 1})

    assert harness.reports[0].startswith("the patch 0 → 2 makes line milk")


def test_a_change_by_a_foreign_outbox_is_reported() -> None:
    harness = Harness()
    harness.checker.on_source((THERE, 1), 1)

    assert "not of this account" in harness.reports[0]


def test_a_repeat_with_another_verdict_is_reported() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.answered(Ok(1, 1), Ok(1, 1))
    assert harness.reports == []

    harness.answered(Ok(1, 2))
    assert "and later" in harness.reports[0]


def test_a_late_repeat_may_be_rejected_as_expired() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.answered(Ok(1, 1), No(1, Code.EXPIRED, (), 1, "That was too long ago."))

    assert harness.reports == []


def test_a_verdict_at_a_revision_before_the_op_is_reported() -> None:
    harness = Harness(7)
    harness.sent(1, 2)
    harness.answered(Ok(1, 6))

    assert "7 was told before it was sent" in harness.reports[0]


def test_an_op_without_a_verdict_is_reported() -> None:
    harness = Harness()
    harness.sent(1, 2)

    assert harness.finish(0, {}) == [f"op {(HERE, 1)} never got a verdict"]


def test_settled_ops_are_forgotten() -> None:
    harness = Harness()
    for n in range(1, 2001):
        harness.sent(n, n % 90 + 1, sku=Sku("thing"))
        harness.checker.on_source((HERE, n), n)
        harness.answered(Ok(n, n))

    kept = [value for value in vars(harness.checker).values() if isinstance(value, dict)]
    assert max(map(len, kept)) <= 300
    assert harness.finish(2000, {("line", "thing"): 2000 % 90 + 1}) == []


def test_the_end_of_a_help_takes_away_what_was_suggested_and_not_answered() -> None:
    harness = Harness()
    harness.checker.on_sent(HERE, SentOp(1, "line.suggest", APPLES, 2))
    harness.answered(Ok(1, 1))

    for _tab in range(2):
        harness.checker.on_end_of_help(2)

    assert harness.finish(2, {}) == []


def test_a_revision_that_an_op_made_is_no_end_of_a_help() -> None:
    harness = Harness()
    harness.sent(1, 2)
    harness.answered(Ok(1, 1))
    harness.checker.on_source((HERE, 1), 1)

    harness.checker.on_end_of_help(1)

    assert "and ended a help" in harness.reports[0]
