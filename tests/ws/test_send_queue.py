"""What waits to be read, by itself."""

from app.ws.send_queue import MOST_BYTES, MOST_FRAMES, Backlog


def test_what_waits_is_taken_once_and_in_order() -> None:
    unread = Backlog()
    unread.add(b"ok", is_state=False)
    unread.add(b"patch", is_state=True)

    assert unread.take() == [b"ok", b"patch"]
    assert unread.take() == []


def test_so_many_frames_may_wait_and_one_more_is_too_much() -> None:
    unread = Backlog()

    too_much = [unread.add(b"patch", is_state=True) for _ in range(MOST_FRAMES + 1)]

    assert too_much == [False] * MOST_FRAMES + [True]


def test_so_many_bytes_may_wait_and_one_more_is_too_much() -> None:
    unread = Backlog()

    assert not unread.add(b"x" * MOST_BYTES, is_state=True)
    assert unread.add(b"x", is_state=False)


def test_dropping_state_keeps_verdicts_and_owes_a_snapshot() -> None:
    unread = Backlog()
    for number in range(3):
        unread.add(b"ok %d" % number, is_state=False)
        unread.add(b"patch %d" % number, is_state=True)

    unread.drop_state()
    unread.add(b"late patch", is_state=True)
    unread.add(b"late ok", is_state=False)

    assert unread.owes_snapshot
    assert unread.take() == [b"ok 0", b"ok 1", b"ok 2", b"late ok"]


def test_what_was_dropped_makes_room_again() -> None:
    unread = Backlog()
    unread.add(b"x" * MOST_BYTES, is_state=True)
    unread.drop_state()
    unread.owes_snapshot = False

    assert not unread.add(b"x" * MOST_BYTES, is_state=True)


def test_what_was_taken_makes_room_again() -> None:
    unread = Backlog()
    unread.add(b"x" * MOST_BYTES, is_state=True)
    unread.take()

    assert not unread.add(b"x" * MOST_BYTES, is_state=True)


def test_until_something_was_dropped_no_snapshot_is_owed() -> None:
    unread = Backlog()
    unread.add(b"patch", is_state=True)
    unread.take()

    assert not unread.owes_snapshot
