"""Examples for the developer's corner: the first calls of a program, in the languages that our callers write."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand


@dataclass(frozen=True)
class Language:
    """`name` is the folder of its templates, and its name in addresses."""

    name: str
    label: str
    needs: str | Promise = ""


LANGUAGES = (
    Language("curl", "curl"),
    Language("python", "Python", _("Python 3.9 or newer, nothing to install. Put the parts one below the other.")),
    Language("php", "PHP", _("PHP 8 with the curl extension. Put the parts one below the other.")),
    Language("csharp", "C#", _("C# 10 or newer (.NET 6). Put the parts one below the other in Program.cs.")),
    Language(
        "java", "Java", _("Java 15 or newer, nothing to install. Put the imports on top and the rest into a method.")
    ),
)
BY_NAME = {one.name: one for one in LANGUAGES}
STEPS: tuple[tuple[str, Promise], ...] = (
    ("token", _("Get a token")),
    ("single", _("Record one consent")),
    ("batch", _("Record a batch, and ask what became of it")),
    ("status", _("Ask whether one may write to an address")),
)


@dataclass(frozen=True)
class Step:
    """One call as it is copied."""

    name: str
    title: str
    text: str


def steps(language: str, brand: Brand | None, *, now: datetime) -> list[Step]:
    """The calls in one language with a brand's numbers; one below the other they are a program.

    What is secret stands there as a word to replace; the consents are an hour old, so that they may be recorded.
    """
    values = {
        "base": settings.PORTAL_URL,
        "iys": str(brand.provider.iys_code) if brand else "IYS_CODE",
        "brand": str(brand.brand_code) if brand else "BRAND_CODE",
        "date": (now.astimezone(ISTANBUL) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S"),
    }
    return [
        Step(name, str(title), render_to_string(f"dashboard/developer/snippets/{language}/{name}.txt", values).strip())
        for name, title in STEPS
    ]
