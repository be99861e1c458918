"""What every page must show: no accessibility fault, and nothing wider than its screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.workers import until

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
AT_REST = """!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")
    && !document.getAnimations().length"""


def accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA, judged once what a click or a letter began is over (parts fade meanwhile)."""
    page.wait_for_load_state()
    # Asked from here: a page's own policy lets nothing in it evaluate a text again and again.
    until(lambda: page.evaluate(AT_REST), what="the page's rest")
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


def fits(page: Page, *widths: int) -> None:
    """Accessible and within the screen at each width; the page ends at the last one. A chart takes a moment."""
    for width in widths or (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        accessible(page)
        until(lambda: page.evaluate("document.documentElement.scrollWidth") <= width, what=f"width {width}")  # noqa: B023
