"""The README's pictures: `make pictures` draws them into `docs/pictures`; without `PICTURES` they are thrown away."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser

from complaints.enums import ComplaintState
from complaints.models import Complaint
from consents.models import ConsentImport
from consents.states import ImportState
from iys_portal.accounts.demo import STORE
from tests.browser.conftest import browser  # noqa: F401

from .pages.looks import Looker
from .pages.people import everybody
from .pages.portal import filled, served

pytestmark = [pytest.mark.soak, pytest.mark.browser, pytest.mark.processes]
DESK, PHONE = (1280, 860), (390, 844)


@dataclass(frozen=True)
class Picture:
    """A page of the demonstration as one role sees it; `where` finds its address."""

    name: str
    role: str
    where: Callable[[], str]
    size: tuple[int, int] = DESK


def _import() -> str:
    done = ConsentImport.objects.filter(brand__brand_code=STORE, state=ImportState.APPLIED).order_by("-pk")
    return reverse("consents:import", args=[done[0].public_id])


def _case() -> str:
    asked = Complaint.objects.filter(state=ComplaintState.DEFENCE_RECEIVED, province="Ankara").order_by("-pk")
    return reverse("complaints:desk_case", args=[asked[0].public_id])


PICTURES = (
    Picture("overview", "manager", lambda: "/"),
    Picture("import", "manager", _import),
    Picture("refusals", "manager", lambda: reverse("consents:refusals")),
    Picture("complaint", "complaint_officer", _case),
    Picture("developer", "manager", lambda: reverse("dashboard:developer")),
    Picture("citizen", "citizen", lambda: reverse("consents:own"), PHONE),
    Picture("help", "visitor", lambda: reverse("dashboard:help_topic", args=["retleri-islemek"]), PHONE),
)


def test_the_readmes_pictures_can_be_drawn(
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
    worker: str,
    tmp_path: Path,
    browser: Browser,  # noqa: F811
) -> None:
    folder, name = Path(os.environ.get("PICTURES") or tmp_path), f"test_iys_{worker}_pictures"
    with (
        django_db_blocker.unblock(),  # type: ignore[attr-defined]
        override_settings(EMAIL_BACKEND="iys_portal.core.mailbox.MailboxBackend"),
        filled(name, tmp_path / "private"),
    ):
        people, places = everybody(), {picture: picture.where() for picture in PICTURES}
        with served(name, tmp_path / "private", tmp_path / "web.log") as url:
            for picture, place in places.items():
                with Looker(browser, url, people[picture.role], "tr") as looker:
                    width, height = picture.size
                    looker.page.set_viewport_size({"width": width, "height": height})
                    assert looker.page.goto(url + place).status == 200, picture  # type: ignore[union-attr]
                    looker.rest()
                    looker.page.wait_for_timeout(600)  # charts draw themselves
                    looker.page.screenshot(path=str(folder / f"{picture.name}.png"))
                    assert not looker.troubles, picture
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for picture in PICTURES:
        with Image.open(folder / f"{picture.name}.png") as drawn:
            assert drawn.size == picture.size
            assert len(drawn.convert("L").getcolors() or range(300)) > 20, "an empty page"
        assert f"docs/pictures/{picture.name}.png" in readme
