"""Why somebody is not signed in."""

from app.services.errors import ServiceError


class WrongLogin(ServiceError):
    """There is no account with this e-mail address and this password."""


class Disabled(ServiceError):
    """The password is right, but staff have disabled the account."""


class Throttled(ServiceError):
    """Too many attempts came from this address; the next is allowed in `wait_s` seconds."""

    def __init__(self, wait_s: int):
        super().__init__(wait_s)
        self.wait_s = wait_s
