"""SQLite files as engines open them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.store.engines import connect

FILES, AT_ONCE = 20, 4


def test_several_can_open_a_new_file_at_once(tmp_path: Path) -> None:
    def journal_mode(number: int) -> str:
        engine = connect(f"sqlite:///{tmp_path / f'shop{number // AT_ONCE}.db'}")
        with engine.connect() as connection:
            mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())
        engine.dispose()
        return mode

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert set(threads.map(journal_mode, range(FILES * AT_ONCE))) == {"wal"}
