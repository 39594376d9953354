"""Makes the pictures of the user guide from the example data: ``make screenshots``.

Serves the example data on a free port, from a database of its own, and drives Chromium. What the
guide shows is what the program shows: a picture whose page has gone makes this fail.
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import DESKTOP, LAUNCH_ARGUMENTS, PHONE, find_chromium  # noqa: E402

PICTURES = ROOT / "docs" / "bilder"
LOGIN, PASSWORD = "projektleitung", "leg-crm-beispiel-2026"


# --- What is done on each page before it is taken -------------------------------------------------


def open_first(page):
    page.locator("#result_list a[href*='/change/'], .crm-records a[href*='/change/']").first.click()
    page.wait_for_load_state("networkidle")


def open_titk(page):
    page.get_by_role("link", name="Thüringisches Institut für Textil").first.click()
    page.wait_for_load_state("networkidle")


def open_of_mission(page, name):
    open_first(page)
    page.locator("#content").get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_load_state("networkidle")


def open_funnel(page):
    open_of_mission(page, "Missionskette")


def open_balance(page):
    open_of_mission(page, "Bilanz")


def open_quick_log(page):
    page.keyboard.press("n")
    whom = page.locator("dialog[open] [role=combobox]")
    for words in ("titk", "uztextil"):
        whom.fill(words)
        page.locator("dialog[open] [role=option]").first.wait_for()
        whom.press("Enter")
    page.wait_for_timeout(500)


def choose_giver(page):
    page.locator("#content select").first.select_option(index=1)
    page.get_by_role("button", name="Arbeit zeigen").click()
    page.wait_for_load_state("networkidle")


# name: (address, size, what is done there)
SHOTS = {
    "heute": ("/", DESKTOP, None),
    "kurzprotokoll-telefon": ("/", PHONE, open_quick_log),
    "wiedervorlagen": ("/missions/followup/", DESKTOP, None),
    "kalender": ("/missions/followup/calendar/", DESKTOP, None),
    "radar": ("/missions/stalelead/", DESKTOP, None),
    "partner": ("/partners/organisation/?q=titk", DESKTOP, open_titk),
    "partner-finder": ("/missions/segment/finder/?country=UZ&for_country=UZ", DESKTOP, None),
    "mission": ("/missions/mission/?q=zentralasien", DESKTOP, open_first),
    "tafel": ("/missions/cooperation/board/", DESKTOP, None),
    "missionskette": ("/missions/mission/?q=zentralasien", DESKTOP, open_funnel),
    "bilanz": ("/missions/mission/?q=zentralasien", DESKTOP, open_balance),
    "importieren": ("/partners/organisation/import/", DESKTOP, None),
    "uebergabe": ("/missions/handover/add/", DESKTOP, choose_giver),
}


@contextlib.contextmanager
def example_server():
    """Yield the address of a server with the example data."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="legcrm-pictures-") as directory:
        environment = {
            **os.environ,
            "DEBUG": "1",
            "SECRET_KEY": "for pictures only",
            "DATABASE_URL": f"sqlite:///{directory}/db.sqlite3",
            "MEDIA_ROOT": f"{directory}/media",
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_LEVEL": "ERROR",
        }

        def manage(*arguments):
            return [sys.executable, str(ROOT / "manage.py"), *arguments]

        for command in (("migrate", "--verbosity", "0"), ("load_example",)):
            subprocess.run(manage(*command), env=environment, check=True, stdout=sys.stderr)
        serve = manage("runserver", "--noreload", f"127.0.0.1:{port}")
        server = subprocess.Popen(serve, env=environment, stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            for _second in range(60):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address}/login/").close()
                    break
                time.sleep(1)
            yield address
        finally:
            server.terminate()
            server.wait()


def main(*names):
    PICTURES.mkdir(exist_ok=True)
    with example_server() as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(), args=LAUNCH_ARGUMENTS
        )
        for name, (path, size, act) in SHOTS.items():
            if names and name not in names:
                continue
            context = chromium.new_context(**size, locale="de-DE")
            page = context.new_page()
            page.goto(f"{address}/login/")
            page.fill("input[name=username]", LOGIN)
            page.fill("input[name=password]", PASSWORD)
            page.click("button[type=submit]")
            page.wait_for_url(f"{address}/")
            if not page.goto(f"{address}{path}").ok:
                raise SystemExit(f"{name}: {path} does not answer")
            page.wait_for_load_state("networkidle")
            if act:
                act(page)
            file = PICTURES / f"{name}.png"
            page.screenshot(path=file)
            # A palette of 256 colours shows the same in a third of the bytes.
            Image.open(file).convert("RGB").quantize(256).save(file, optimize=True)
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} kB")
            context.close()
        chromium.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
