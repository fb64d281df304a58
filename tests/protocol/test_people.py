"""The message about who shares a cart, and who looks at it."""

from msgspec.structs import replace

from app.domain.devices import Device
from app.domain.help import Help, HelpEnd, HelpId
from app.domain.members import NOBODY, OWNER, Role
from app.protocol.messages import HelpMessage, HouseholdMessage, Person
from app.protocol.people import help_message, household_message, merged
from tests.domain.household_examples import BEN, CLEO, DAN, HOUSEHOLD
from tests.examples import ADA, NOON

HERE = {OWNER: (Device.PHONE,), BEN: (Device.PHONE, Device.COMPUTER)}
THERE = {BEN: (Device.TABLET,), CLEO: (Device.COMPUTER,)}


def test_the_owner_is_first_and_each_has_the_devices_of_the_own_tabs() -> None:
    assert household_message(ADA, HOUSEHOLD, HERE) == HouseholdMessage(
        (
            Person(ADA, "Ada", (Device.PHONE,)),
            Person(BEN, "Ben", (Device.COMPUTER, Device.PHONE), Role.EDIT),
            Person(CLEO, "Cleo", (), Role.SUGGEST),
        ),
        shares_saved=False,
    )


def test_it_says_whether_saved_lines_are_shared() -> None:
    shared = replace(HOUSEHOLD, shares_saved=True)
    assert household_message(ADA, shared, NOBODY).shares_saved


def test_once_all_have_left_the_owner_is_alone_and_needs_no_name() -> None:
    assert household_message(ADA, None, {OWNER: (Device.PHONE,)}) == HouseholdMessage(
        (Person(ADA, "", (Device.PHONE,)),), shares_saved=False
    )


def test_a_help_waits_goes_on_and_is_over() -> None:
    asked = Help(HelpId("h-1"), OWNER, NOON)
    taken = replace(asked, helper=DAN, name="Dan")

    assert help_message(asked) == HelpMessage("waiting")
    assert help_message(taken) == HelpMessage("on", DAN, "Dan")
    assert help_message(replace(taken, ended=HelpEnd.STAFF)) == HelpMessage(
        "over", DAN, "Dan", HelpEnd.STAFF
    )


def test_tabs_at_all_nodes_are_put_together() -> None:
    assert merged(HERE, THERE) == {
        OWNER: (Device.PHONE,),
        BEN: (Device.PHONE, Device.COMPUTER, Device.TABLET),
        CLEO: (Device.COMPUTER,),
    }
