"""The rules agree with a much simpler model on random ops."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from app.domain.ops import SetVoucher, Undo
from app.domain.rules import rule as rule_on
from app.domain.verdicts import No, Verdict
from tests.domain.op_examples import CATALOGS, DAYS, STARTS, OpOnDay, some_ops_on_days, some_start
from tests.domain.plain import PlainCart, plain_lines
from tests.examples import EMPTY, NOON, ref


class TwoCarts(RuleBasedStateMachine):
    """The shop's cart beside the model."""

    def __init__(self) -> None:
        super().__init__()
        self.cart, self.plain, self.now_s = EMPTY, PlainCart(EMPTY), NOON

    @initialize(start=some_start)
    def start(self, start: str) -> None:
        self.cart = STARTS[start]
        self.plain = PlainCart(self.cart)

    @rule(ops_on_days=some_ops_on_days)
    def submit_ops(self, ops_on_days: list[OpOnDay]) -> None:
        for sent in ops_on_days:
            self.ask(sent)

    @rule(times=st.integers(1, 10))
    def undo_repeatedly(self, times: int) -> None:
        for _ in range(times):
            self.ask(OpOnDay(Undo(), DAYS[0]))

    @rule(times=st.integers(1, 10))
    def guess_vouchers(self, times: int) -> None:
        for _ in range(times):
            self.ask(OpOnDay(SetVoucher("SESAME"), DAYS[0]))

    @rule(minutes=st.sampled_from([1, 10, 59]))
    def time_passes(self, minutes: int) -> None:
        self.now_s += minutes * 60

    def ask(self, sent: OpOnDay) -> None:
        catalog = CATALOGS[sent.day]
        ruling = rule_on(self.cart, ref(self.cart), sent.op, catalog, self.now_s)
        assert _in_short(ruling.verdict) == self.plain.ask(sent.op, catalog, self.now_s)
        self.cart = ruling.cart
        self.they_agree()

    @invariant()
    def they_agree(self) -> None:
        cart, plain = self.cart, self.plain
        lines, saved = plain_lines(cart.lines), plain_lines(cart.saved)
        assert (lines, saved, cart.note, cart.voucher) == plain.picture()
        assert (cart.rev, cart.next_pos) == (plain.rev, plain.newest_place + 1)


def _in_short(verdict: Verdict) -> str:
    if isinstance(verdict, No):
        return verdict.code
    return f"{verdict.warn.got} instead of {verdict.warn.asked}" if verdict.warn else "ok"


def test_the_cart_agrees_with_a_simpler_model_for_any_ops() -> None:
    days = settings(max_examples=settings().max_examples // 4, stateful_step_count=50)
    run_state_machine_as_test(TwoCarts, settings=days)
