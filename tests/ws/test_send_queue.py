"""The bounded queue of frames to send."""

from app.ws.send_queue import MOST_BYTES, MOST_FRAMES, Backlog


def test_frames_are_taken_once_and_in_order() -> None:
    backlog = Backlog()
    backlog.add(b"ok", is_state=False)
    backlog.add(b"patch", is_state=True)

    assert backlog.take() == [b"ok", b"patch"]
    assert backlog.take() == []


def test_the_queue_overflows_beyond_its_limit_of_frames() -> None:
    backlog = Backlog()

    too_much = [backlog.add(b"patch", is_state=True) for _ in range(MOST_FRAMES + 1)]

    assert too_much == [False] * MOST_FRAMES + [True]


def test_the_queue_overflows_beyond_its_limit_of_bytes() -> None:
    backlog = Backlog()

    assert not backlog.add(b"x" * MOST_BYTES, is_state=True)
    assert backlog.add(b"x", is_state=False)


def test_dropping_state_keeps_verdicts_and_requires_a_snapshot() -> None:
    backlog = Backlog()
    for number in range(3):
        backlog.add(b"ok %d" % number, is_state=False)
        backlog.add(b"patch %d" % number, is_state=True)

    backlog.drop_state()
    backlog.add(b"late patch", is_state=True)
    backlog.add(b"late ok", is_state=False)

    assert backlog.owes_snapshot
    assert backlog.take() == [b"ok 0", b"ok 1", b"ok 2", b"late ok"]


def test_dropped_frames_free_capacity() -> None:
    backlog = Backlog()
    backlog.add(b"x" * MOST_BYTES, is_state=True)
    backlog.drop_state()
    backlog.owes_snapshot = False

    assert not backlog.add(b"x" * MOST_BYTES, is_state=True)


def test_taken_frames_free_capacity() -> None:
    backlog = Backlog()
    backlog.add(b"x" * MOST_BYTES, is_state=True)
    backlog.take()

    assert not backlog.add(b"x" * MOST_BYTES, is_state=True)


def test_no_snapshot_is_required_before_state_was_dropped() -> None:
    backlog = Backlog()
    backlog.add(b"patch", is_state=True)
    backlog.take()

    assert not backlog.owes_snapshot
