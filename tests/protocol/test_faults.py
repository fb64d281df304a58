"""The list of faults, as it is shown to people."""

from app.protocol.faults import FAULTS


def test_each_fault_is_told_in_whole_sentences_and_under_a_name_of_its_own() -> None:
    assert [one.id for one in FAULTS.values()] == [*FAULTS]
    assert len({one.name for one in FAULTS.values()}) == len(FAULTS)
    assert [one.id for one in FAULTS.values() if not one.sentence.endswith(".")] == []
