"""The address at which a server is monitored, if there is to be one."""

from app.metrics.collect import Metrics
from app.runtime.config import Config
from app.runtime.live_shop import LiveShop
from app.server.health import Health, Readiness
from app.server.health_endpoint import HealthEndpoint
from app.store.catalog import load_catalog_changes

NOTICE_S = 1.5
"""A little longer than `deploy/haproxy.cfg` takes to see that a server is not ready any more."""


def make_health(
    config: Config, metrics: Metrics, live: LiveShop, *, has_peers: bool
) -> HealthEndpoint | None:
    """Return the endpoint for monitoring, or None if no address is set for it.

    A server is ready if it could save now; so the probe takes the way of a write.
    """

    async def probe() -> None:
        await live.database.write(load_catalog_changes, live.hub.context.catalog.revision)

    if not config.metrics:
        return None
    health, notice_s = Health(metrics.text, Readiness(probe)), NOTICE_S if has_peers else 0.0
    return HealthEndpoint(config.metrics_host, config.metrics_port, health, notice_s)
