"""Ops with the same number and digest are the same op."""

import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.protocol.decode import SubmitOp, decode
from tests.protocol.samples import BAD, SAID_BY_CLIENTS, Fields

OPS = [said for name, said in SAID_BY_CLIENTS.items() if name.startswith("op_")]
BAD_OPS = [each["text"] for each in BAD.values() if each["fault"] == "op"]


def digest(text: str) -> str:
    """Return the digest of the op that *text* spells."""
    submitted = decode(text.encode())
    assert isinstance(submitted, SubmitOp)
    return submitted.body


@given(st.sampled_from(OPS).flatmap(lambda said: st.permutations([*said.items()])))
def test_the_digest_does_not_depend_on_the_order_of_keys(pairs: list[tuple[str, object]]) -> None:
    shuffled = dict(pairs)

    assert digest(json.dumps(shuffled)) == digest(json.dumps(dict(sorted(shuffled.items()))))


@pytest.mark.parametrize("text", BAD_OPS)
def test_the_digest_of_a_bad_op_does_not_depend_on_the_order_of_keys(text: str) -> None:
    backwards = dict(reversed(json.loads(text).items()))

    assert digest(json.dumps(backwards)) == digest(text)


@pytest.mark.parametrize("said", OPS, ids=lambda said: str(said["n"]))
def test_unknown_keys_do_not_change_the_digest(said: Fields) -> None:
    assert digest(json.dumps({**said, "mood": "good"})) == digest(json.dumps(said))


def test_unknown_keys_change_the_digest_of_a_bad_op() -> None:
    said = {"t": "op", "n": 1, "k": "line.steal"}

    assert digest(json.dumps({**said, "mood": "good"})) != digest(json.dumps(said))


def test_different_ops_have_different_digests() -> None:
    bodies = {json.dumps({**said, "n": 1}, sort_keys=True) for said in OPS}

    for one, other in combinations(bodies, 2):
        assert digest(one) != digest(other), (one, other)


def test_different_bad_ops_have_different_digests() -> None:
    assert len({digest(text) for text in BAD_OPS}) == len({*BAD_OPS})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"k":"line.add","sku":"a","qty":1', '"k":"line.add","sku":"a","qty":1,"seen":1'),
        ('"k":"line.add","sku":"a","qty":1', '"k":"line.set","sku":"a","qty":1'),
        ('"k":"note.set","text":"1"', '"k":"note.set","text":"\'1\'"'),
        ('"k":"voucher.set","code":null', '"k":"voucher.set","code":"None"'),
        ('"k":"undo"', '"k":"undo","rev":0'),
        ('"k":"undo"', '"k":"undo","rev":null'),
    ],
)
def test_nearly_equal_ops_have_different_digests(one: str, other: str) -> None:
    assert digest(f'{{"t":"op","n":1,{one}}}') != digest(f'{{"t":"op","n":1,{other}}}')


def test_a_digest_has_six_characters_and_no_separator_of_an_outbox() -> None:
    digests = {digest(json.dumps(said)) for said in OPS} | {digest(text) for text in BAD_OPS}

    assert {len(one) for one in digests} == {6}
    assert not {" ", ","} & set("".join(digests))


def test_digests_are_stable_because_carts_on_disk_store_them() -> None:
    add = '{"t":"op","n":1,"k":"line.add","sku":"milk-2l","qty":1}'
    steal = '{"t":"op","n":1,"k":"line.steal","sku":"milk-2l"}'

    assert (digest(add), digest(steal)) == ("/NEEZg", "aJMO8g")
