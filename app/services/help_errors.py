"""Why somebody is not helped by staff."""

from app.services.errors import ServiceError


class AskedTooOften(ServiceError):
    """The account has asked for help too often; it may again in `wait_s` seconds."""

    def __init__(self, wait_s: int):
        super().__init__(wait_s)
        self.wait_s = wait_s


class NoHelp(ServiceError):
    """The help is over, or there never was one."""


class HelpTaken(ServiceError):
    """Another of staff helps already; `name` is theirs, as far as it is known."""

    def __init__(self, name: str = ""):
        super().__init__(name)
        self.name = name
