"""Spreadsheets in and out: ours against django-import-export's defaults, and through the web.

    .venv/bin/python -m bench.spreadsheets [--database sqlite postgresql] [--rows 10000 100000]
                                           [--parts import export web]

Same model, rows, columns and database for both, in one run. Ours is measured as people get it: the
process of each step with its start, the process that reads the file, history, full validation and
the journal. The default has neither history nor validation; its import is first a preview and then
the import, each of which reads the file. In its favour, its export prefetches related rows and
streams them. On PostgreSQL, the processor time of the database server is in neither.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import web
from bench.databases import open_databases
from bench.steps import PASSWORD, STAFF, USER
from tests.postgres import exit_on_sigterm

ROOT = Path(__file__).resolve().parent.parent
LINE = "{:<44}{:>9}{:>9}{:>10}   {}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--database", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite"]
    )
    parser.add_argument(
        "--rows", nargs=2, type=int, default=[10_000, 100_000], metavar=("SMALL", "LARGE"),
        help="rows to import, and organisations to export (default: 10000 100000)",
    )  # fmt: skip
    parser.add_argument(
        "--parts", nargs="+", choices=["import", "export", "web"],
        default=["import", "export", "web"],
    )  # fmt: skip
    options = parser.parse_args()
    exit_on_sigterm()
    for kind in options.database:
        with (
            tempfile.TemporaryDirectory(prefix="legcrm-bench-") as directory,
            open_databases(kind, Path(directory)) as databases,
        ):
            Benchmark(databases, Path(directory), *options.rows).run(options.parts)


class Benchmark:
    def __init__(self, databases, directory, small, large):
        self.databases = databases
        self.directory = directory
        self.small, self.large = small, large
        self.ratios: list[tuple[str, str, str]] = []

    def run(self, parts):
        load = os.getloadavg()[0]
        print(f"\n{self.databases.name}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
        if load > 1:
            print(f"The machine has other work (load {load:.1f}): trust ratios, not seconds.")
        self.databases.create("small")
        self.step("small", "migrate")
        self.step("small", "fill", self.small)
        self.step("small", "lists", self.small, self.large, self.directory)
        if {"export", "web"} & set(parts):
            self.databases.copy("small", "large")
            self.step("large", "fill", self.large)
        self.print_line("", "CPU s", "wall s", "peak MB", "")
        if "import" in parts:
            for name in ("new", "changed"):
                self.imports(name)
        if "export" in parts:
            self.exports()
        if "web" in parts:
            self.saves()
            self.web()
        print("\nRatios and targets")
        for title, figure, target in self.ratios:
            print(f"  {title:<66}{figure:>12}   {target}")

    # --- Running --------------------------------------------------------------------------------

    def environment(self, database):
        known = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
        return {
            **{name: os.environ[name] for name in known if name in os.environ},
            "DATABASE_URL": self.databases.url(database),
            "SECRET_KEY": "for benchmarks only, as long and as varied as the checks want it: 0123",
            "ALLOWED_HOSTS": "127.0.0.1",
            "BEHIND_PROXY": "1",
            "MEDIA_ROOT": str(self.directory / "media"),
            "STATIC_ROOT": str(self.directory / "static"),
            "LOG_LEVEL": "WARNING",
        }

    def step(self, database, name, *arguments):
        """Run a step of ``bench.steps`` in a process of its own; return what it found."""
        done = subprocess.run(
            [sys.executable, "-m", "bench.steps", name, *map(str, arguments)],
            cwd=ROOT,
            env=self.environment(database),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    def measure(self, title, database, name, *arguments, remark=""):
        found = self.step(database, name, *arguments)
        if found.get("problem"):
            raise SystemExit(f"{title}: {found['problem']}")
        if "counts" in found:
            counted = ((state, count) for state, count in found["counts"].items() if count)
            remark = ", ".join(f"{count:,} {state}" for state, count in counted)
        if "size" in found:
            remark = f"{found['size'] / 1e6:.1f} MB"
        self.print_line(
            title, f"{found['cpu']:.2f}", f"{found['wall']:.2f}", f"{found['peak']:.0f}", remark
        )
        return found

    @staticmethod
    def print_line(*columns):
        print(LINE.format(*columns).rstrip(), flush=True)

    def ratio(self, title, default, ours, target):
        self.ratios.append((title, f"{default / ours:.1f} ×", target))

    # --- Import ---------------------------------------------------------------------------------

    def imports(self, name):
        file = self.directory / f"{name}.csv"
        title = f"import of {self.small:,} {name}"
        print(f"\n{title}")
        self.databases.copy("small", "work")
        start = self.measure("ours: start of a process", "work", "ours_start")
        check = self.measure("ours: upload and check", "work", "ours_check", file)
        apply = self.measure("ours: apply, with history", "work", "ours_apply", check["run"])
        self.measure("ours: undo", "work", "ours_undo", check["run"])
        self.databases.copy("small", "work")
        preview = self.measure("default: preview", "work", "default_preview", file)
        default = self.measure("default: import, no history", "work", "default_import", file)
        self.databases.drop("work")
        ours = check["cpu"] + apply["cpu"]
        both = preview["cpu"] + default["cpu"]
        self.ratio(f"{title}: CPU, preview + import : check + apply", both, ours, "≥ 5 ×")
        self.ratio(
            f"{title}: the same without starting processes", both, ours - 2 * start["cpu"], ""
        )
        self.ratio(f"{title}: CPU, import alone : check + apply", default["cpu"], ours, "")
        self.ratio(f"{title}: CPU, import : apply", default["cpu"], apply["cpu"], "")

    # --- Export ---------------------------------------------------------------------------------

    def exports(self):
        for which in ("all", "own"):
            for file_format, target in (("csv", 8), ("xlsx", 10), ("ods", None)):
                self.export(which, file_format, target)

    def export(self, which, file_format, target):
        columns = "all columns" if which == "all" else "own columns of the table"
        title = f"export of {self.large:,} as {file_format.upper()}, {columns}"
        sizes = (("small", self.small), ("large", self.large))
        print(f"\n{title}")
        small, large = (
            self.measure(f"ours, {count:,}", database, "ours_export", file_format, which)
            for database, count in sizes
        )
        if target:
            _small, default = (
                self.measure(f"default, {count:,}", database, "default_export", file_format, which)
                for database, count in sizes
            )
            self.ratio(f"{title}: CPU", default["cpu"], large["cpu"], f"≥ {target} ×")
            self.ratio(f"{title}: memory", default["peak"], large["peak"], "")
        growth = f"{large['peak'] - small['peak']:.0f} MB"
        self.ratios.append((f"{title}: growth", growth, "< 60 MB"))

    # --- Through the web ------------------------------------------------------------------------

    def web(self):
        print("\nthrough the web server, with its default time-out")
        with web.web_server(self.environment("large")) as port:
            browser = web.Browser(port)
            browser.log_in(USER, PASSWORD)
            web.warm_up([browser])
            for name in ("xlsx", "csv"):
                title = f"export of {self.large:,} as {name}"
                seconds, size = web.export(browser, name)
                self.print_line(title, "", f"{seconds:.2f}", "", f"{size / 1e6:.1f} MB")
                self.ratios.append((f"web: {title}", f"{seconds:.1f} s", "< 10 s"))
            for name in ("new", "changed"):
                done = web.import_file(browser, self.directory / f"{name}.xlsx")
                title = f"import of {self.small:,} {name}, with check"
                seconds = done["ended"] - done["began"]
                remark = f"checked after {done['checked'] - done['began']:.2f} s"
                self.print_line(title, "", f"{seconds:.2f}", "", remark)
                self.ratios.append((f"web: {title}", f"{seconds:.1f} s", "< 10 s"))

    def saves(self):
        """Three people save forms all the time while the others' rows are checked and applied."""
        self.databases.copy("large", "work")
        with web.web_server(self.environment("work")) as port:
            browsers = [web.Browser(port) for _name in (USER, *STAFF)]
            for browser, name in zip(browsers, (USER, *STAFF), strict=True):
                browser.log_in(name, PASSWORD)
            importer, *others = browsers
            web.warm_up(others)
            # None of these is in the file, and no two people have the same one open.
            staff = [
                web.Staff(one, list(range(1 + number, self.small + 1, 3)))
                for number, one in enumerate(others)
            ]
            for person in staff:
                person.start()
            time.sleep(1)
            done = web.import_file(importer, self.directory / "new.xlsx")
            for person in staff:
                person.stop()
        saves = [save for person in staff for save in person.saves]
        errors = sum(status != 302 for _began, _ended, status in saves)
        inside, outside = [], []
        for began, ended, _status in saves:
            while_applying = began < done["ended"] and ended > done["checked"]
            (inside if while_applying else outside).append(ended - began)
        title = f"3 people save while {self.small:,} rows come in"
        print(f"\n{title} ({done['ended'] - done['began']:.1f} s)")
        for name, times in (("check", outside), ("apply", inside)):
            if len(times) < 2:
                continue
            slow = statistics.quantiles(times, n=20, method="inclusive")[-1]
            figures = f"median {statistics.median(times):.2f}, 95th {slow:.2f}, "
            print(f"  during {name}: {len(times)} saves, {figures}longest {max(times):.2f} s")
            if name == "check":
                self.ratios.append((f"{title}: 95th percentile", f"{slow:.2f} s", "< 1 s"))
        self.ratios.append((f"{title}: errors", str(errors), "0"))
        self.databases.drop("work")


if __name__ == "__main__":
    main()
