"""Two ops of one number are one op if their bodies have one digest."""

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
    asked = decode(text)
    assert isinstance(asked, SubmitOp)
    return asked.body


@given(st.sampled_from(OPS).flatmap(lambda said: st.permutations([*said.items()])))
def test_the_order_of_keys_makes_no_difference(pairs: list[tuple[str, object]]) -> None:
    shuffled = dict(pairs)

    assert digest(json.dumps(shuffled)) == digest(json.dumps(dict(sorted(shuffled.items()))))


@pytest.mark.parametrize("text", BAD_OPS)
def test_the_order_of_keys_in_a_bad_op_makes_no_difference(text: str) -> None:
    backwards = dict(reversed(json.loads(text).items()))

    assert digest(json.dumps(backwards)) == digest(text)


@pytest.mark.parametrize("said", OPS, ids=lambda said: str(said["n"]))
def test_what_the_shop_does_not_know_makes_no_difference(said: Fields) -> None:
    assert digest(json.dumps({**said, "mood": "good"})) == digest(json.dumps(said))


def test_what_the_shop_does_not_know_makes_another_bad_op() -> None:
    said = {"t": "op", "n": 1, "k": "line.steal"}

    assert digest(json.dumps({**said, "mood": "good"})) != digest(json.dumps(said))


def test_ops_that_ask_for_different_things_have_different_digests() -> None:
    bodies = {json.dumps({**said, "n": 1}, sort_keys=True) for said in OPS}

    for one, other in combinations(bodies, 2):
        assert digest(one) != digest(other), (one, other)


def test_bad_ops_that_differ_in_anything_have_different_digests() -> None:
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
def test_what_is_nearly_the_same_is_not(one: str, other: str) -> None:
    assert digest(f'{{"t":"op","n":1,{one}}}') != digest(f'{{"t":"op","n":1,{other}}}')


def test_a_digest_stays_what_it_is_for_carts_on_disk_remember_it() -> None:
    add = '{"t":"op","n":1,"k":"line.add","sku":"milk-2l","qty":1}'
    steal = '{"t":"op","n":1,"k":"line.steal","sku":"milk-2l"}'

    assert (digest(add), digest(steal)) == ("2r8oRoz0", "kC8n6/38")
