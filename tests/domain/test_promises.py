"""Invariants that hold for any ops, in any order, with any catalogue."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.cart import Cart, advance, content
from app.domain.catalog import Money, Sku
from app.domain.ops import AcceptLine, Undo
from app.domain.outbox import OutboxId, RecordedVerdict
from app.domain.position import position
from app.domain.verdicts import Ok
from tests.domain.op_examples import BODIES, STARTS, OpSequence, some_sequence, what_shows


@given(some_sequence)
def test_a_cart_keeps_its_limits(sequence: OpSequence) -> None:
    for *_, ruling in sequence.steps():
        cart = ruling.cart
        lines = [*cart.lines.values(), *cart.saved.values()]
        assert max(len(cart.lines), len(cart.saved)) <= 100
        assert all(1 <= line.qty <= 99 and 1 <= line.pos < cart.next_pos for line in lines)
        assert len({line.pos for line in lines}) == len(lines)
        assert max(len(cart.undo_stack), len(cart.tries)) <= 10
        assert len(cart.outboxes) <= 16


@given(some_sequence)
def test_the_revision_rises_by_one_with_a_patch_and_stays_without(sequence: OpSequence) -> None:
    for before, _, _, ruling in sequence.steps():
        moved = ruling.patch is not None
        assert ruling.cart.rev == ruling.verdict.rev == before.rev + moved
        assert moved == (what_shows(ruling.cart) != what_shows(before))
        assert isinstance(ruling.verdict, Ok) or not moved
        assert ruling.cart.next_pos >= before.next_pos


@given(some_sequence)
def test_only_accept_and_undo_raise_an_agreed_price(sequence: OpSequence) -> None:
    def agreed(cart: Cart) -> dict[tuple[str, Sku], Money]:
        places = {"cart": cart.lines, "saved": cart.saved}
        return {
            (place, sku): places[place][sku].agreed for place in places for sku in places[place]
        }

    for before, sent, _, ruling in sequence.steps():
        earlier, now = agreed(before), agreed(ruling.cart)
        raised = {where for where in earlier.keys() & now.keys() if now[where] > earlier[where]}
        assert not raised or isinstance(sent.op, AcceptLine | Undo)


@given(some_sequence)
def test_the_incremental_content_hash_equals_the_one_computed_from_scratch(
    sequence: OpSequence,
) -> None:
    cart = sequence.end()

    assert cart.content == content(cart)


@given(some_sequence, st.integers(0, 40))
def test_patches_applied_to_an_older_cart_give_the_newer_one(
    sequence: OpSequence, seen: int
) -> None:
    rulings = [step.ruling for step in sequence.steps()]
    carts = [STARTS[sequence.start], *(ruling.cart for ruling in rulings)]
    held = min(seen, len(rulings))

    tab = carts[held]
    for ruling in rulings[held:]:
        tab = advance(tab, ruling.patch) if ruling.patch else tab

    assert what_shows(tab) == what_shows(carts[-1])
    assert (tab.next_pos, position(tab)) == (carts[-1].next_pos, position(carts[-1]))


@given(some_sequence)
def test_a_repeated_op_gets_its_recorded_verdict_while_its_outbox_is_remembered(
    sequence: OpSequence,
) -> None:
    said: dict[OutboxId, list[RecordedVerdict]] = {}
    for _, sent, outbox, ruling in sequence.steps():
        said.setdefault(outbox, []).append(RecordedVerdict(BODIES[sent.op], ruling.verdict))
        if ruling.evicted:
            assert ruling.evicted.last == len(said.pop(ruling.evicted.outbox))
        for name, verdicts in said.items():
            stands = ruling.cart.outboxes[name]
            assert [stands.recall(it.verdict.n) for it in verdicts] == verdicts
