"""Commands that are ended, or whose output nobody reads: no traceback."""

import os
import signal
import subprocess
import sys
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Timer

import pytest

from app.cli.main import main
from tests.e2e.server import ROOT
from tests.processes import killed_at_end

TIMEOUT_S = 30
GIVE_UP_S = 5
PROMPT = "Password: "
END_OF_INPUT = b"\x04"


def begin(
    tmp_path: Path, *words: str, stdin: int | None = None
) -> AbstractContextManager[subprocess.Popen[str]]:
    """Start a command on an empty database; it can ask no other terminal than *stdin*."""
    return killed_at_end(
        subprocess.Popen(
            [sys.executable, "-m", "app.cli", *words],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "SHOP_DATABASE": f"sqlite:///{tmp_path}/shop.db"},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
    )


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Have Ctrl-C raise KeyboardInterrupt, whatever the runner of the tests makes of it."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


def test_an_import_that_is_interrupted_while_it_is_read_says_so(tmp_path: Path) -> None:
    file = tmp_path / "slow.csv"
    os.mkfifo(file)
    with (
        begin(tmp_path, "product", "import", str(file)) as importing,
        file.open("w"),  # opens once the command reads
    ):
        importing.send_signal(signal.SIGINT)
        printed = importing.communicate(timeout=TIMEOUT_S)

    assert (importing.returncode, *printed) == (130, "", "shop: interrupted.\n")


def test_the_end_of_input_at_a_prompt_for_a_password_ends_it(tmp_path: Path) -> None:
    keyboard, terminal = os.openpty()
    with begin(
        tmp_path, "account", "add", "a@shop.example", "--name", "Ada", stdin=terminal
    ) as add:
        assert add.stderr
        assert add.stderr.read(len(PROMPT)) == PROMPT
        os.write(keyboard, END_OF_INPUT)
        printed = add.communicate(timeout=TIMEOUT_S)
    os.close(keyboard)
    os.close(terminal)

    assert (add.returncode, printed[0]) == (130, "")
    assert printed[1].strip() == "shop: interrupted."


@pytest.mark.usefixtures("ctrl_c")
def test_an_interrupt_just_before_a_read_that_blocks_ends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "slow.csv"
    os.mkfifo(file)
    writer = os.open(file, os.O_RDWR)
    giving_up = Timer(GIVE_UP_S, os.close, (writer,))
    giving_up.start()
    # Like a signal that Python has noted before the call: the call itself is not interrupted.
    Timer(0.2, interrupt_main).start()

    with pytest.raises(SystemExit) as ended:
        main(("product", "import", str(file)))

    assert giving_up.is_alive()
    giving_up.cancel()
    os.close(writer)
    assert (ended.value.code, capsys.readouterr().err) == (130, "shop: interrupted.\n")


@pytest.mark.parametrize("words", [("config",), ("product", "export", "-")])
def test_a_command_whose_output_nobody_reads_ends_without_a_word(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    with begin(tmp_path, "seed") as seeding:
        seeding.communicate(timeout=TIMEOUT_S)
    with begin(tmp_path, *words) as printing:
        assert printing.stdout
        printing.stdout.close()
        printing.stdout = None
        errors = printing.communicate(timeout=TIMEOUT_S)[1]

    assert (printing.returncode, errors) == (141, "")
