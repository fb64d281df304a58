"""What shoppers wanted and did not get is counted, and not who they were."""

from app.domain.catalog import Sku
from app.live import unmet_demand
from app.live.unmet_demand import UnmetDemand

MILK = Sku("milk-2l")


def test_a_search_is_one_whatever_its_case_accents_and_spaces() -> None:
    unmet = UnmetDemand()

    for q in ("Crème  brûlée", " creme BRULEE ", "zeppelin"):
        unmet.search_in_vain(q)

    assert unmet.searches == {"creme brulee": 2, "zeppelin": 1}


def test_a_script_that_searches_for_anything_is_not_kept_in_memory() -> None:
    unmet = UnmetDemand()

    for number in range(2 * unmet_demand.MOST_SEARCHES):
        unmet.search_in_vain(f"word {number}")
    unmet.search_in_vain("word 1")

    assert len(unmet.searches) == unmet_demand.MOST_SEARCHES
    assert unmet.searches["word 1"] == 2


def test_what_could_not_be_saved_is_counted_with_what_came_meanwhile() -> None:
    unmet = UnmetDemand()
    unmet.miss(MILK)
    unmet.search_in_vain("zeppelin")

    taken = unmet.take()
    assert not unmet.products
    assert not unmet.searches
    unmet.miss(MILK)
    unmet.put_back(taken)

    assert unmet.products == {MILK: 2}
    assert unmet.searches == {"zeppelin": 1}
