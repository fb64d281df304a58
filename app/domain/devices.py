"""What kind of device somebody is at, as far as a browser tells."""

from enum import StrEnum


class Device(StrEnum):
    """A kind of device that people have a word for."""

    PHONE = "phone"
    TABLET = "tablet"
    COMPUTER = "computer"


def device_of(user_agent: str) -> Device:
    """Return the kind of device that sends *user_agent*; a browser may say that it is another.

    Phones say “Mobile”, and tablets “iPad”, “Tablet” or Android alone (MDN, “Browser detection
    using the user agent”).
    """
    if "iPad" in user_agent or "Tablet" in user_agent:
        return Device.TABLET
    if "Mobi" in user_agent:
        return Device.PHONE
    return Device.TABLET if "Android" in user_agent else Device.COMPUTER
