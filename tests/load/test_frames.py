"""Decoding frames for the checks."""

from app.load.frames import decode_frame


def test_a_patch_of_an_order_has_no_op() -> None:
    frame = decode_frame(
        b'{"t":"patch","prev":4,"rev":5,"at":"00000000.5.0",'
        b'"by":[{"tab":null,"outbox":null,"n":null,"k":"order"}],"lines":{"milk":null}}'
    )

    assert [(by.k, by.outbox, by.n) for by in frame.by] == [("order", None, None)]
    assert (frame.prev, frame.rev, frame.contents) == (4, 5, {("line", "milk"): 0})


def test_a_patch_has_its_lines_saved_lines_and_note() -> None:
    frame = decode_frame(
        b'{"t":"patch","prev":4,"rev":6,"at":"00000000.6.0","by":[],"note":"Ring twice",'
        b'"lines":{"milk":null},"saved":{"milk":{"sku":"milk","pos":2,"qty":3}}}'
    )

    assert frame.contents == {
        ("line", "milk"): 0, ("saved", "milk"): 3, ("note", ""): "Ring twice"
    }  # fmt: skip
