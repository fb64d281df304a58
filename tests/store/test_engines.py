"""SQLite files as engines open them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from app.store.engines import connect

FILES, AT_ONCE = 60, 4


def test_several_connections_can_open_a_new_file_at_once(tmp_path: Path) -> None:
    together = Barrier(AT_ONCE)

    def journal_mode(number: int) -> str:
        together.wait()
        engine = connect(f"sqlite:///{tmp_path / f'shop{number}.db'}")
        with engine.connect() as connection:
            mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
        engine.dispose()
        return mode

    def open_all(_: int) -> set[str]:
        try:
            return {journal_mode(number) for number in range(FILES)}
        except Exception:
            together.abort()
            raise

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert list(threads.map(open_all, range(AT_ONCE))) == [{"wal"}] * AT_ONCE
