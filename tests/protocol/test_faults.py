"""The list of protocol faults in the documentation."""

from app.protocol.faults import FAULTS


def test_each_fault_has_a_unique_name_and_complete_sentences() -> None:
    assert [one.id for one in FAULTS.values()] == [*FAULTS]
    assert len({one.name for one in FAULTS.values()}) == len(FAULTS)
    assert [one.id for one in FAULTS.values() if not one.sentence.endswith(".")] == []
