"""The day among many rows: start page, timelines, follow-ups, radar, and the work of the night.

    .venv/bin/python -m bench.daily [--sizes 10000 1000000]

Each size is a PostgreSQL database of its own with as many organisations and five times as many
contacts. Pages are asked for within a process, as the web server does, seven times each after a
first; the median counts. The nightly work runs before them, as it does in life.
"""

import argparse
import tempfile
import time
from pathlib import Path

from bench.databases import open_databases
from bench.finding import Benchmark
from tests.postgres import exit_on_sigterm


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 1_000_000], metavar="ROWS")
    options = parser.parse_args()
    exit_on_sigterm()
    with (
        tempfile.TemporaryDirectory(prefix="legcrm-bench-") as directory,
        open_databases("postgresql", Path(directory)) as databases,
    ):
        Daily(databases, Path(directory), options.sizes).run()


class Daily(Benchmark):
    steps = "bench.daily_steps"

    def run(self):
        self.print_machine()
        self.step("", "static")
        found = {}
        for size in self.sizes:
            database = f"rows_{size}"
            began = time.monotonic()
            self.databases.create(database)
            self.step(database, "migrate")
            self.step(database, "fill", size)
            seconds = time.monotonic() - began
            print(f"\n{size:,} organisations, 5 contacts each, written in {seconds:.0f} s")
            for name, night in self.step(database, "nightly").items():
                walls = ", again ".join(f"{wall:.1f} s" for wall in night["walls"])
                print(f"  by night: {name:<20}{walls}", flush=True)
            found[size] = {"ours": self.step(database, "pages")}
            self.print_size(size, found[size])
            self.databases.drop(database)
        self.print_growth(found)


if __name__ == "__main__":
    main()
