"""What a command costs before it does anything: CPU seconds of its whole process, median of 7.

python -m bench.commands
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 7
SHOP = ("bin/shop",)
COMMANDS = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "shop --help": (*SHOP, "--help"),
    "shop config": (*SHOP, "config"),
    "shop order list": (*SHOP, "order", "list"),
    "shop product set": (*SHOP, "product", "set", "gala-apples-1kg", "--stock", "7"),
}


def main() -> None:
    """Print the CPU seconds of each command, on a database that needs no migration."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("SHOP_")}
    with tempfile.TemporaryDirectory() as folder:
        environment["SHOP_DATABASE"] = f"sqlite:///{folder}/shop.db"
        cpu_s((*SHOP, "seed"), environment)
        for name, command in COMMANDS.items():
            seconds = statistics.median(cpu_s(command, environment) for _ in range(RUNS))
            print(f"{name:18} {seconds:.2f} s")


def cpu_s(command: tuple[str, ...], environment: dict[str, str]) -> float:
    """Run *command*; return the seconds of CPU, user and system, of it and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
