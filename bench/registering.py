"""Measures whether registering reveals which e-mail addresses have an account.

    python -m bench.registering [ADDRESSES]

Compares the time to answer for known addresses and for unknown ones (SECURITY.md), in a shop whose
addresses are confirmed by mail. Exits with 1 if the medians differ by more than 2 %.
"""

import json
from http.client import HTTPConnection

from bench.known_addresses import run

JSON = {"Content-Type": "application/json"}
CREATED = 201


def ask(connection: HTTPConnection, email: str) -> None:
    """Register *email*, and read the answer."""
    body = {"email": email, "password": "seven brown bricks", "name": "Somebody"}
    connection.request("POST", "/api/accounts", json.dumps(body), JSON)
    response = connection.getresponse()
    response.read()
    assert response.status == CREATED, response.status


if __name__ == "__main__":
    run(ask, confirm="on")
