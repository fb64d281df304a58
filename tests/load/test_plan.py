"""Which plans are rejected."""

import pytest

from app.load.plan import BadPlan, Plan, Scenario


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.0.0.1", "http://[::1]:8000"])
def test_a_loopback_url_needs_no_consent(url: str) -> None:
    Plan(url=url).check()


@pytest.mark.parametrize(
    "url", ["https://shop.example", "http://10.0.0.1:8000", "http://127.0.0.1.x"]
)
def test_a_remote_url_needs_the_owners_consent(url: str) -> None:
    with pytest.raises(BadPlan, match="--i-own-this-shop"):
        Plan(url=url).check()

    Plan(url=url, owns_shop=True).check()


@pytest.mark.parametrize(
    "plan",
    [
        Plan(scenario=Scenario.IDLE, rate=5),
        Plan(scenario=Scenario.HOLDS, rate=5),
        Plan(rate=5, window=2),
        Plan(accounts=2, processes=3),
        Plan(tabs=2, household=3),
        Plan(tabs=5, household=5, scenario=Scenario.RECONNECT),
    ],
)
def test_contradicting_arguments_are_rejected(plan: Plan) -> None:
    with pytest.raises(BadPlan):
        plan.check()


def test_a_rate_is_shared_by_all_accounts() -> None:
    assert Plan(accounts=20, rate=100).interval_s == 0.2
