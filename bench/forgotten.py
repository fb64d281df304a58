"""Measures whether asking for a new password reveals which e-mail addresses have an account.

    python -m bench.forgotten [ADDRESSES]

Compares the time to answer for known addresses and for unknown ones (SECURITY.md). Exits with 1 if
the medians differ by more than 2 %.
"""

from http.client import HTTPConnection
from urllib.parse import urlencode

from bench.known_addresses import run

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SEE_OTHER = 303


def ask(connection: HTTPConnection, email: str) -> None:
    """Send the form for *email*, and read the answer."""
    connection.request("POST", "/forgotten", urlencode({"email": email}), FORM)
    response = connection.getresponse()
    response.read()
    assert response.status == SEE_OTHER, response.status


if __name__ == "__main__":
    run(ask)
