"""What came of it, among many: the funnel of a long chain, the Bilanz, missions side by side.

    .venv/bin/python -m bench.results [--database postgresql sqlite] [--sizes 5000 20000]

50 missions, each built on the one before, with 5,000 participations each; ``--sizes`` is among how
many organisations they are spread. Figures and pages are asked for within a process, seven times
each after a first; the median counts.
"""

import argparse
import tempfile
import time
from pathlib import Path

from bench.databases import open_databases
from bench.finding import Benchmark
from tests.postgres import exit_on_sigterm

TARGET = 300  # ms, of the figures of the funnel on PostgreSQL


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--database", nargs="+", choices=["postgresql", "sqlite"], default=["postgresql", "sqlite"]
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=[5_000, 20_000], metavar="ROWS")
    options = parser.parse_args()
    exit_on_sigterm()
    for kind in options.database:
        with (
            tempfile.TemporaryDirectory(prefix="legcrm-bench-") as directory,
            open_databases(kind, Path(directory)) as databases,
        ):
            Results(databases, Path(directory), options.sizes).run()


class Results(Benchmark):
    steps = "bench.results_steps"

    def run(self):
        self.print_machine()
        self.step("", "static")
        for size in self.sizes:
            database = f"rows_{size}"
            began = time.monotonic()
            self.databases.create(database)
            self.step(database, "migrate")
            self.step(database, "fill", size)
            print(
                f"50 missions of 5,000 participations, of {size:,} organisations, "
                f"written in {time.monotonic() - began:.0f} s",
                flush=True,
            )
            figures = self.step(database, "figures")
            self.print_size(size, {"ours": figures | self.step(database, "pages")})
            took = figures["funnel, figures and first rows"]["wall"] * 1000
            self.target(size, "funnel, ms", took, f"≤ {TARGET} on PostgreSQL")
            self.databases.drop(database)


if __name__ == "__main__":
    main()
