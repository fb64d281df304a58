"""Sentences on what people typed and the shop cannot take, by the code of its fault."""

from collections.abc import Mapping
from typing import Final

from app.domain.postcodes import EXAMPLE, NotDelivered, PostcodeFault
from app.i18n.translate import gettext as _
from app.i18n.translate import noop as N_
from app.services.password_rules import LONGEST, SHORTEST, Weakness

WEAKNESSES: Final[Mapping[Weakness, str]] = {
    Weakness.LENGTH: N_("A password has %(shortest)s to %(longest)s characters."),
    Weakness.COMMON: N_(
        "Too many people use this password, so it is the first to be tried. Choose another."
    ),
    Weakness.OWN_EMAIL: N_(
        "This password is little more than your e-mail address or a part of it, which is soon"
        " tried. Choose another."
    ),
    Weakness.SHOP_NAME: N_(
        "This password is little more than the name of this shop, which is soon tried. Choose"
        " another."
    ),
}
POSTCODE_FAULTS: Final[Mapping[PostcodeFault, str]] = {
    PostcodeFault.FORM: N_(
        "“%(typed)s” is not a postcode of the United Kingdom. They look like %(example)s."
    ),
    PostcodeFault.ABROAD: N_("We deliver in the United Kingdom only, and %(area)s is %(place)s."),
    PostcodeFault.AREA: N_("There is no postcode area %(area)s in the United Kingdom."),
    PostcodeFault.ELSEWHERE: N_("“%(typed)s” is not a postcode of the country that we deliver in."),
}
PLACES: Final[Mapping[str, str]] = {
    "GY": N_("Guernsey"),
    "JE": N_("Jersey"),
    "IM": N_("the Isle of Man"),
    "BF": N_("the British Forces Post Office"),
}
"""What the postcode areas are called to which the shop does not deliver (`ABROAD`)."""


def weakness_text(weakness: Weakness) -> str:
    """Return what to tell somebody whose new password has this *weakness*."""
    return _(WEAKNESSES[weakness], shortest=SHORTEST, longest=LONGEST)


def postcode_text(fault: NotDelivered) -> str:
    """Return what to tell somebody who typed a postcode that the shop does not deliver to."""
    place = _(PLACES[fault.area]) if fault.area in PLACES else ""
    return _(
        POSTCODE_FAULTS[fault.why],
        typed=fault.typed,
        area=fault.area,
        place=place,
        example=EXAMPLE,
    )
