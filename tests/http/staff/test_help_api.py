"""Help by staff as JSON, from asking to the end."""

from app.domain.help_care import WAITS_S
from tests.http.harness import HttpHarness
from tests.http.order_helpers import MILK, stocked_cart
from tests.http.staff_helpers import grace
from tests.http.visitor import code, fields

HELPS = "/api/staff/help"


async def test_a_help_is_asked_for_taken_and_ended_in_json(harness: HttpHarness) -> None:
    ada, staff = await stocked_cart(harness), await grace(harness)
    assert (await ada.send("/api/help", {})).status_code == 204
    (asked,) = (await fields(await staff.get(HELPS)))["helps"]
    whose = (await ada.cart())["account"]
    assert (asked["cart"], asked["name"], asked["helper"]) == (whose, "Ada", "")

    taken = await staff.send(f"{HELPS}/{asked['id']}/take", {})

    assert await fields(taken) == {"cart": whose}
    assert (await fields(await staff.get(HELPS)))["helps"] == [asked | {"helper": "Grace"}]
    assert (await staff.send(f"{HELPS}/{asked['id']}/end", {})).status_code == 204
    assert await code(await staff.send(f"{HELPS}/{asked['id']}/end", {})) == (404, "not_found")
    assert (await ada.send("/api/help/end", {})).status_code == 204


async def test_a_shopper_ends_it_and_asks_only_so_often(harness: HttpHarness) -> None:
    ada, staff = await harness.ada(), await grace(harness)
    for _ in range(3):
        assert (await ada.send("/api/help", {})).status_code == 204
        assert (await ada.send("/api/help/end", {})).status_code == 204

    assert await code(await ada.send("/api/help", {})) == (429, "throttled")
    assert await fields(await staff.get(HELPS)) == {"helps": []}
    harness.clock.at_s += WAITS_S
    assert (await ada.send("/api/help", {})).status_code == 204


async def test_the_cart_of_another_is_helped_with_by_nobodys_wish(harness: HttpHarness) -> None:
    ada, bob = await harness.ada(), await harness.ada(email="bob@shop.example", name="Bob")
    path = f"/api/help?cart={(await ada.cart())['account']}"

    assert await code(await bob.send(path, {})) == (404, "not_found")
    assert await code(await bob.send(path.replace("help?", "help/end?"), {})) == (404, "not_found")


async def test_to_all_but_staff_the_list_does_not_exist(harness: HttpHarness) -> None:
    ada = await harness.ada()

    for visitor in (ada, harness.visitor()):
        assert await code(await visitor.get(HELPS)) == (404, "not_found")
        for act in ("take", "end"):
            answer = await visitor.send(f"{HELPS}/{MILK}/{act}", {})
            assert await code(answer) == (404, "not_found")
