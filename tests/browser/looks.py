"""What every page must show: no accessibility fault, and nothing wider than its screen."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
BETWEEN = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


def accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA, judged once what a click or a letter began is over (parts fade meanwhile)."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function(f"!document.querySelector({BETWEEN!r}) && !document.getAnimations().length")
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()


def fits(page: Page, *widths: int) -> None:
    """Accessible and within the screen at each width; the page ends at the last one."""
    for width in widths or (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        accessible(page)
        page.wait_for_function(f"document.documentElement.scrollWidth <= {width}")  # a chart takes a moment
