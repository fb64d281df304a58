"""Tests of the load test, against correct and faulty servers."""
