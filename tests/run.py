"""What ``make test`` runs: the suite on SQLite, in the browser, and again on PostgreSQL.

PostgreSQL is that of ``TEST_DATABASE_URL``, else a throwaway cluster. Where PostgreSQL or
Chromium is missing, the tests that need it are left out and named at the end; ``REQUIRE_ALL=1``
makes that a failure. Arguments go to pytest.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

from tests import browser, postgres

NO_TESTS_COLLECTED = 5


def run_pytest(title: str, arguments: list[str], **environment: str) -> int:
    print(f"\n=== {title} ===", flush=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-n", os.environ.get("WORKERS") or "2", *arguments],
        env={**os.environ, **environment},
    )
    try:
        return process.wait()
    except BaseException:
        # Ctrl-C has reached pytest as well; SIGTERM has not. Either way it tidies up first.
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        process.wait()
        raise


def main(arguments: list[str]) -> int:
    postgres.exit_on_sigterm()
    started = time.monotonic()
    codes: dict[str, int] = {}
    left_out: list[str] = []

    codes["SQLite"] = run_pytest("SQLite", ["--browser-tests=no", *arguments], TEST_DATABASE_URL="")
    if browser.find_chromium():
        codes["browser"] = run_pytest(
            "Browser", ["--browser-tests=only", *arguments], TEST_DATABASE_URL=""
        )
    else:
        left_out.append(f"browser tests: Chromium is not installed ({browser.HOW_TO_INSTALL})")

    with contextlib.ExitStack() as stack:
        url = os.environ.get("TEST_DATABASE_URL")
        if not url and postgres.find_binaries():
            url = stack.enter_context(postgres.throwaway_cluster())
        if url:
            codes["PostgreSQL"] = run_pytest(
                "PostgreSQL", ["--browser-tests=no", *arguments], TEST_DATABASE_URL=url
            )
        else:
            left_out.append(
                f"tests on PostgreSQL: it is not installed ({postgres.HOW_TO_INSTALL}), "
                "and TEST_DATABASE_URL names none"
            )

    # A selection by ARGS may well have nothing to run in one of the parts, but not in all.
    failed = [part for part, code in codes.items() if code not in (0, NO_TESTS_COLLECTED)]
    if all(code == NO_TESTS_COLLECTED for code in codes.values()):
        failed.append("no test was selected")
    required = os.environ.get("REQUIRE_ALL", "") not in ("", "0")
    if left_out or failed:
        print(f"\nmake test, after {time.monotonic() - started:.0f} s:")
        for line in left_out:
            print(f"  left out: {line}")
        for part in failed:
            print(f"  FAILED: {part}")
        if left_out and required:
            print("  FAILED: REQUIRE_ALL is set, and not all could run")
    return 1 if failed or (left_out and required) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
