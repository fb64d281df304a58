"""What shoppers searched for in vain is kept when a server ends."""

from pathlib import Path

from sqlalchemy import create_engine, select

from app.store.tables import unmet_demand
from tests.e2e.raw_client import send
from tests.e2e.server import Server


def test_what_was_counted_last_is_saved_by_a_server_that_ends(tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    try:
        for _ in range(2):
            assert send(server.port, "GET", "/shop?q=Zeppelin", None, {}).status == 200
    finally:
        server.end()

    engine = create_engine(server.environment["SHOP_DATABASE"])
    with engine.connect() as connection:
        rows = connection.execute(select(unmet_demand.c.what, unmet_demand.c.times)).all()
    engine.dispose()
    assert rows == [("zeppelin", 2)]
