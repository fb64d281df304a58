"""Templates as plain functions, and not as coroutines, which are compiled once for all processes.

Nothing in a template waits: what a page shows is looked up before. Quart compiles templates into
coroutines all the same, and every call of a macro then costs more than most macros do.
"""

from typing import Any

from jinja2 import BytecodeCache, Template
from jinja2.bccache import Bucket
from quart import Quart
from quart.templating import Environment

from app.http.core.build_cache import BuildCache, build_cache


class PlainTemplate(Template):
    """A template that Quart may await, and that is rendered at once."""

    async def render_async(self, *args: Any, **kwargs: Any) -> str:
        """Return the text of the page; arguments are those of `render`."""
        return self.render(*args, **kwargs)


class CompiledTemplates(BytecodeCache):
    """Templates compiled by any process of this shop."""

    def __init__(self, cache: BuildCache):
        self._cache = cache

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill *bucket* if its template was compiled as it is now."""
        if code := self._cache.load(_name_of(bucket), _source_of(bucket)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what is in *bucket*."""
        self._cache.save(_name_of(bucket), _source_of(bucket), bucket.bytecode_to_string())


def _name_of(bucket: Bucket) -> str:
    return f"template-{bucket.key}"


def _source_of(bucket: Bucket) -> bytes:
    """Return what a template is compiled of: its text, and what its environment knows."""
    known = (bucket.environment.extensions, bucket.environment.filters, bucket.environment.tests)
    return repr([bucket.checksum, *map(sorted, known)]).encode()


class PlainEnvironment(Environment):
    """Quart's templates, compiled into plain functions, and kept unless *options* have a cache."""

    template_class = PlainTemplate

    def __init__(self, app: Quart, **options: Any):
        super().__init__(app, **{"bytecode_cache": CompiledTemplates(build_cache()), **options})
        self.is_async = False
