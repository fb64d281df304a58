"""A tab that is ahead of the database raises an alarm, at most once a minute."""

import pytest

from app.domain.accounts import AccountId
from app.domain.position import SnapshotReason
from app.live.divergence_log import QUIET_S, DivergenceLog
from tests.examples import ADA

BOB = AccountId("u-bob")


def test_an_alarm_is_counted_and_logged_with_account_and_positions(
    caplog: pytest.LogCaptureFixture,
) -> None:
    divergences = DivergenceLog()

    divergences.record(ADA, SnapshotReason.FUTURE, "7c1d.9.0d9e", 0.0)

    assert divergences.counts == {SnapshotReason.FUTURE: 1}
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert (
        record.getMessage() == "alarm: a tab of u-ada stands at 7c1d.9.0d9e, and that is a future"
    )


def test_an_account_raises_an_alarm_at_most_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    divergences = DivergenceLog()
    for now_s in (0.0, 1.0, QUIET_S - 0.1):
        divergences.record(ADA, SnapshotReason.FORK, None, now_s)
    assert (divergences.counts[SnapshotReason.FORK], len(caplog.records)) == (1, 1)

    divergences.record(ADA, SnapshotReason.FORK, None, QUIET_S)

    assert (divergences.counts[SnapshotReason.FORK], len(caplog.records)) == (2, 2)


def test_each_account_raises_its_own_alarm(caplog: pytest.LogCaptureFixture) -> None:
    divergences = DivergenceLog()

    divergences.record(ADA, SnapshotReason.FORK, None, 0.0)
    divergences.record(BOB, SnapshotReason.FUTURE, None, 0.0)

    assert divergences.counts == {SnapshotReason.FORK: 1, SnapshotReason.FUTURE: 1}
    assert len(caplog.records) == 2
