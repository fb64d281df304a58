"""The context of HTTP handlers is built from settings, clocks and parts of the server."""

from app.domain.sessions import Lifetime
from app.http.core.assets import Assets
from app.runtime.build import CHANCE
from app.runtime.clock import Clock
from app.runtime.cluster import NoPeers
from app.runtime.config import Config
from app.runtime.disk import CartDisk
from app.runtime.http_context import make_http_context
from app.runtime.live_shop import make_live_shop
from app.runtime.web_app import ROOT
from app.services.event_frames import Delivery
from app.services.passwords import Passwords
from tests.http.flaky import FakeClock, FlakyDatabase
from tests.http.harness import CHEAP

CONFIG = Config(
    origins=("https://shop.example",),
    login_s=60,
    login_idle_s=30,
    sign_in_failures=7,
    registrations=2,
    registrations_per_h=3600,
)


async def test_the_context_holds_the_settings_clocks_and_parts_of_the_server(
    database: FlakyDatabase,
) -> None:
    time_of_day, steady = FakeClock(), FakeClock()
    clock = Clock(time_of_day.now_s, steady.now_s)
    live = make_live_shop(CONFIG, database, CartDisk(database), NoPeers(), clock)
    passwords = Passwords(CHEAP)

    context = make_http_context(
        CONFIG,
        live,
        assets=Assets(ROOT / "static"),
        passwords=passwords,
        gauges=lambda: {"sockets": 3},
        clock=clock,
        deliver_frames=lambda *_: Delivery.UNKNOWN,
        chance=CHANCE,
        kill=lambda: None,
    )

    assert context.hub is live.hub
    assert context.sessions is live.sessions
    assert context.catalog is live.hub.context.catalog
    assert context.lifetime == Lifetime(60, 30)
    assert (context.auth.free_failures, context.is_https) == (7, True)
    assert context.now_s == time_of_day.now_s
    assert context.gauges() == {"sockets": 3}
    passwords.close()
