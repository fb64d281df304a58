"""Decoding frames for the checks."""

from app.load.frames import decode_frame


def test_a_patch_of_an_order_has_no_op() -> None:
    frame = decode_frame(
        b'{"t":"patch","prev":4,"rev":5,"at":"00000000.5.0",'
        b'"by":{"tab":null,"outbox":null,"n":null,"k":"order"},"lines":{"milk":null}}'
    )

    assert frame.by
    assert (frame.by.outbox, frame.by.n) == (None, None)
    assert (frame.prev, frame.rev, [*frame.lines]) == (4, 5, ["milk"])
