"""The books of an account: what agrees is passed over, and what does not is objected to."""

from app.domain.catalog import Sku
from app.domain.verdicts import Clamped, Code, No, Ok, Verdict
from app.load.account_checker import AccountChecker
from app.load.model import Contents, SentOp
from tests.examples import APPLES, MILK

HERE, THERE = "aaaa", "bbbb"


class Books:
    """A ledger, and what it objects to."""

    def __init__(self, rev: int = 0, contents: Contents | None = None):
        self.objections: list[str] = []
        self.checker = AccountChecker(rev, contents or {}, self.objections.append)

    def asked(self, n: int, qty: int, outbox: str = HERE, sku: str = APPLES) -> None:
        self.checker.ask(outbox, SentOp(n, "line.set", sku, qty))

    def ruled(self, *verdicts: Verdict, outbox: str = HERE) -> None:
        for verdict in verdicts:
            self.checker.rule(outbox, verdict)

    def closed(self, rev: int, contents: Contents) -> list[str]:
        self.checker.close(rev, contents)
        return self.objections


def test_answers_that_make_the_cart_are_passed_over() -> None:
    books = Books(3, {("line", MILK): 1})
    books.asked(1, 2)
    books.asked(2, 9)
    books.ruled(Ok(1, 4), Ok(2, 5, Clamped(APPLES, 9, 5)))

    assert books.closed(5, {("line", MILK): 1, ("line", APPLES): 5}) == []


def test_answers_of_two_outboxes_count_in_the_order_of_revisions() -> None:
    books = Books()
    books.asked(1, 2, HERE)
    books.asked(1, 7, THERE)
    books.ruled(Ok(1, 2), outbox=THERE)
    books.ruled(Ok(1, 1), outbox=HERE)

    assert books.closed(2, {("line", APPLES): 7}) == []


def test_of_two_that_wanted_the_same_one_changed_nothing_and_that_is_well() -> None:
    books = Books()
    books.asked(1, 2, HERE)
    books.asked(1, 2, THERE)
    books.ruled(Ok(1, 1), outbox=HERE)
    books.ruled(Ok(1, 1), outbox=THERE)

    assert books.closed(1, {("line", APPLES): 2}) == []


def test_a_refusal_leaves_the_cart_as_it_is() -> None:
    books = Books()
    books.asked(1, 2)
    books.ruled(No(1, Code.SOLD_OUT, (), 0, "There are no more."))

    assert books.closed(0, {}) == []


def test_a_granted_op_that_is_not_in_the_cart_is_objected_to() -> None:
    books = Books()
    books.asked(1, 2)
    books.ruled(Ok(1, 1))

    assert books.closed(1, {}) == ["the cart is , but the answers make line gala-apples-1kg=2"]


def test_a_cart_behind_what_was_answered_is_objected_to() -> None:
    books = Books()
    books.asked(1, 2)
    books.ruled(Ok(1, 1))

    assert books.closed(0, {}) == ["the cart is at revision 0, but 1 was answered"]


def test_a_revision_that_nobody_asked_for_is_objected_to() -> None:
    assert Books().closed(1, {}) == ["revision 1 was made by no op that was answered ok"]


def test_an_op_that_made_two_revisions_is_objected_to() -> None:
    books = Books()
    books.asked(1, 2)
    books.checker.change((HERE, 1), 1)
    books.checker.change((HERE, 1), 2)

    assert books.objections == [f"op {(HERE, 1)} was applied again: it made revisions 1 and 2"]


def test_a_revision_with_two_makers_is_objected_to() -> None:
    books = Books()
    books.asked(1, 2)
    books.asked(2, 3)
    books.checker.change((HERE, 1), 1)
    books.checker.change((HERE, 2), 1)

    assert "made by" in books.objections[0]


def test_a_change_by_a_foreign_outbox_is_objected_to() -> None:
    books = Books()
    books.checker.change((THERE, 1), 1)

    assert "not of this account" in books.objections[0]


def test_a_repeat_with_another_verdict_is_objected_to_and_with_the_same_is_not() -> None:
    books = Books()
    books.asked(1, 2)
    books.ruled(Ok(1, 1), Ok(1, 1))
    assert books.objections == []

    books.ruled(Ok(1, 2))
    assert "and later" in books.objections[0]


def test_a_repeat_that_comes_too_late_may_be_expired() -> None:
    books = Books()
    books.asked(1, 2)
    books.ruled(Ok(1, 1), No(1, Code.EXPIRED, (), 1, "That was too long ago."))

    assert books.objections == []


def test_a_verdict_at_a_revision_older_than_the_question_is_objected_to() -> None:
    books = Books(7)
    books.asked(1, 2)
    books.ruled(Ok(1, 6))

    assert "7 was told before it was sent" in books.objections[0]


def test_an_op_without_a_verdict_is_objected_to() -> None:
    books = Books()
    books.asked(1, 2)

    assert books.closed(0, {}) == [f"op {(HERE, 1)} never got a verdict"]


def test_the_books_do_not_grow_with_what_is_settled() -> None:
    books = Books()
    for n in range(1, 2001):
        books.asked(n, n % 90 + 1, sku=Sku("thing"))
        books.checker.change((HERE, n), n)
        books.ruled(Ok(n, n))

    kept = [value for value in vars(books.checker).values() if isinstance(value, dict)]
    assert max(map(len, kept)) <= 300
    assert books.closed(2000, {("line", "thing"): 2000 % 90 + 1}) == []
