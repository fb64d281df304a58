"""What the errors of all use cases have in common."""


class ServiceError(Exception):
    """Why a use case did not do what was requested; the entry point says it in its own format."""
