"""A shop's own accent colour in the stylesheet."""

import re
from pathlib import Path

import pytest

from app.domain.colours import AA, Colour, contrast, read_colour
from app.http.core.accent import PAPER, with_accent
from app.http.core.assets import Assets, Look
from app.http.core.icons import Icon, manifest_icons, touch_icon
from tests.http.harness import ROOT

TOKENS = (ROOT / "static/css/foundations/tokens.css").read_text()
LIGHT_CARD, DARK_CARD = Colour(255, 255, 255), Colour(0x1D, 0x21, 0x25)


def colours(style: str, name: str) -> list[Colour]:
    """Return the colours that *style* declares for *name*: on light pages, and on dark ones."""
    found = re.findall(rf"--{name}: (#\w+);", style)
    return [colour for each in found if (colour := read_colour(each))]


@pytest.mark.parametrize("accent", ["#8a2b3c", "#000000", "#0b57d0", "#767600"])
def test_text_in_and_on_the_accent_can_be_read_on_light_and_on_dark_pages(accent: str) -> None:
    style = with_accent(TOKENS, accent)

    shown, strong = colours(style, "accent"), colours(style, "accent-strong")
    on, soft = colours(style, "on-accent"), colours(style, "soft")
    assert shown[0] == read_colour(accent)
    for card, each, darker, text, ground in zip(
        (LIGHT_CARD, DARK_CARD), shown, strong, on, soft, strict=True
    ):
        assert contrast(each, card) >= AA
        assert contrast(text, each) >= AA
        assert contrast(darker, ground) >= AA


def test_the_built_in_accent_changes_nothing() -> None:
    assert with_accent(TOKENS, "#1f6b45") == with_accent(TOKENS, "") == TOKENS


def test_a_logo_and_an_accent_are_in_the_files_of_the_shop() -> None:
    logo = ROOT / "static/img/icons.svg"

    assets = Assets(ROOT / "static", Look(str(logo), "#8a2b3c"))

    assert assets.asset(assets.logo).body == logo.read_bytes()
    assert b"#8a2b3c" in assets.asset("css/shop.css").body
    assert (manifest_icons(assets), touch_icon(assets)) == ((Icon(assets.logo, "any"),), "")
    assert assets.theme.light == "#8a2b3c"
    assert contrast(Colour(255, 255, 255), read_colour(assets.theme.dark) or LIGHT_CARD) >= AA


@pytest.mark.parametrize(
    ("picture", "icon", "sizes", "touch"),
    [
        ("icon-192.png", "img/logo.png", ["192x192"], "img/logo.png"),
        ("products/milk.webp", "img/favicon.svg", ["any", "192x192", "512x512"] * 2, ""),
    ],
)
def test_a_logo_that_browsers_take_for_an_icon_is_the_only_one(
    tmp_path: Path, picture: str, icon: str, sizes: list[str], touch: str
) -> None:
    (tmp_path / "img").mkdir()

    assets = Assets(tmp_path, Look(str(ROOT / "static/img" / picture)))

    assert assets.icon == icon
    assert {one.sizes for one in manifest_icons(assets)} == {*sizes}
    assert touch_icon(assets) == (touch or "img/apple-touch-icon.png")
    assert assets.theme == PAPER
