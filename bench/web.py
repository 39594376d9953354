"""The way of the pages: a real web server with its default time-out, asked as a browser asks."""

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlencode, urlsplit

LIST = "/partners/organisation/"
# Time that a person who saves forms all the time takes between two of them.
PAUSE = 0.1
# As often as the progress page asks.
POLL = 0.5


@contextlib.contextmanager
def web_server(environment: dict) -> Iterator[int]:
    """Yield the port of a gunicorn as ``docs/operations.md`` starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    manage = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(manage, env=environment, check=True)
    command = [sys.executable, "-m", "gunicorn", "legcrm.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "3", "--threads", "4", "--log-level", "warning"]
    server = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                if Browser(port).get("/login/").status == 200:
                    break
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The web server did not start.")
            time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait()


# --- A browser ------------------------------------------------------------------------------------


class Forms(HTMLParser):
    """The forms of a page, as ``{field: [value, …]}`` of what each would send; no buttons."""

    def __init__(self, page: str):
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._select = self._textarea = None
        self.feed(page)

    def with_field(self, name: str) -> dict[str, list[str]]:
        """Return the form that has a field whose name begins with ``name``."""
        return next(form for form in self.forms if any(field.startswith(name) for field in form))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append({})
        if not self.forms:
            return
        form, name = self.forms[-1], given.get("name")
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind in ("submit", "button"):
                return
            values = form.setdefault(name, [])
            if kind != "file" and (kind not in ("checkbox", "radio") or "checked" in given):
                values.append(given.get("value") or ("on" if kind == "checkbox" else ""))
        elif tag == "select" and name:
            self._select = form.setdefault(name, [])
        elif tag == "option" and self._select is not None and "selected" in given:
            self._select.append(given.get("value") or "")
        elif tag == "textarea" and name:
            self._textarea = form.setdefault(name, [""])

    def handle_data(self, data):
        if self._textarea is not None:
            self._textarea[0] += data

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        elif tag == "textarea" and self._textarea is not None:
            self._textarea[0] = self._textarea[0].removeprefix("\n")
            self._textarea = None


class Answer:
    def __init__(self, response, path):
        self.status = response.status
        self.path = path
        self.location = response.headers.get("Location", "")
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()


class Browser:
    """Cookies, redirects and forms; speaks as the proxy does that stands before the server."""

    def __init__(self, port: int):
        self.port = port
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: dict[str, list[str]], file: Path | None = None) -> Answer:
        """Send a form; with ``file``, as the field of this name."""
        pairs = [(name, value) for name, values in fields.items() for value in values]
        if file is None:
            kind = "application/x-www-form-urlencoded"
            return self._ask("POST", path, urlencode(pairs).encode(), {"Content-Type": kind})
        mark = token_hex(16)
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in pairs
        ]
        parts.append(
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode()
        )
        body = b"".join((*parts, file.read_bytes(), f"\r\n--{mark}--\r\n".encode()))
        kind = f"multipart/form-data; boundary={mark}"
        return self._ask("POST", path, body, {"Content-Type": kind})

    def follow(self, answer: Answer) -> Answer:
        """Return the page to which ``answer`` leads."""
        while answer.status in (301, 302):
            parts = urlsplit(answer.location)
            path = parts.path if parts.path.startswith("/") else f"{answer.path}{parts.path}"
            answer = self.get(f"{path}?{parts.query}" if parts.query else path)
        if answer.status != 200:
            raise RuntimeError(f"{answer.path} answered {answer.status}")
        return answer

    def log_in(self, name: str, password: str) -> None:
        form = Forms(self.get("/login/").text).with_field("username")
        answer = self.post("/login/", form | {"username": [name], "password": [password]})
        if answer.status != 302:
            raise RuntimeError(f"{name} could not log in.")

    def _ask(self, method, path, body, headers):
        origin = f"https://127.0.0.1:{self.port}"
        headers |= {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-Proto": "https",
            "Host": f"127.0.0.1:{self.port}",
            "Origin": origin,
            "Referer": f"{origin}{path}",
            "Accept": "text/html",
        }
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port)) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie") or ():
                name, _equals, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(response, path)


# --- What people do -------------------------------------------------------------------------------


def warm_up(browsers: list[Browser]) -> None:
    """Let each process of the server load what its first pages need."""
    for _time in range(4):
        for browser in browsers:
            browser.get(f"{LIST}1/change/")


def export(browser: Browser, file_format: str) -> tuple[float, int]:
    """Open the export page, export everything with all columns; return seconds and bytes."""
    began = time.perf_counter()
    form = Forms(browser.get(f"{LIST}export/").text).with_field("file_format")
    answer = browser.post(f"{LIST}export/", form | {"file_format": [file_format]})
    seconds = time.perf_counter() - began
    if answer.status != 200 or answer.body.startswith(b"<!DOCTYPE"):
        raise RuntimeError(f"The export answered {answer.status} and no file.")
    return seconds, len(answer.body)


def import_file(browser: Browser, file: Path) -> dict:
    """Upload, columns, check, apply, with no pause in between.

    Return the moments ``began``, ``checked`` (and "apply" pressed) and ``ended``.
    """
    began = time.perf_counter()
    form = Forms(browser.get(f"{LIST}import/").text).with_field("file")
    page = browser.follow(browser.post(f"{LIST}import/", form, file))
    form = Forms(page.text).with_field("column_")
    page = browser.follow(browser.post(page.path, form | {"check": ["1"]}))
    page = _await_work(browser, page)
    checked = time.perf_counter()
    form = Forms(page.text).with_field("shown")
    page = browser.follow(browser.post(page.path, form | {"apply": ["1"]}))
    page = _await_work(browser, page)
    ended = time.perf_counter()
    if 'name="apply"' in page.text:
        raise RuntimeError("The import was not applied.")
    return {"began": began, "checked": checked, "ended": ended}


def _await_work(browser, page):
    while found := re.search(r'data-url="([^"]+)"', page.text):
        while json.loads(browser.get(found[1]).body)["working"]:
            time.sleep(POLL)
        page = browser.follow(browser.get(page.path))
    return page


class Staff(threading.Thread):
    """A person who opens and saves one change form after the other until told to stop.

    ``saves`` lists ``(began, ended, status)`` of each POST; a status other than 302 is an error.
    """

    def __init__(self, browser: Browser, keys: list[int]):
        super().__init__(daemon=True)
        self.browser = browser
        self.keys = keys
        self.saves: list[tuple[float, float, int]] = []
        self._stop_asked = threading.Event()

    def run(self):
        number = 0
        while not self._stop_asked.wait(PAUSE):
            path = f"{LIST}{self.keys[number % len(self.keys)]}/change/"
            number += 1
            began = ended = time.perf_counter()
            try:
                form = Forms(self.browser.get(path).text).with_field("notes")
                form |= {"notes": [f"Rückruf {number}"], "_save": ["1"]}
                began = time.perf_counter()
                status = self.browser.post(path, form).status
            except (OSError, http.client.HTTPException, StopIteration):
                status = 0
            ended = time.perf_counter()
            self.saves.append((began, ended, status))

    def stop(self):
        self._stop_asked.set()
        self.join()
