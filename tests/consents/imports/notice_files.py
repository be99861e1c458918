"""Files whose rows tell of notices."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import translation

HEADINGS = "recipient,type,status,source,consentDate,ownNoticeDate,ownNoticeChannel"
TODAY, YESTERDAY = "2026-11-24 10:00:00", "2026-11-23 10:00:00"
LANDLINE = "+902123334455"
Write = Callable[..., Path]
CHECKED, APPLIED = frozenset({"apply"}), frozenset({"undo"})


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Sentences are compared as the code has them; the catalogue is a matter of its own."""
    with translation.override("en"):
        yield


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file of rows, each its cells with commas; under other headings where they are named."""

    def make(*rows: str, headings: str = HEADINGS) -> Path:
        path = tmp_path / "liste.csv"
        path.write_text("\n".join([headings, *rows]) + "\n")
        return path

    return make


def mails(count: int, *, at: str = TODAY, own: str = "", means: str = "", start: int = 0) -> list[str]:
    return [f"kisi{n}@deneme.example,EPOSTA,ONAY,HS_WEB,{at},{own},{means}" for n in range(start, start + count)]


def texts(count: int, *, at: str = TODAY, own: str = "", means: str = "") -> list[str]:
    return [f"+9053212345{n:02d},MESAJ,ONAY,HS_MOBIL,{at},{own},{means}" for n in range(count)]


def landlines(count: int, *, at: str = TODAY) -> list[str]:
    return [f"+9021233344{n:02d},ARAMA,ONAY,HS_CAGRI_MERKEZI,{at},," for n in range(count)]
