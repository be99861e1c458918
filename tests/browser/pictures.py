"""Pictures that a journey leaves behind, for people to look at: test-results/pictures/<test>/<nn>-<step>.png."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.databases import ROOT

HEIGHT = "document.documentElement.scrollHeight"
FOLDER = ROOT / "test-results" / "pictures"


def draw_whole(page: Page, path: Path) -> None:
    """The whole page in a window as high as it is: beyond the window Chromium leaves what is sticky unpainted."""
    page.wait_for_load_state()
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], page.evaluate(HEIGHT))})
    page.screenshot(path=path)
    page.set_viewport_size(size)


@dataclass
class Shown:
    """`shown("report")` keeps the whole page as it stands; another visitor's page is named."""

    page: Page
    folder: Path

    @classmethod
    def of(cls, page: Page, test: str) -> "Shown":
        return cls(page, FOLDER / re.sub(r"[^\w]+", "-", test.removeprefix("test_")).strip("-"))

    def __call__(self, step: str, page: Page | None = None) -> None:
        number = len(list(self.folder.glob("*.png"))) + 1
        draw_whole(page or self.page, self.folder / f"{number:02}-{step}.png")
