"""Kinds of devices, by what their browsers say of themselves."""

import pytest

from app.domain.devices import Device, device_of


@pytest.mark.parametrize(
    ("system", "device"),
    [
        ("iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148", Device.PHONE),
        ("Linux; Android 10; K) Chrome/131.0.0.0 Mobile", Device.PHONE),
        ("iPad; CPU OS 12_5 like Mac OS X) Version/12.1 Mobile/15E148", Device.TABLET),
        ("Linux; Android 10; K) Chrome/131.0.0.0", Device.TABLET),
        ("Android 14; Tablet; rv:132.0) Gecko/132.0", Device.TABLET),
        ("X11; Linux x86_64; rv:132.0) Gecko/20100101", Device.COMPUTER),
        ("", Device.COMPUTER),
    ],
)
def test_a_browser_says_what_kind_of_device_it_is_on(system: str, device: Device) -> None:
    assert device_of(f"Mozilla/5.0 ({system}") is device
