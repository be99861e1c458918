"""What a browser shows of a page: axe, widths, themes, what it loads and what it complains about."""

import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import brotli
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.looks import AT_REST
from tests.browser.pictures import draw_whole
from tests.workers import until

from .crawl import Found
from .facts import facts_of, faults_of
from .people import Person

WIDE, ZOOMED, NARROW = 1280, 640, 360
"""CSS pixels: a desk, the same desk at 200 %, a phone."""

MOST = 150 * 1024
"""Bytes of style sheets and scripts that a page may load, compressed."""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE: dict[str, Any] = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "iframes": False}
COLOURS = AXE | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
RUN = """options => axe.run(document, options).then(found => found.violations.map(one =>
    [one.id, one.help, one.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' + node.html.slice(0, 160)
        + [...node.any, ...node.all, ...node.none].slice(0, 1).map(check => ' : ' + check.message))]))"""
WIDER = """width => document.documentElement.scrollWidth <= width ? [] :
    [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > width + 1)
        .slice(0, 4).map(one => one.tagName + '.' + one.className)"""
THEME = "document.documentElement.dataset.bsTheme ?? null"
PAPER = "!!document.querySelector('link[href*=\"css/print\"]:not([media])')"
MOVING = "document.getAnimations().filter(one => one.playState === 'running').length"
# A mail's preview runs no script: that is what its sandbox is for. What a page still asked for ends when it is left.
EXPECTED = ("Blocked script execution", "net::ERR_ABORTED")


LANGUAGE_IN_ADDRESS = (
    "consents:page-public", "consents:page-embedded", "consents:page-receipt", "consents:page-receipt-embedded",
)  # fmt: skip


@dataclass
class Looker:
    """One person's browser in one language; troubles of the page that is open gather in `troubles`."""

    browser: Browser
    url: str
    person: Person
    language: str
    troubles: list[str] = field(default_factory=list)
    loaded: set[str] = field(default_factory=set)

    def __enter__(self) -> "Looker":
        self.context: BrowserContext = self.browser.new_context(
            locale="tr-TR", viewport={"width": WIDE, "height": 900}, reduced_motion="reduce", color_scheme="light"
        )
        cookies = {"django_language": self.language, "sessionid": self.person.cookie}
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in cookies.items() if value]
        )
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda one: self._trouble(one.text) if one.type == "error" else None)
        self.page.on("pageerror", lambda error: self._trouble(str(error)))
        self.page.on(
            "requestfailed", lambda one: self._trouble(f"request failed: {urlsplit(one.url).path} {one.failure}")
        )
        self.page.on("response", self._answered)
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def _trouble(self, text: str) -> None:
        if not any(part in text for part in EXPECTED):
            self.troubles.append(text[:300])

    def _answered(self, response: Any) -> None:
        if response.status >= 400:
            self._trouble(f"{response.status} {urlsplit(response.url).path}")
        if response.request.resource_type in ("stylesheet", "script"):
            self.loaded.add(urlsplit(response.url).path)

    def open(self, found: Found) -> list[str]:
        """Open a page at a desk and read it: what it says, loads and complains about."""
        self.troubles.clear()
        self.loaded.clear()
        self.page.set_viewport_size({"width": WIDE, "height": 900})
        self.page.goto(self.url + self._address(found))
        self.page.evaluate(AXE_SCRIPT)
        self.rest()
        return [
            *faults_of(facts_of(self.page.content()), self.language),
            *self.troubles,
            *([f"{moving} things move"] if (moving := self.page.evaluate(MOVING)) else []),
            *(f"weighs {weight // 1024} KB: {files}" for weight, files in [weigh(self.loaded)] if weight > MOST),
        ]

    def _address(self, found: Found) -> str:
        if found.name in LANGUAGE_IN_ADDRESS:
            return f"{found.url.partition('?')[0]}?dil={self.language}"
        return found.url

    def rest(self) -> None:
        """Wait until what a load, a width or a theme began is over."""
        until(lambda: self.page.evaluate(AT_REST), what=f"the rest of {self.page.url}", seconds=20)

    def axe(self, options: dict[str, Any] = AXE) -> list[str]:
        """What axe finds, with the first three places of each."""
        self.rest()
        return [f"axe {name}: {text} {nodes}" for name, text, nodes in self.page.evaluate(RUN, options)]

    def dark(self) -> list[str]:
        """Colours of the dark theme; the page is light again afterwards. What is meant for paper stays light."""
        if self.page.evaluate(PAPER):
            return []
        self.page.emulate_media(color_scheme="dark")
        if self.page.evaluate(THEME) is None:
            self.page.emulate_media(color_scheme="light")
            return ["knows no theme"]
        until(lambda: self.page.evaluate(THEME) == "dark", what=f"the dark theme of {self.page.url}", seconds=10)
        found = [f"dark: {text}" for text in self.axe(COLOURS)]
        self.page.emulate_media(color_scheme="light")
        until(lambda: self.page.evaluate(THEME) == "light", what="the light theme", seconds=10)
        return found

    def width(self, width: int) -> list[str]:
        self.page.set_viewport_size({"width": width, "height": 900})
        wider = self.page.evaluate(WIDER, width)
        if wider:  # a chart takes a moment
            self.page.wait_for_timeout(400)
            wider = self.page.evaluate(WIDER, width)
        return [f"wider than {width}: {wider}"] if wider else []

    def keep(self, found: Found, width: int) -> None:
        """A picture, where the environment names a folder for them."""
        if folder := os.environ.get("SCREENS"):
            name = re.sub(r"[^\w-]+", "_", f"{found.name}-{found.role}-{self.language}-{width}-{found.url[-12:]}")
            Path(folder).mkdir(parents=True, exist_ok=True)
            draw_whole(self.page, Path(folder) / f"{name}.png")


def weigh(paths: set[str]) -> tuple[int, list[str]]:
    """Compressed size of these static files, the heaviest first."""
    sizes = sorted(((_compressed(path), path) for path in paths), reverse=True)
    return sum(size for size, _ in sizes), [f"{path.rpartition('/')[2]} {size // 1024}" for size, path in sizes]


@cache
def _compressed(path: str) -> int:
    """Bytes as WhiteNoise sends them to browsers (Brotli); what is no static file counts nothing."""
    static = settings.STATIC_URL.strip("/") + "/"
    found = finders.find(unquote(path.strip("/").removeprefix(static)))
    return len(brotli.compress(Path(str(found)).read_bytes())) if found else 0


def tabbed(page: Page, times: int) -> list[str]:
    """Go through a page with the tab key: what is reached is in order, on the screen, and seen to be reached."""
    page.evaluate("document.activeElement.blur()")
    found = []
    for _ in range(times):
        page.keyboard.press("Tab")
        until(lambda: page.evaluate(AT_REST), what="the rest of what the key began")
        said = page.evaluate(REACHED)
        if said is None:  # behind the last one
            break
        found += [f"by tab {said['what']}: {fault}" for fault in said["faults"]]
    page.evaluate("window.walked = undefined")
    return found


REACHED = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const style = getComputedStyle(one), box = one.getBoundingClientRect(), faults = [];
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    if (!outlined && style.boxShadow === "none") faults.push("no mark of the focus");
    if (!box.width || !box.height || box.bottom <= 0 || box.top >= innerHeight) faults.push("not on the screen");
    const before = window.walked;
    if (before && !(before.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING) && before !== one)
        faults.push("before the one reached earlier");
    window.walked = one;
    return {what: one.outerHTML.slice(0, 120), faults};
}"""
BLANK = """() => {
    const form = [...document.querySelectorAll("main form[method=post]")].find(one => one.querySelector("[required]"));
    if (!form) return false;
    form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]):not([type=radio]), textarea").forEach(
        one => { one.value = ""; });
    form.noValidate = true;
    form.submit();
    return true;
}"""


def blank(looker: Looker) -> list[str]:
    """Send the page's form with nothing in it: the page that comes back says what is missing, and is judged again."""
    page = looker.page
    looker.troubles.clear()
    with page.expect_navigation():
        assert page.evaluate(BLANK), "no form with a field that is needed"
    page.evaluate(AXE_SCRIPT)
    looker.troubles[:] = [text for text in looker.troubles if "422" not in text]  # the answer says that it refuses
    return [
        *faults_of(facts_of(page.content()), looker.language),
        *looker.troubles,
        *([] if page.locator("[aria-invalid=true], .is-invalid, .alert, [role=alert]").count() else ["says nothing"]),
        *looker.axe(),
        *looker.width(NARROW),
        *looker.axe(),
    ]
