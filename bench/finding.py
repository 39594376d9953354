"""Finding among many: lists, search, palette, autocomplete, Partner-Finder, duplicate check.

    .venv/bin/python -m bench.finding [--database postgresql sqlite] [--sizes 10000 100000 1000000]

Each size is a database of its own with as many organisations, people and contacts. Pages are asked
for within a process, as the web server does, seven times each after a first; the median counts.
"stock" is Django's own admin on the same rows with the same columns and form (``bench.stock``); its
processor time is that of the Python process, so that on PostgreSQL the server's is in neither.
"icontains" is the usual search of names. SQLite is for one office: up to 100,000.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.databases import open_databases
from tests.postgres import exit_on_sigterm

ROOT = Path(__file__).resolve().parent.parent
LARGEST_SQLITE = 100_000
# Pages that both have, and how they are to compare at 100,000 (CPU, ours : stock).
LIKE_STOCK = ("list", "list by country", "form")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--database", nargs="+", choices=["postgresql", "sqlite"], default=["postgresql", "sqlite"]
    )
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000], metavar="ROWS"
    )
    options = parser.parse_args()
    exit_on_sigterm()
    for kind in options.database:
        sizes = [size for size in options.sizes if kind != "sqlite" or size <= LARGEST_SQLITE]
        with (
            tempfile.TemporaryDirectory(prefix="legcrm-bench-") as directory,
            open_databases(kind, Path(directory)) as databases,
        ):
            Benchmark(databases, Path(directory), sizes).run()


class Benchmark:
    # The module that holds the steps.
    steps = "bench.finding_steps"

    def __init__(self, databases, directory, sizes):
        self.databases = databases
        self.directory = directory
        self.sizes = sizes

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
            print(f"{size:,} organisations written in {time.monotonic() - began:.0f} s", flush=True)
            found[size] = {
                "ours": self.step(database, "pages", "ours"),
                "plain": self.step(database, "plain"),
                "stock": self.step(database, "pages", "stock"),
            }
            self.print_size(size, found[size])
            self.databases.drop(database)
        self.print_growth(found)
        self.print_targets(found)

    def step(self, database, name, *arguments):
        """Run a step of ``self.steps`` in a process of its own; return what it found."""
        known = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
        environment = {
            **{name: os.environ[name] for name in known if name in os.environ},
            "DATABASE_URL": self.databases.url(database) if database else "sqlite://:memory:",
            "DJANGO_SETTINGS_MODULE": (
                "bench.stock_settings" if arguments == ("stock",) else "legcrm.settings"
            ),
            "SECRET_KEY": "for benchmarks only, as long and as varied as the checks want it: 0123",
            "ALLOWED_HOSTS": "127.0.0.1",
            "BEHIND_PROXY": "1",
            "MEDIA_ROOT": str(self.directory / "media"),
            "STATIC_ROOT": str(self.directory / "static"),
            "LOG_LEVEL": "ERROR",
        }
        done = subprocess.run(
            [sys.executable, "-m", self.steps, name, *map(str, arguments)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    # --- Printing -------------------------------------------------------------------------------

    def print_machine(self):
        load = os.getloadavg()[0]
        print(f"\n{self.databases.name}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
        if load > 1:
            print(f"The machine has other work (load {load:.1f}): trust ratios, not seconds.")

    @staticmethod
    def print_size(size, found):
        print(f"\n{size:,} organisations{'CPU ms':>27}{'wall ms':>9}{'queries':>9}{'kB':>7}")
        for which in ("ours", "stock"):
            for page, figures in found.get(which, {}).items():
                if "status" in figures:
                    raise SystemExit(f"{which}, {page}: HTTP {figures['status']}")
                print(
                    f"  {which:<6}{page:<30}{figures['cpu'] * 1000:>10.0f}"
                    f"{figures['wall'] * 1000:>9.0f}{figures['queries']:>9}"
                    f"{figures['size'] / 1000:>7.0f}"
                )
        for how, seconds in found.get("plain", {}).items():
            print(f"  names  {how:<39}{seconds * 1000:>9.1f}", flush=True)

    def print_growth(self, found):
        """Print what each page takes at the larger sizes, against the smallest."""
        first, *others = self.sizes
        for size in others:
            print(f"\nTime at {size:,} : time at {first:,} (target for 1,000,000: ≤ 2)")
            for page, small in found[first]["ours"].items():
                large = found[size]["ours"][page]
                queries = "" if large["queries"] == small["queries"] else "   QUERIES DIFFER"
                print(f"  {page:<40}{large['wall'] / small['wall']:>7.2f}{queries}")

    def print_targets(self, found):
        print("\nRatios and targets")
        for size, figures in found.items():
            ours, stock, plain = figures["ours"], figures["stock"], figures["plain"]
            rare = plain["icontains, rare"] / plain["ours, rare"]
            self.target(size, "rare word: icontains on names : ours", rare, "≥ 50 at 1,000,000")
            frequent = plain["icontains, frequent"] / plain["ours, frequent"]
            self.target(size, "frequent word: icontains on names : ours", frequent, "")
            for page in LIKE_STOCK:
                ratio = ours[page]["cpu"] / stock[page]["cpu"]
                title = f"{page}, {ours[page]['queries']} queries: CPU ours : stock"
                self.target(size, title, ratio, "≤ 1.2, ≤ 15 queries")
            for page in ("search, rare word", "search, frequent word"):
                ratio = stock[page]["wall"] / ours[page]["wall"]
                self.target(size, f"{page}: time stock : ours", ratio, "≥ 10 at 100,000")
            ratio = stock["list with facets"]["wall"] / ours["list"]["wall"]
            self.target(size, "list: time stock with facets : ours", ratio, "≥ 10 on SQLite")
            check = ours["duplicate check"]["wall"] * 1000
            self.target(size, "duplicate check, ms", check, "≤ 150 at 100,000")

    @staticmethod
    def target(size, title, figure, target):
        print(f"  {size:>9,}  {title:<58}{figure:>8.1f}   {target}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
