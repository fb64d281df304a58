"""What the checks read of a frame."""

from app.load.frames import read_frame


def test_a_patch_that_an_order_made_comes_of_no_op() -> None:
    told = read_frame(
        b'{"t":"patch","prev":4,"rev":5,"at":"00000000.5.0",'
        b'"by":{"tab":null,"outbox":null,"n":null,"k":"order"},"lines":{"milk":null}}'
    )

    assert told.by
    assert (told.by.outbox, told.by.n) == (None, None)
    assert (told.prev, told.rev, [*told.lines]) == (4, 5, ["milk"])
