"""The limit on open files, of which a connection is one: raised, or explained before it is met."""

import resource

from app.cli.errors import CommandError


def require_open_files(count: int, advice: str) -> None:
    """Let this process and its children have *count* files open.

    Raises `CommandError` with *advice* if the limit cannot be raised as far.
    """
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _is_enough(allowed, count):
        return
    if not _is_enough(most, count):
        raise CommandError(
            f"this needs about {count:,} open files, and {most:,} are allowed."
            f" Raise the limit, as root: “ulimit -n {count}”. {advice}"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, most))


def _is_enough(limit: int, count: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= count
