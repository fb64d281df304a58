"""The pseudo-language: accented, bracketed and longer; placeholders and mark-up stay."""

from app.i18n.languages import BRITISH, PSEUDO, Spoken, negotiate, other_languages, spoken
from app.i18n.pseudo import pseudo
from app.i18n.translate import Translator, read_catalogue


def test_texts_are_bracketed_accented_and_longer() -> None:
    assert pseudo("Shop") == "[Ŝĥóp ··]"
    assert pseudo("Add %(name)s, 5 %%") == "[Åðð %(name)s, 5 %% ····]"
    message = 'See <a href="%(to)s">B&amp;B</a>'
    assert pseudo(message) == '[Ŝéé <a href="%(to)s">ß&amp;ß</a> ···]'


def test_every_message_of_the_catalogue_is_in_it_and_patterns_of_dates_are_kept() -> None:
    translator = Translator(Spoken(PSEUDO, BRITISH), read_catalogue(Spoken(PSEUDO, BRITISH)))

    assert translator.gettext("Sold out") == "[Ŝóļð óûţ ····]"
    assert translator.ngettext("%(num)s item", "%(num)s items", 2) == "[2 îţémŝ ···]"
    assert translator.lookup("d MMMM y, HH:mm") == "d MMMM y, HH:mm"


def test_it_is_not_spoken_unless_it_is_asked_for() -> None:
    assert PSEUDO not in spoken()
    assert PSEUDO not in other_languages()
    assert negotiate("en-XA") != PSEUDO
