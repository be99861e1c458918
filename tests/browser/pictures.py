"""Pictures that a journey leaves behind, for people to look at: test-results/pictures/<test>/<nn>-<step>.png."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.databases import ROOT

FOLDER = ROOT / "test-results" / "pictures"


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
        (page or self.page).screenshot(path=self.folder / f"{number:02}-{step}.png", full_page=True)
