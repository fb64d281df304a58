"""Parameters of requests, as forms with brackets, and the errors that Stripe answers with."""

from collections.abc import Collection, Mapping
from typing import Any, Self
from urllib.parse import parse_qsl

Tree = dict[str, Any]


class ApiError(Exception):
    """An error as https://docs.stripe.com/api/errors describes it."""

    def __init__(self, status: int, kind: str, message: str, param: str = "", code: str = ""):
        super().__init__(message)
        self.status = status
        error = {"type": kind, "message": message, "param": param, "code": code}
        self.body = {"error": {name: value for name, value in error.items() if value}}

    @classmethod
    def invalid(cls, message: str, param: str = "", code: str = "") -> Self:
        """Return the error of a request that cannot be done."""
        return cls(400, "invalid_request_error", message, param, code)

    @classmethod
    def unexpected_state(cls, intent: Mapping[str, Any], done: str) -> Self:
        """Return the error of an act for which a payment is in the wrong state."""
        return cls.invalid(
            f"This PaymentIntent could not be {done} because it has a status of"
            f" {intent['status']}.",
            code="payment_intent_unexpected_state",
        )


def parse(encoded: str) -> Tree:
    """Return the tree of a form: `a[b][0][c]=d` becomes {"a": {"b": [{"c": "d"}]}}."""
    tree: Tree = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        *branches, leaf = name.replace("]", "").split("[")
        place = tree
        for branch in branches:
            place = place.setdefault(branch, {})
        place[leaf] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def check_known(given: Mapping[str, Any], known: Collection[str]) -> None:
    """Raise an error if there is a parameter that the API does not have."""
    for name in given:
        if name not in known:
            raise ApiError.invalid(f"Received unknown parameter: {name}", name, "parameter_unknown")


def text(given: Mapping[str, Any], name: str) -> str:
    """Return a text that must be there."""
    if not isinstance(value := given.get(name), str) or not value:
        raise ApiError.invalid(f"Missing required param: {name}.", name, "parameter_missing")
    return value


def integer(given: Mapping[str, Any], name: str, otherwise: int | None = None) -> int:
    """Return a whole number; *otherwise* if it may be left out."""
    value = given.get(name)
    if value is None and otherwise is not None:
        return otherwise
    if not isinstance(value, str) or not value.isdecimal():
        raise ApiError.invalid(f"Invalid integer: {value}", name, "parameter_invalid_integer")
    return int(value)


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inside = {name: _with_lists(each) for name, each in value.items()}
    if all(name.isdecimal() for name in inside):
        return [inside[name] for name in sorted(inside, key=int)]
    return inside
