"""Chromium for the browser tests: pages that watch themselves, and the accessibility check.

A page from these fixtures fails its test when the browser reported a script error, a console
error, a violation of the content security policy, or a request to another machine.
"""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

HOW_TO_INSTALL = "apt install chromium"

DESKTOP = {"viewport": {"width": 1400, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

LAUNCH_ARGUMENTS = [
    "--no-sandbox",  # Chromium's own sandbox refuses root, and tests run as root in CI
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# In the page's console a violation is an error like any other, so one listener hears both.
REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event => console.error(
    `CSP violation: ${event.violatedDirective} ${event.blockedURI} `
    + `${event.sourceFile}:${event.lineNumber} ${event.sample}`));
"""

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# The rules among these that depend on colours.
OF_COLOURS = ("color-contrast", "link-in-text-block")


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


class Watch:
    """Collects what went wrong on one page, except for what the test says it expects."""

    def __init__(self, page):
        self.problems: list[str] = []
        self.expected: list[str] = []
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._add(f"script error: {error}"))
        page.on("request", self._on_request)

    def _on_console(self, message):
        if message.type == "error":
            place = message.location or {}
            self._add(f"console: {message.text} ({place.get('url')}:{place.get('lineNumber')})")

    def _on_request(self, request):
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            self._add(f"request to another machine: {request.url}")

    def _add(self, problem):
        self.problems.append(problem)

    def unexpected(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(re.search(pattern, problem) for pattern in self.expected)
        ]


_watches: dict[object, Watch] = {}


def watch(page) -> None:
    _watches[page] = Watch(page)


def expect_console(page, pattern: str) -> None:
    """Let ``page`` report problems that match ``pattern``, e.g. ``"status of 403"``."""
    _watches[page].expected.append(pattern)


def take_problems(page) -> list[str]:
    return _watches.pop(page).unexpected()


def sign_in(page, user, base_url: str, password: str) -> None:
    """Log in by the form, as a person does."""
    page.goto(base_url + reverse("admin:login"))
    page.fill("input[name=username]", user.get_username())
    page.fill("input[name=password]", password)
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")
    assert "sessionid" in {cookie["name"] for cookie in page.context.cookies()}, (
        f"The login of {user.get_username()} was refused."
    )


def assert_accessible(page, *, exclude: tuple[str, ...] = (), rules: tuple[str, ...] = ()) -> None:
    """Fail on any violation of WCAG 2.1 A and AA that axe-core finds on the page as it is.

    ``exclude``: CSS selectors of parts to leave out; ``rules``: the only rules to ask.
    """
    # evaluate() goes past the content security policy; a <script> element would be refused.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate(
        """async ([tags, exclude, rules]) => {
            const context = exclude.length ? {exclude: exclude.map(s => [s])} : document;
            const runOnly = rules.length
                ? {type: 'rule', values: rules} : {type: 'tag', values: tags};
            const result = await axe.run(context, {runOnly});
            return result.violations.map(violation => ({
                id: violation.id,
                help: violation.help,
                nodes: violation.nodes.map(node => ({
                    target: node.target.flat().join(' '),
                    html: node.html.slice(0, 200),
                    why: node.failureSummary,
                })),
            }));
        }""",
        [WCAG, list(exclude), list(rules)],
    )
    if violations:
        lines = [f"{len(violations)} accessibility rules are violated on {page.url}:"]
        for violation in violations:
            lines.append(f"* {violation['id']}: {violation['help']}")
            for node in violation["nodes"][:10]:
                lines += [f"    {node['target']}", f"      {node['html']}"]
                lines += [f"      {line.strip()}" for line in node["why"].splitlines()[1:]]
            if len(violation["nodes"]) > 10:
                lines.append(f"    … and {len(violation['nodes']) - 10} more")
        pytest.fail("\n".join(lines), pytrace=False)


def in_both_themes(page) -> None:
    """Check the page as it is, light and dark, with no transition in between.

    What is read is the same in both; only what is seen has to be asked again.
    """
    # Colours that fade over would be judged on their way.
    toggle = """dark => {
        const still = new CSSStyleSheet();
        still.replaceSync('*, ::before, ::after { transition: none !important }');
        document.adoptedStyleSheets = [still];
        document.documentElement.classList.toggle('dark', dark);
    }"""
    page.wait_for_load_state()
    page.evaluate(toggle, False)
    assert_accessible(page)
    page.evaluate(toggle, True)
    assert_accessible(page, rules=OF_COLOURS)
    page.evaluate(toggle, False)
