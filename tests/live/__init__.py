"""Tests of `app.live` with fakes of its ports; an event loop runs only where one is needed."""
