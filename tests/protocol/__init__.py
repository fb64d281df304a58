"""Tests of `app.protocol`, on samples that the tests of every client read too."""
