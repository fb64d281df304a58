"""The load test is tested on shops that keep their promises, and on shops that do not."""
