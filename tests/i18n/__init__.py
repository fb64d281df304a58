"""Tests of `app.i18n`: catalogues, negotiation, formats, the scripts of each language."""
