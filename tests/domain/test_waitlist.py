"""Waitlists: who is asked next, and what an offer lets its shopper have."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from app.domain.accounts import AccountId
from app.domain.catalog import HoldRule, Sku
from app.domain.hold_care import Grace, Held, plan_care
from app.domain.hold_limits import MOST_HELD_LINES
from app.domain.ops import AddLine
from app.domain.waitlist import (
    AWAY_AFTER_S,
    NEW_S,
    OFFER_S,
    MovedOffer,
    Offer,
    OfferCare,
    Place,
    Turn,
    ask_in_turn,
    moved_offers,
    offer_of,
    offers_to,
    open_offers,
    place_of,
    plan_offers,
)
from tests.domain.test_holds import CAKES
from tests.examples import ADA, CATALOG, EMPTY, MILK, NOON, catalog_of, product, ruling_on

BOB = AccountId("u-bob")


@given(st.lists(st.booleans(), max_size=30), st.integers(-1, 10))
def test_the_first_who_are_connected_are_asked_and_nobody_before_them_is_left_out(
    connected: list[bool], free: int
) -> None:
    places = [Place(n, AccountId(f"u-{n}"), here) for n, here in enumerate(connected)]
    rest = iter(places)

    asked = ask_in_turn(rest, free)

    told = sorted((*asked.offered, *asked.mailed))
    assert len(asked.offered) == min(max(0, free), sum(connected))
    assert all(one.is_connected for one in asked.offered)
    assert not any(one.is_connected for one in asked.mailed)
    assert told == places[: len(told)]
    assert [*rest] == places[len(told) :]
    assert free <= 0 or len(asked.offered) == free or len(told) == len(places)


def test_whose_turn_it_is_is_told_by_mail_where_nobody_is_connected() -> None:
    away, here, later = (Place(n, AccountId(f"u-{n}"), n > 1) for n in (1, 2, 3))

    assert ask_in_turn([away, here, later], 1) == Turn((here,), (away,))
    assert ask_in_turn([away], 2) == Turn((), (away,))
    assert ask_in_turn([here], 0) == Turn()


def test_an_account_is_told_what_is_offered_and_for_how_long_and_once_it_is_over() -> None:
    offered = CATALOG._replace(offers={MILK: {ADA: int(NOON) + 60, BOB: int(NOON) + 90}})

    (offer,) = open_offers(ADA, offered, NOON)

    milk = CATALOG.products[MILK]
    assert offer == Offer(MILK, milk.name, milk.unit, milk.price, 60_000)
    assert open_offers(ADA, CATALOG, NOON) == []
    assert open_offers(ADA, offered, NOON + 61)[0].ms == 0
    assert offer_of(MovedOffer(ADA, MILK, None), CATALOG, NOON).ms == 0


def test_what_is_offered_comes_on_top_of_what_an_account_may_hold() -> None:
    cakes = [product(sku, "Cake", 100, 9, hold=HoldRule.ALWAYS) for sku in CAKES]
    catalog = catalog_of(*cakes)._replace(holders={sku: {} for sku in CAKES})
    cart = EMPTY
    for sku in islice(CAKES, MOST_HELD_LINES):
        cart = ruling_on(AddLine(sku, 1), cart, catalog).cart
    last = CAKES[-1]
    offered = catalog._replace(holders={**catalog.holders, last: {ADA: 1}})

    assert ruling_on(AddLine(last, 1), cart, catalog).cart.asked[last] == 0
    assert ruling_on(AddLine(last, 2), cart, offered).cart.asked[last] == 1


def test_an_offer_ends_at_its_time_though_its_shopper_is_there() -> None:
    grace = Grace(10, 30)
    offer = Held(ADA, None, NOON, offered=True)

    before = plan_care([offer], {}, [ADA], "w1", NOON, grace)
    over = plan_care([offer], {}, [ADA], "w1", NOON + 1, grace)

    assert not before.is_needed
    assert ([*over.attend], [*over.end]) == ([], [ADA])


def test_offers_that_begin_and_end_are_told_and_others_are_not() -> None:
    cake = Sku("cake")
    before = {MILK: {ADA: 5, BOB: 6}, cake: {ADA: 7}}
    after = {MILK: {BOB: 6}, cake: {ADA: 7, BOB: 8}}

    assert moved_offers(before, after, [MILK, cake]) == [(ADA, MILK, None), (BOB, cake, 8)]
    assert moved_offers({}, {}, [MILK]) == []
    assert offers_to(ADA, before) == {MILK: 5, cake: 7}
    assert offers_to(ADA, {}) == {}


def test_an_offer_ends_sooner_for_who_may_not_come_back() -> None:
    here = place_of(1, ADA, "w1", None, NOON + 1, NOON)
    left = place_of(2, ADA, None, NOON + 9, None, NOON)
    killed = place_of(3, ADA, "w1", None, NOON, NOON)
    away = [
        place_of(4, ADA, None, NOON, None, NOON),
        place_of(5, ADA, "w1", None, NOON - AWAY_AFTER_S, NOON),
        place_of(6, ADA, "w1", None, None, NOON),
    ]

    assert [one.is_connected for one in (here, left, killed)] == [True] * 3
    assert [one.is_connected for one in away] == [False] * 3
    ends_s = [one.offer_ends_at_s(NOON) for one in (here, left, killed)]
    assert ends_s == [NOON + OFFER_S, NOON + 9, NOON + AWAY_AFTER_S]


def test_each_node_finds_who_has_come_to_an_offer_and_who_had_gone_before_it() -> None:
    new_s, old_s = NOON + OFFER_S - NEW_S + 1, NOON + OFFER_S - NEW_S
    unseen = Held(ADA, None, NOON + 9, offered=True)
    mine, elsewhere = (Held(ADA, node, new_s, offered=True) for node in ("w1", "w2"))
    leases = {"w2": NOON + 1}

    def planned(held: Held, *connected: AccountId) -> OfferCare:
        return plan_offers([held], leases, connected, "w1", NOON)

    nothing = OfferCare(frozenset(), frozenset())
    assert planned(unseen, ADA) == OfferCare(frozenset([ADA]), frozenset())
    assert planned(mine, BOB) == OfferCare(frozenset(), frozenset([ADA]))
    assert planned(elsewhere._replace(node="w3")) == planned(mine)
    assert planned(mine).is_needed
    for held in (unseen, elsewhere, mine._replace(expires_at_s=old_s), Held(ADA, "w1", None)):
        assert planned(held) == nothing
    assert planned(mine, ADA) == planned(Held(ADA, None, NOON), ADA) == nothing
    assert not nothing.is_needed
